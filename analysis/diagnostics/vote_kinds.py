"""Kinds of items: how many have so many votes of each answer, and how many a model expects."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes
from aggregation.datasets.draws import answer_bounds, draw_answers
from aggregation.kernels.threads import thread_count

from ..errors import AnalysisError
from .latent_states import LatentStates

# Each kind is a number of every replicate, and a row of the table of checks.
MOST_KINDS = 1 << 16
# Products of two probabilities: a minute or two.
MOST_PRODUCTS = 1e11


class KindTable(NamedTuple):
    """All kinds of items that could occur, and how an item's kind is found.

    The kinds of items of one size are numbered from the one whose votes are all of the first
    answer, and on from there with fewer of the first answer, then of the second, and so on. So the
    numbers, from 0, of kinds with the same votes but for those of the first answer are the same for
    any size. Such a number is an item's state: another vote of the first answer leaves it alone.

    Attributes
    ----------
    counts : ndarray of int64, shape (n_kinds, n_answers)
        Votes of each answer; by size.
    after : ndarray of int32, shape (n_states, n_answers)
        State after one more vote of each answer, of items with fewer than the most votes.
    first : ndarray of int64, shape (most_votes + 1,)
        Kind of state 0 for each number of votes; -1 where no item has so many.
    """

    counts: NDArray[np.int64]
    after: NDArray[np.int32]
    first: NDArray[np.int64]


def kind_table(votes: Votes) -> KindTable:
    """List the kinds of items that could occur, by number of votes and then by the first answers.

    Votes are some, and of few enough kinds; see :func:`too_many_kinds`.

    References
    ----------
    Knuth (2011), The Art of Computer Programming 4A, Section 7.2.1.3: the combinatorial number
    system, here of the sums below.
    """
    sizes, n_answers = sizes_of(votes), votes.n_answers
    most = int(sizes[-1])
    # Votes of answer k or a later one; all of them for the first.
    sums = np.full((1, 1), most)
    for _ in range(1, n_answers):
        choices = sums[:, -1] + 1
        rows = np.repeat(np.arange(len(sums)), choices)
        least = np.repeat(np.cumsum(choices) - choices, choices)
        sums = np.column_stack((sums[rows], np.arange(len(rows)) - least))
    kinds = [_counts(sums[: n_kinds(size, n_answers)], size) for size in sizes.tolist()]
    first = np.full(most + 1, -1)
    first[sizes] = np.cumsum([0, *map(len, kinds[:-1])])
    return KindTable(np.concatenate(kinds), _after(sums[: n_kinds(most - 1, n_answers)]), first)


def _counts(sums: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Votes of each answer, of items with so many votes."""
    sums = np.column_stack((sums, np.zeros(len(sums), dtype=np.int64)))
    sums[:, 0] = size
    return -np.diff(sums, axis=1)


def _after(sums: NDArray[np.int64]) -> NDArray[np.int32]:
    """State after one more vote of each answer.

    States before one whose sums are s_1 >= s_2 >= ... number sum_k C(s_k + K - k - 1, K - k) for
    answers k = 1, ..., K - 1. A vote of answer k adds 1 to s_1, ..., s_k, and so to each term up to
    the k-th C(s_k + K - k - 1, K - k - 1).
    """
    n_states, n_answers = sums.shape
    added = np.zeros((n_states, n_answers), dtype=np.int64)
    binomials = np.ones(sums.max() + 1, dtype=np.int64)
    for answer in range(n_answers - 1, 0, -1):
        added[:, answer] = binomials[sums[:, answer]]
        binomials = np.cumsum(binomials)
    return (np.arange(n_states)[:, None] + np.cumsum(added, axis=1)).astype(np.int32)


def sizes_of(votes: Votes) -> NDArray[np.int64]:
    """Numbers of votes that items have, ascending, without 0."""
    sizes = np.unique(np.diff(votes.starts))
    return sizes[sizes > 0]


def n_kinds(size: int, n_answers: int) -> int:
    """Count the kinds of items with so many votes."""
    return math.comb(size + n_answers - 1, n_answers - 1)


def too_many_kinds(votes: Votes, n_states: int) -> str:
    """Say why kinds of items are too many to count; nothing where they are not.

    Parameters
    ----------
    votes : Votes
    n_states : int
        Latent states of the model that is to say how many there should be.

    Returns
    -------
    str
    """
    sizes, n_answers = np.diff(votes.starts), votes.n_answers
    different = sizes_of(votes).tolist()
    total = sum(n_kinds(size, n_answers) for size in different)
    mend = "leave out the items with the most votes"
    if total > MOST_KINDS:
        return (
            f"items with up to {different[-1]:,} votes of {n_answers} answers are of {total:,} "
            f"kinds by their votes of each answer, where {MOST_KINDS:,} can be counted: {mend}"
        )
    items = np.bincount(sizes)
    before = sum(int(items[size]) * n_kinds(size - 1, n_answers + 1) for size in different)
    products = float(before) * n_answers * n_states
    if products > MOST_PRODUCTS:
        return (
            f"what {n_states:,} latent states expect of items with up to {different[-1]:,} votes "
            f"of {n_answers} answers takes {products:.1e} products, where {MOST_PRODUCTS:.0e} are "
            f"done: {mend}, or take some of the items"
        )
    return ""


def count_kinds(
    votes: Votes, answers: NDArray[np.integer[Any]], table: KindTable
) -> NDArray[np.int64]:
    """Count the items of each kind, shape (n_kinds,), if votes are these answers.

    Items without votes are left out.
    """
    from .kernels import add_kinds  # Numba takes a third of a second to import

    counted = np.zeros(len(table.counts), dtype=np.int64)
    add_kinds(votes.starts, answers, table.after, table.first, counted)
    return counted


def drawn_kinds(
    models: Sequence[LatentStates], table: KindTable, numbers: range, seed: int
) -> Iterator[NDArray[np.int64]]:
    """Yield the number of items of each kind, shape (n_models, n_kinds), in votes drawn from each.

    The models are of the same votes. A replicate depends on the seed and its own number alone; they
    are drawn on several threads.
    """
    from .kernels import add_drawn_kinds

    votes, raters = models[0].votes, models[0].votes.raters
    bounds = [
        (
            np.ascontiguousarray(np.cumsum(model.chances, axis=1)[:, :-1]),
            answer_bounds(model.error_rates),
        )
        for model in models
    ]

    def draw(number: int) -> NDArray[np.int64]:
        places = np.random.default_rng((seed, number)).random(votes.n_items + votes.n_votes)
        counted = np.zeros((len(models), len(table.counts)), dtype=np.int64)
        for of_model, counts in zip(bounds, counted, strict=True):
            add_drawn_kinds(
                votes.starts, raters, places, *of_model, table.after, table.first, counts
            )
        return counted

    with ThreadPoolExecutor(thread_count(None, votes.n_votes)) as pool:
        yield from pool.map(draw, numbers)


def draw_replicate(model: LatentStates, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw an answer for every vote from the fitted model, shape (n_votes,)."""
    votes = model.votes
    bounds = np.cumsum(model.chances, axis=1)[:, :-1]
    classes = (rng.random(votes.n_items)[:, None] >= bounds).sum(axis=1)
    of_vote = np.repeat(classes, np.diff(votes.starts))
    return draw_answers(model.error_rates, raters=votes.raters, classes=of_vote, rng=rng)


def expected_kinds(model: LatentStates, table: KindTable) -> NDArray[np.float64]:
    """Compute the number of items of each kind that the model expects, shape (n_kinds,)."""
    from .kernels import add_expected_kinds

    expected = np.zeros(len(table.counts))
    add_expected_kinds(
        model.votes.starts,
        model.votes.raters,
        np.ascontiguousarray(model.error_rates),
        model.chances,
        table.after,
        table.first,
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
