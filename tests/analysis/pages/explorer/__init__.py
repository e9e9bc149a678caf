"""Tests of analysis/pages/explorer/."""
