"""Tests of analysis/release/files/."""
