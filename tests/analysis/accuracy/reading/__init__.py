"""Tests of analysis/accuracy/."""
