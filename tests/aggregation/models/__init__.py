"""Tests of aggregation/models/."""
