"""What runs in a fresh process, where memory can be measured.

    python -m benchmarks.scale.tasks TASK ARGUMENT ...

prints one line of JSON: processor's seconds, wall-clock seconds, the most memory held, the digest.
Before the clock starts, a few votes have gone the same way: imports and kernels are there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from ..fresh import most_memory
from ..runner import digest
from .votes import write_votes

Report = dict[str, Any]
FEW = 2_000


class Clock(NamedTuple):
    """A moment, in the processor's seconds and by the wall."""

    processor: float
    wall: float


def now() -> Clock:
    """Return this moment."""
    return Clock(time.process_time(), time.perf_counter())


def report(begin: Clock, found: str = "", end: Clock | None = None) -> Report:
    """Say what it took since a moment."""
    end = end or now()
    return {
        "seconds": end.processor - begin.processor,
        "wall": end.wall - begin.wall,
        "peak_bytes": most_memory(),
        "digest": found,
    }


def ingest(path: str, folder: str, memory: str) -> Report:
    """Put the votes of a file into a store."""
    from aggregation import VoteStore

    with TemporaryDirectory() as few:
        write_votes(Path(few), FEW)
        VoteStore.ingest(Path(few) / Path(path).name, Path(few) / "store", partitions=2)
    begin = now()
    store = VoteStore.ingest(path, folder, memory=int(memory))
    taken = report(begin)
    hashes = sorted(store.manifest.files.items())
    return taken | {"digest": digest(json.dumps(hashes)), "partitions": store.n_partitions}


def polars_reads(path: str) -> Report:
    """Read the file into a frame by polars, which codes and groups nothing."""
    import polars as pl

    read = pl.read_csv if path.endswith(".csv") else pl.read_parquet
    begin = now()
    frame = read(path)
    return report(begin) | {"rows": len(frame)}


def duckdb_sorts(path: str, folder: str, memory: str) -> Report:
    """Sort the file by item into Parquet by DuckDB, which codes nothing, in as much memory."""
    import duckdb

    with closing(duckdb.connect()) as connection:
        connection.execute(f"SET memory_limit = '{int(memory) // 10**6}MB'")
        connection.execute(f"SET temp_directory = '{folder}/spilled'")
        begin = now()
        connection.execute(
            f"COPY (SELECT * FROM '{path}' ORDER BY item, rater, answer) "
            f"TO '{folder}/sorted.parquet' (FORMAT parquet)"
        )
        return report(begin)


def step(folder: str, how: str, n_steps: str) -> Report:
    """Take steps of EM over a store, or over its votes in memory, in its partitions or at once.

    The seconds are those of the median step; the memory is that of a whole fit, with posteriors.
    """
    from aggregation import VoteStore, fit_dawid_skene

    store = VoteStore.open(folder, verify=False)
    votes: Any = store if how == "store" else store.votes()
    if how == "whole":
        votes = replace(votes, cuts=None)
    ticks: list[Clock] = []
    with warnings.catch_warnings(action="ignore"):  # it has not converged
        fit = fit_dawid_skene(
            votes,
            accelerate=False,
            tol=0,
            max_steps=int(n_steps) + 1,
            progress=lambda *_: ticks.append(now()),
        )
    if how == "store":
        for _ in fit.parts():
            pass
    taken = report(now(), digest(fit.error_rates, fit.class_prior))
    both = [(b.processor - a.processor, b.wall - a.wall) for a, b in zip(ticks, ticks[1:])]  # noqa: B905, RUF007
    return taken | {
        "seconds": median(processor for processor, _ in both),
        "wall": median(wall for _, wall in both),
    }


def first_pass(folder: str) -> Report:
    """Open a store, hash its files, and take the first step over it."""
    from aggregation import VoteStore, fit_dawid_skene

    with TemporaryDirectory() as few, warnings.catch_warnings(action="ignore"):
        write_votes(Path(few), FEW)
        small = VoteStore.ingest(Path(few) / "votes.csv", Path(few) / "store", partitions=2)
        fit_dawid_skene(small, max_steps=2)
        ticks: list[Clock] = []
        begin = now()
        fit_dawid_skene(
            VoteStore.open(folder), max_steps=1, progress=lambda *_: ticks.append(now())
        )
    return report(begin, end=ticks[0])


def cat(folder: str) -> Report:
    """Read the files of a store by ``cat``."""
    files = [path for path in Path(folder).iterdir() if path.is_file()]
    begin = now()
    subprocess.run(["cat", *files], stdout=subprocess.DEVNULL, check=True)
    return report(begin)


TASKS: dict[str, Callable[..., Report]] = {
    "ingest": ingest,
    "polars": polars_reads,
    "duckdb": duckdb_sorts,
    "step": step,
    "first-pass": first_pass,
    "cat": cat,
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
