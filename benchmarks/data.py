"""Votes to measure with: simulated ones of any number, made in little memory, or the release's."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes

VOTES_PER_ITEM = 5
# Votes that are drawn at a time.
PIECE = 1_000_000
LEAST_SKILL, MOST_SKILL = 0.4, 0.95


class Columns(NamedTuple):
    """Votes as three columns of codes, shape (n_votes,)."""

    items: NDArray[np.int64]
    raters: NDArray[np.int64]
    answers: NDArray[np.int64]

    def shuffled(self, seed: int) -> Columns:
        """Return the same votes in another order."""
        order = np.random.default_rng(seed).permutation(len(self.items))
        return Columns(*(column[order] for column in self))


def simulated_columns(
    n_votes: int,
    *,
    n_raters: int,
    n_answers: int = 3,
    per_item: int = VOTES_PER_ITEM,
    seed: int = 0,
) -> Columns:
    """Draw votes, five an item, by raters who know the answer more or less often and else guess.

    Nothing is held beside the columns but a piece of them, so that a process that draws its votes
    has had no more memory than when it has them.
    """
    rng = np.random.default_rng(seed)
    columns = Columns(*(np.empty(n_votes, dtype=np.int64) for _ in range(3)))
    skill = np.linspace(LEAST_SKILL, MOST_SKILL, n_raters)
    for begin in range(0, n_votes, PIECE):
        end = min(begin + PIECE, n_votes)
        items, raters, answers = (column[begin:end] for column in columns)
        items[:] = np.arange(begin, end) // per_item
        raters[:] = rng.integers(n_raters, size=len(items))
        truth = rng.integers(n_answers, size=len(items) // per_item + 1)
        knows = rng.random(len(items)) < skill[raters]
        guess = rng.integers(n_answers, size=len(items))
        answers[:] = np.where(knows, truth[items - begin // per_item], guess)
    return columns


def release_columns(folder: Path) -> Columns:
    """Return the release's votes as columns, grouped by item."""
    from analysis import load_release

    votes = load_release(folder).votes
    wide: list[NDArray[Any]] = [votes.items, votes.raters, votes.answers]
    return Columns(*(column.astype(np.int64) for column in wide))


def write_tables(folder: Path, n_votes: int, *, n_items: int, n_raters: int) -> None:
    """Write votes with names of text, in any order, as ``votes.parquet`` and ``votes.csv``."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    rng = np.random.default_rng(0)
    names = {
        "item": [f"item-{number:07d}" for number in range(n_items)],
        "rater": [f"rater{number}" for number in range(n_raters)],
        "answer": ["no", "maybe", "yes"],
    }
    table = pa.table(
        {
            role: pa.array(values).take(pa.array(rng.integers(len(values), size=n_votes)))
            for role, values in names.items()
        }
    )
    parquet.write_table(table, folder / "votes.parquet")
    csv.write_csv(table, folder / "votes.csv")


def save(path: Path, columns: Columns) -> None:
    """Write columns to a file for a fresh process."""
    np.save(path, np.stack(columns))


def load(path: Path) -> Columns:
    """Read what :func:`save` has written."""
    return Columns(*np.load(path))


def neighbours(
    n_items: int,
    n_raters: int,
    n_classes: int,
    votes_per_item: int = 3,
    seed: int = 0,
    *,
    own_side: bool = False,
) -> tuple[Votes, NDArray[np.int64]]:
    """Simulate votes and return the truth; each rater is right with a probability of its own.

    Of the wrong answers, seven in ten are the next or next but one class, on either side or, with
    `own_side`, on the side that is the rater's own.
    """
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_classes, n_items)
    right = rng.beta(6, 4, n_raters)
    items = np.repeat(np.arange(n_items), votes_per_item)
    raters = rng.integers(0, n_raters, len(items))
    near = rng.choice([-2, -1, 1, 2], len(items), p=[0.15, 0.35, 0.35, 0.15])
    if own_side:
        near = np.abs(near) * rng.choice([-1, 1], n_raters)[raters]
    far = rng.integers(1, n_classes, len(items))
    off = np.where(rng.random(len(items)) < 0.7, near, far)
    off[rng.random(len(items)) < right[raters]] = 0
    answers = (truth[items] + off) % n_classes
    votes = Votes.from_triples(
        items, raters, answers, n_items=n_items, n_raters=n_raters, n_answers=n_classes
    )
    return votes, truth
