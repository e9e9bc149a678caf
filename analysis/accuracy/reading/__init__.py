"""Predictions as people have them, read into labels by image."""
