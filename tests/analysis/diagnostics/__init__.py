"""Tests of analysis/diagnostics/."""
