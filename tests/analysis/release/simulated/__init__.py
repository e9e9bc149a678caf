"""Tests of analysis/release/simulated/."""
