"""Versions of dependencies: which are oldest, and what runs on them."""
