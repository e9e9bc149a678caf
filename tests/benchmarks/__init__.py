"""Tests of benchmarks/: what is measured by simulation."""
