"""Tests of aggregation/models/sparse/."""
