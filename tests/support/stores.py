"""Stores of votes: what is compared with them, and files to make them of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from aggregation import Votes
from aggregation.votes.store.plan import INPUTS


def named_rows(votes: Votes) -> Counter[tuple[Any, Any, Any]]:
    """Count the votes by name of item, rater and answer, as Python objects with their types."""
    rows = zip(votes.items, votes.raters, votes.answers, strict=True)
    names = votes.item_names, votes.rater_names, votes.answer_names
    return Counter((repr(names[0][i]), repr(names[1][r]), repr(names[2][a])) for i, r, a in rows)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return what a folder's files hold, but for what a store says of the files it was made of."""
    files = (path for path in folder.iterdir() if path.is_file() and path.name != INPUTS)
    return {path.name: path.read_bytes() for path in files}


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
