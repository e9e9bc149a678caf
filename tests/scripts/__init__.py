"""Tests of scripts/, which they mirror."""
