"""Tests of aggregation/kernels/."""
