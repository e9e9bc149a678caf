"""Tests of analysis/, which they mirror."""
