"""Tests of analysis/pages/."""
