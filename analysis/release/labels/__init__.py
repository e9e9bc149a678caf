"""Label files: made from scores, in their published order, compared, and recorded."""
