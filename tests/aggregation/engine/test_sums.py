"""Sums over partitions are added in one tree, wherever parts of it are added."""

from __future__ import annotations

from operator import add

import numpy as np
import pytest

from aggregation.engine.partitions import runs
from aggregation.engine.sums import Sum, added, in_a_tree, joined


def tree(parts: list[float]) -> float:
    """Add up two halves, of which the first is the largest power of two."""
    if len(parts) == 1:
        return parts[0]
    half = 1 << (len(parts) - 1).bit_length() - 1
    return tree(parts[:half]) + tree(parts[half:])


def test_sums_are_added_in_a_tree() -> None:
    values = np.random.default_rng(0).normal(size=11)
    for size in range(1, 12):
        assert in_a_tree(values[:size].tolist(), add) == tree(values[:size].tolist())


@pytest.mark.parametrize("n_workers", [1, 2, 3, 5, 8])
def test_runs_of_partitions_add_up_to_the_same_bits(n_workers: int) -> None:
    rng = np.random.default_rng(n_workers)
    for n_partitions in range(1, 34):
        values = rng.normal(size=n_partitions).tolist()
        parts = runs(n_partitions, n_workers)
        assert [number for part in parts for number in part] == list(range(n_partitions))
        assert len(parts) == min(n_workers, n_partitions)
        assert max(map(len, parts)) - min(map(len, parts)) <= 1
        sums = [joined((Sum(number, 1, values[number]) for number in part), add) for part in parts]
        assert added((one for part in sums for one in part), add) == tree(values)
        assert all(len(part) <= 2 * n_partitions.bit_length() for part in sums)
