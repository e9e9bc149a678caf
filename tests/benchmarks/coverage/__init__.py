"""Tests of benchmarks/coverage/."""
