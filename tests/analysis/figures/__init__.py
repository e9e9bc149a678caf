"""Tests of analysis/figures/."""
