"""Tables from files: text, JSON, Parquet and the like, their columns by place."""
