"""Putting votes of any number into a store."""
