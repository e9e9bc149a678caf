"""Tests of analysis/statistics/."""
