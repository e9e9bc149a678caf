"""Tests of analysis/raters/."""
