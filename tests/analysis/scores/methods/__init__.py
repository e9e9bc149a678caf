"""Tests of analysis/scores/methods/."""
