"""Tests of analysis/release/labels/."""
