"""Tests of analysis/raters/pairs/."""
