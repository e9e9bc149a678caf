"""Tests of aggregation/reading/tensors/."""
