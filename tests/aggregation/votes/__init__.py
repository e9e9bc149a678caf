"""Tests of aggregation/votes/."""
