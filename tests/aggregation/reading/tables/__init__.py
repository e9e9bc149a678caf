"""Tests of aggregation/reading/tables/."""
