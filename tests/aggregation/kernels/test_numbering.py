"""Numbers of keys against a dictionary's."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation.kernels import numbering
from aggregation.kernels.numbering import numbered


def check(keys: NDArray[np.uint64]) -> None:
    codes, firsts = numbered(keys)
    seen: dict[int, int] = {}
    assert codes.tolist() == [seen.setdefault(key, len(seen)) for key in keys.tolist()]
    assert keys[firsts].tolist() == list(seen)
    assert codes.dtype == firsts.dtype == np.int32


@pytest.mark.parametrize("in_cache", [500, numbering.KEYS_IN_CACHE])
@pytest.mark.parametrize("n_distinct", [1, 7, 3000, 40_000])
def test_numbers_come_in_order_of_appearance(
    monkeypatch: pytest.MonkeyPatch, n_distinct: int, in_cache: int
) -> None:
    monkeypatch.setattr(numbering, "KEYS_IN_CACHE", in_cache)
    keys = np.random.default_rng(n_distinct).integers(n_distinct, size=60_000).astype(np.uint64)
    keys[keys % 2 == 0] <<= np.uint64(40)  # more than the lower half of a key counts
    check(keys)


@pytest.mark.parametrize("in_cache", [1, 2, 1000])
def test_a_full_table_grows(monkeypatch: pytest.MonkeyPatch, in_cache: int) -> None:
    monkeypatch.setattr(numbering, "FIRST_SLOTS", 2)
    monkeypatch.setattr(numbering, "KEYS_IN_CACHE", in_cache)
    check(np.array([5, 0, 5, 9, 1, 0], dtype=np.uint64))
    check(np.array([2**64 - 1], dtype=np.uint64))


def test_one_key_more_often_than_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering, "KEYS_IN_CACHE", 100)
    keys = np.where(np.arange(20_000) % 10 == 0, np.arange(20_000), 3).astype(np.uint64)
    check(keys)
