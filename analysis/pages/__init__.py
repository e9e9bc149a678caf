"""HTML that stands by itself."""
