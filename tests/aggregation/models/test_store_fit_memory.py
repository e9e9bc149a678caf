"""The memory of a fit from a store does not grow with the votes."""

from __future__ import annotations

from pathlib import Path

from aggregation import VoteStore
from benchmarks.runner import run_python

from ...support.stores import shuffled_table, write_csv

FIT = """
import sys, warnings
from aggregation import VoteStore, fit_dawid_skene
warnings.simplefilter("ignore")
votes = VoteStore.open(sys.argv[1])
if sys.argv[2] == "memory":
    votes = votes.votes()
fit = fit_dawid_skene(votes, max_steps=3, threads=2)
if sys.argv[2] == "store":
    for part in fit.parts(threads=2):
        pass
"""
IN_A_PARTITION, PARTITIONS = 200_000, (2, 16)


def peak(store: VoteStore, where: str) -> int:
    """Fit a store or its votes in memory in a fresh process; return its most memory, in bytes."""
    return run_python("-c", FIT, store.folder, where).peak_bytes


def test_memory_does_not_grow_with_the_votes(tmp_path: Path) -> None:
    stores = []
    for number in PARTITIONS:
        path = write_csv(
            tmp_path / f"{number}.csv", shuffled_table(number * IN_A_PARTITION, seed=number)
        )
        stores.append(VoteStore.ingest(path, tmp_path / f"{number}", partitions=number))
        path.unlink()
    peak(stores[0], "store")  # compiles, if need be
    less, more = (peak(store, "store") for store in stores)
    n_more = stores[1].n_votes - stores[0].n_votes
    assert more < 1.05 * less
    assert more - less < 3 * n_more  # bytes; a vote takes 4 in memory, and its item more
    assert peak(stores[1], "memory") - more > 4 * n_more
