"""Tests of analysis/raters/quality/."""
