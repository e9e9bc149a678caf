"""Tests of aggregation/uncertainty/."""
