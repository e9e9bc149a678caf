"""The published release: read it, make it again, draw one like it."""
