"""README, docs and benchmarks hold what they say."""
