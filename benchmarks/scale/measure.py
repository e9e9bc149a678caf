"""Measure a store beside its rivals, and along a curve of more and more votes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from ..results import Limit, Result, Timing
from ..runner import run_python, same
from .votes import FORMS, write_votes

MEMORY = 500_000_000
STEPS = 7
Report = dict[str, Any]


class Size(NamedTuple):
    """What was found of so many votes; seconds are the processor's, and of one step the median's.

    Attributes
    ----------
    n_votes : int
    partitions : int
    ingest : dict of str to dict
        Of csv and of Parquet.
    steps : dict of str to dict
        Over the store, over its votes in memory in its partitions, and at once.
    bytes : dict of str to int
        Sizes of the files and of the store on disk.
    """

    n_votes: int
    partitions: int
    ingest: dict[str, Report]
    steps: dict[str, Report]
    bytes: dict[str, int]


@dataclass(frozen=True)
class Rival:
    """Something to be run in turn with others, in a fresh process; `prepare` is not timed."""

    what: str
    arguments: tuple[str, ...]
    prepare: Callable[[], object] = lambda: None
    clock: str = "seconds"


def task(*arguments: str) -> Report:
    """Run a task in a fresh process."""
    report: Report = json.loads(run_python("-m", "benchmarks.scale.tasks", *arguments).out)
    return report


def rivals(folder: Path, n_votes: int, runs: int) -> Result:
    """Ingest beside polars and DuckDB, a cold store beside ``cat``, and steps beside each other."""
    write_votes(folder, n_votes)
    store = folder / "store"
    timings, limits = [], []
    for form in FORMS:
        found = in_turn(ingests(folder, form), runs, n_votes)
        timings += found
        limits.append(Limit(f"{form}: ingest / DuckDB", found[0].median / found[2].median, 1))
    cold = partial(forget, store)
    first = [
        Rival("cold store, hashed, and a first step", ("first-pass", str(store)), cold, "wall"),
        Rival("cat of the same files, cold", ("cat", str(store)), cold, "wall"),
    ]
    timings += in_turn(first, runs, n_votes)
    steps = [
        Rival(f"one step {words}", ("step", str(store), how, str(STEPS)))
        for how, words in WAYS.items()
    ]
    over_store, *in_memory = in_turn(steps, runs, n_votes)
    same("store and memory", over_store.digest, in_memory[0].digest)
    for other, words in zip(in_memory, ("the same bits", "at once"), strict=True):
        ratio = over_store.median / other.median
        limits.append(Limit(f"a step: store / memory, {words}", ratio, 1.4))
    title = (
        f"a store of {n_votes / 1e6:g} M votes and its rivals; cold ones by the wall, all else "
        "the processor's time"
    )
    return Result("scale", title, (*timings, over_store, *in_memory), tuple(limits))


def ingests(folder: Path, form: str) -> list[Rival]:
    """Return an ingest of a file, and its rivals."""
    path, store = str(folder / f"votes.{form}"), folder / "store"
    return [
        Rival(
            f"reassess ingest, {form}",
            ("ingest", path, str(store), str(MEMORY)),
            partial(shutil.rmtree, store, ignore_errors=True),
        ),
        Rival(f"polars reads {form}", ("polars", path)),
        Rival(
            f"DuckDB sorts {form} by item, {MEMORY // 10**6} MB",
            ("duckdb", path, str(folder), str(MEMORY)),
        ),
    ]


WAYS = {
    "store": "over the store",
    "parts": "in memory, in partitions",
    "whole": "in memory, at once",
}


def in_turn(contenders: list[Rival], runs: int, n_votes: int) -> list[Timing]:
    """Run each in turn, so often, so that what else the machine does falls on all of them."""
    found: dict[str, list[Report]] = {rival.what: [] for rival in contenders}
    for _ in range(runs):
        for rival in contenders:
            rival.prepare()
            found[rival.what].append(task(*rival.arguments))
            same(rival.what, found[rival.what][-1]["digest"], found[rival.what][0]["digest"])
    return [
        Timing(
            rival.what,
            tuple(one[rival.clock] for one in found[rival.what]),
            found[rival.what][0]["digest"],
            votes=n_votes,
            peak_bytes=max(one["peak_bytes"] for one in found[rival.what]),
            facts={"seconds by the wall": median(one["wall"] for one in found[rival.what])},
        )
        for rival in contenders
    ]


def forget(folder: Path) -> None:
    """Have the system forget what it holds of a folder's files."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def curve(folder: Path, sizes: list[int]) -> Iterator[Size]:
    """Measure more and more votes; what is written of a size is deleted before the next."""
    for n_votes in sizes:
        place = folder / str(n_votes)
        write_votes(place, n_votes)
        yield size_of(place, n_votes)
        shutil.rmtree(place)


def size_of(folder: Path, n_votes: int) -> Size:
    """Measure the votes in a folder."""
    store = folder / "store"
    ingest, held = {}, {}
    for form in FORMS:
        shutil.rmtree(store, ignore_errors=True)
        path = folder / f"votes.{form}"
        ingest[form] = task("ingest", str(path), str(store), str(MEMORY))
        held[form] = path.stat().st_size
    held["store"] = sum(path.stat().st_size for path in store.iterdir())
    steps = {how: task("step", str(store), how, str(STEPS)) for how in WAYS}
    same(f"{n_votes} votes", steps["store"]["digest"], steps["parts"]["digest"])
    return Size(n_votes, ingest["parquet"]["partitions"], ingest, steps, held)


def as_sizes(held: list[Mapping[str, Any]]) -> list[Size]:
    """Return the sizes that were written as json."""
    return [Size(**one) for one in held]
