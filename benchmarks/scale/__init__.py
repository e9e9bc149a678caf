"""Votes that do not fit in memory: what a store costs beside its rivals, and how that grows."""
