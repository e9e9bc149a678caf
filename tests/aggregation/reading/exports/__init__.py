"""Tests of aggregation/reading/exports/."""
