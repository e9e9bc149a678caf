"""Votes as plain (item, rater, answer) rows, which the tests of `Votes` compare them with."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from aggregation import Votes

# The first example compiles the kernels.
compiles = settings(deadline=None)

Triples = list[tuple[int, int, int]]
N_ITEMS, N_RATERS, N_ANSWERS = 6, 5, 4


@st.composite
def triples(draw: st.DrawFn) -> Triples:
    """(item, rater, answer) codes with repetitions and gaps."""
    vote = st.tuples(*(st.integers(0, n - 1) for n in (N_ITEMS, N_RATERS, N_ANSWERS)))
    return draw(st.lists(vote, min_size=1, max_size=40))


def votes_of(rows: Triples) -> Votes:
    return Votes.from_triples(
        *zip(*rows, strict=True), n_items=N_ITEMS, n_raters=N_RATERS, n_answers=N_ANSWERS
    )


def triples_of(votes: Votes) -> Triples:
    columns = (votes.items.tolist(), votes.raters.tolist(), votes.answers.tolist())
    return list(zip(*columns, strict=True))


def assert_same(votes: Votes, other: Votes) -> None:
    np.testing.assert_array_equal(votes.starts, other.starts)
    np.testing.assert_array_equal(votes.codes, other.codes)
    for size in ("n_items", "n_raters", "n_answers", "n_votes"):
        assert getattr(votes, size) == getattr(other, size)
    for names in ("item_names", "rater_names", "answer_names"):
        assert list(getattr(votes, names)) == list(getattr(other, names))
