"""Tests of aggregation/reading/."""
