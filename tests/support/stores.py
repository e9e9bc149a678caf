"""Stores of votes: what is compared with them, and files to make them of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from aggregation import Fit, StoreFit, Votes, VoteStore
from aggregation.votes.store.making.fresh import INPUTS


def named_rows(votes: Votes) -> Counter[tuple[Any, Any, Any]]:
    """Count the votes by name of item, rater and answer, as Python objects with their types."""
    rows = zip(votes.items, votes.raters, votes.answers, strict=True)
    names = votes.item_names, votes.rater_names, votes.answer_names
    return Counter((repr(names[0][i]), repr(names[1][r]), repr(names[2][a])) for i, r, a in rows)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return what a folder's files hold, but for what a store says of the files it was made of."""
    files = (path for path in folder.iterdir() if path.is_file() and path.name != INPUTS)
    return {path.name: path.read_bytes() for path in files}


def small_store(folder: Path, n_votes: int = 5_000) -> VoteStore:
    """Make a store of three partitions in a folder, beside the votes, ``votes.csv``."""
    path = write_csv(folder / "votes.csv", shuffled_table(n_votes))
    return VoteStore.ingest(path, folder / "store", partitions=3)


def copied(store: VoteStore, folder: Path) -> Path:
    """Copy a store's files into a folder, to be altered there."""
    folder.mkdir()
    for name, content in bytes_of(store.folder).items():
        (folder / name).write_bytes(content)
    return folder


def shuffled_table(n_votes: int, seed: int = 0, n_raters: int = 200) -> pa.Table:
    """Draw votes in any order: five or so an item, 4 answers, 6 in 10 and some more right."""
    rng = np.random.default_rng(seed)
    items = rng.integers(0, n_votes // 5, n_votes)
    right = rng.random(n_votes) < 0.6
    answers = np.where(right, items % 4, rng.integers(0, 4, n_votes))
    return pa.table(
        {
            "item": pa.array([f"photo {item}" for item in items]),
            "rater": pa.array(rng.integers(0, n_raters, n_votes)),
            "answer": pa.array(np.array(["cat", "dog", "fox", "owl"])[answers]),
        }
    )


def write_csv(path: Path, table: pa.Table) -> Path:
    """Write votes as csv."""
    csv.write_csv(table, path)
    return path


def write_rows(
    path: Path, rows: Iterable[Iterable[Any]], header: str = "item,rater,answer"
) -> Path:
    """Write rows as csv, as they are."""
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def store_of(folder: Path, n_votes: int, n_raters: int, partitions: int) -> VoteStore:
    """Make a store of votes of raters who are right with 7 in 10."""
    rng = np.random.default_rng(5)
    items = rng.integers(0, n_votes // 5, n_votes)
    truth = rng.integers(0, 3, n_votes // 5)
    right = rng.random(n_votes) < 0.7
    answers = np.where(right, truth[items], rng.integers(0, 3, n_votes))
    table = pa.table(
        {"item": items, "rater": rng.integers(0, n_raters, n_votes), "answer": answers}
    )
    path = write_csv(folder / f"{n_votes} {n_raters}.csv", table)
    return VoteStore.ingest(
        path, folder / f"{n_votes} {n_raters} {partitions}", partitions=partitions
    )


def assert_same(of_store: StoreFit, in_memory: Fit) -> None:
    """Hold a fit from a store against the fit in memory, to the bit."""
    for name in ("error_rates", "class_prior", "trace", "objective_trace", "switched"):
        np.testing.assert_array_equal(getattr(of_store, name), getattr(in_memory, name))
    for name in ("log_likelihood", "objective", "n_steps", "converged", "optima", "optimality"):
        assert getattr(of_store, name) == getattr(in_memory, name)
    parts = list(of_store.parts())
    posterior = np.concatenate([part.posterior for part in parts])
    np.testing.assert_array_equal(posterior, in_memory.posterior)
    labels = [label for part in parts for label in part.labels()["label"]]
    assert labels == list(in_memory.labels()["label"])
    assert of_store.class_names == in_memory.class_names
    assert of_store.objective_kind == in_memory.objective_kind
