"""Tests of analysis/raters/golden/."""
