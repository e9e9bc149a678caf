"""Tests of scripts/terminal/."""
