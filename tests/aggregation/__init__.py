"""Tests of aggregation/, which they mirror."""
