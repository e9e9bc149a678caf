"""Tests of analysis/scores/."""
