"""Small models that hypothesis draws for the tests of error rates and of the E-step."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation import Votes

# The first example compiles the kernel.
compiles = settings(deadline=None)


class Model(NamedTuple):
    """Votes as triples and as `Votes`, and how many of everything there are."""

    triples: list[tuple[int, int, int]]
    votes: Votes
    n_classes: int


@st.composite
def models(draw: st.DrawFn, max_votes: int = 12) -> Model:
    n_items, n_raters, n_classes, n_answers = (draw(st.integers(1, n)) for n in (4, 3, 4, 4))
    codes = (st.integers(0, n - 1) for n in (n_items, n_raters, n_answers))
    triples = draw(st.lists(st.tuples(*codes), min_size=1, max_size=max_votes))
    votes = Votes.from_triples(
        *zip(*triples, strict=True), n_items=n_items, n_raters=n_raters, n_answers=n_answers
    )
    return Model(triples, votes, n_classes)


def doubles(values: Any) -> NDArray[np.float64]:
    """Fractions as the nearest doubles."""
    return np.array(values, dtype=object).astype(float)


def shape_of(model: Model) -> tuple[int, int, int]:
    return model.votes.n_raters, model.n_classes, model.votes.n_answers
