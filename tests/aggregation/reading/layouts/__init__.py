"""Tests of aggregation/reading/layouts/."""
