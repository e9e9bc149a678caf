"""Tests of analysis/raters/agreement/."""
