"""Tests of aggregation/engine/."""
