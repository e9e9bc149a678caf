"""Raters on the golden questions."""
