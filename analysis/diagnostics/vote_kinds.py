"""Kinds of items: how many have so many votes of each answer, and how many a model expects."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes

from ..errors import AnalysisError
from .latent_states import LatentStates

MOST_STATES = 1 << 20


class KindTable(NamedTuple):
    """All kinds of items that could occur, and how an item's kind is found.

    Attributes
    ----------
    counts : ndarray of int64, shape (n_kinds, n_answers)
        Votes of each answer.
    steps : ndarray of int64, shape (n_answers,)
        What a vote of each answer adds to an item's state; 0 for the last.
    kind_of : ndarray of int64, shape (most_votes + 1, n_states)
        Kind of each number of votes and state; -1 where there is none.
    """

    counts: NDArray[np.int64]
    steps: NDArray[np.int64]
    kind_of: NDArray[np.int64]


def kind_table(votes: Votes) -> KindTable:
    """List the kinds of items that could occur, by number of votes and then by the first answers.

    Raises
    ------
    AnalysisError
        If items have so many votes, of so many answers, that kinds cannot be counted.
    """
    sizes = np.unique(np.diff(votes.starts))
    most, n_answers = int(sizes[-1]), votes.n_answers
    if not are_countable(votes):
        raise AnalysisError(
            f"items with up to {most} votes of {n_answers} answers are of too many kinds to count: "
            "leave out the items with the most votes"
        )
    n_states = (most + 1) ** (n_answers - 1)
    steps = np.append((most + 1) ** np.arange(n_answers - 2, -1, -1), 0)
    first = np.array(list(itertools.product(range(most + 1), repeat=n_answers - 1)), dtype=np.int64)
    first = first.reshape(n_states, n_answers - 1)
    kind_of = np.full((most + 1, n_states), -1, dtype=np.int64)
    kinds: list[NDArray[np.int64]] = []
    for size in sizes[sizes > 0].tolist():
        states = np.flatnonzero(first.sum(axis=1) <= size)[::-1]
        kind_of[size, states] = sum(map(len, kinds)) + np.arange(len(states))
        rest = size - first[states].sum(axis=1)
        kinds.append(np.column_stack((first[states], rest)))
    return KindTable(np.concatenate(kinds), steps, kind_of)


def are_countable(votes: Votes) -> bool:
    """Say whether items are of few enough kinds to count them."""
    most = int(np.diff(votes.starts).max())
    return bool((most + 1) ** votes.n_answers <= MOST_STATES)


def count_kinds(
    votes: Votes, answers: NDArray[np.integer[Any]], table: KindTable
) -> NDArray[np.int64]:
    """Count the items of each kind, shape (n_kinds,), if votes are these answers.

    Items without votes are left out.
    """
    sizes = np.diff(votes.starts)
    asked = np.flatnonzero(sizes)
    state = np.add.reduceat(table.steps[answers], votes.starts[asked])
    return np.bincount(table.kind_of[sizes[asked], state], minlength=len(table.counts))


def expected_kinds(model: LatentStates, table: KindTable) -> NDArray[np.float64]:
    """Compute the number of items of each kind that the model expects, shape (n_kinds,)."""
    from .kernels import add_expected_kinds  # Numba takes a third of a second to import

    expected = np.zeros(len(table.counts))
    add_expected_kinds(
        model.votes.starts,
        model.votes.raters,
        np.ascontiguousarray(model.error_rates),
        model.chances,
        table.steps,
        table.kind_of,
        expected,
    )
    return expected


def kind_names(counts: NDArray[np.int64], answers: Sequence[Any]) -> list[str]:
    """Say each kind in words: "3 no, 2 yes", or "3 x 0, 2 x 1" where answers are numbers."""
    names = [str(answer) for answer in answers]
    times = " x " if any(name[:1].isdecimal() for name in names) else " "
    return [
        ", ".join(f"{count}{times}{name}" for count, name in zip(row, names, strict=True) if count)
        for row in counts.tolist()
    ]


def unanimous_weights(
    counts: NDArray[np.int64], observed: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Weights of the kinds that add up to the share of items whose votes are all the same."""
    sizes = counts.sum(axis=1)
    among = observed[sizes > 1].sum()
    if not among:
        raise AnalysisError("no item has two votes, so there is nothing to agree on")
    weights: NDArray[np.float64] = ((sizes > 1) & (counts.max(axis=1) == sizes)) / float(among)
    return weights


def agreement_weights(
    counts: NDArray[np.int64], observed: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Weights of the kinds that add up to the share of pairs of votes that agree."""
    sizes = counts.sum(axis=1)
    alike = (counts * (counts - 1)).sum(axis=1)
    weights: NDArray[np.float64] = alike / float(observed @ (sizes * (sizes - 1)))
    return weights
