"""Simulated votes of any number as files, in random order, written a piece at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..data import LEAST_SKILL, MOST_SKILL, PIECE, VOTES_PER_ITEM

N_RATERS, ANSWERS = 1000, ("cat", "dog", "fox", "owl", "yak")
FORMS = ("csv", "parquet")


def write_votes(folder: Path, n_votes: int) -> None:
    """Write votes as ``votes.csv`` and ``votes.parquet``: five an item, names of text."""
    from pyarrow import csv, parquet

    rng = np.random.default_rng(0)
    first = piece(rng, min(PIECE, n_votes), n_votes)
    folder.mkdir(parents=True, exist_ok=True)
    bare = csv.WriteOptions(quoting_style="none")
    with (
        csv.CSVWriter(folder / "votes.csv", first.schema, write_options=bare) as text,
        parquet.ParquetWriter(folder / "votes.parquet", first.schema) as typed,
    ):
        for begin in range(0, n_votes, PIECE):
            table = piece(rng, min(PIECE, n_votes - begin), n_votes) if begin else first
            text.write_table(table)
            typed.write_table(table)


def piece(rng: np.random.Generator, size: int, n_votes: int) -> Any:
    """Draw some of the votes; who knows the answer is more often right."""
    import pyarrow as pa
    import pyarrow.compute as pc

    items = rng.integers(max(n_votes // VOTES_PER_ITEM, 1), size=size)
    raters = rng.integers(N_RATERS, size=size)
    skill = np.linspace(LEAST_SKILL, MOST_SKILL, N_RATERS)
    knows = rng.random(size) < skill[raters]
    answers = np.where(knows, items % len(ANSWERS), rng.integers(len(ANSWERS), size=size))
    return pa.table(
        {
            "item": pc.binary_join_element_wise("item", pa.array(items).cast("string"), "-"),
            "rater": pc.binary_join_element_wise("rater", pa.array(raters).cast("string"), ""),
            "answer": pa.array(ANSWERS).take(pa.array(answers)),
        }
    )
