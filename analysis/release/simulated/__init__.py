"""A release like the published one, drawn by chance, in the same six files."""
