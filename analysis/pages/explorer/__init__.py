"""A page on which an operating point is chosen by looking."""
