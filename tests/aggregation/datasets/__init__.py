"""Tests of aggregation/datasets/."""
