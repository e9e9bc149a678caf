"""Commands and stores that are killed while they work."""
