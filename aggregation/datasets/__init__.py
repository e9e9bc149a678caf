"""Votes to try things on: load_*, simulate_*."""
