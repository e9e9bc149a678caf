"""Tests of aggregation/models/dawid_skene/."""
