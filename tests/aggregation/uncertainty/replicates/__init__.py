"""Tests of aggregation/uncertainty/replicates/."""
