"""Votes on disk, partitioned by item, for more of them than memory holds."""
