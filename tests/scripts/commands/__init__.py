"""Tests of scripts/commands/."""
