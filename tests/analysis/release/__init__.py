"""Tests of analysis/release/."""
