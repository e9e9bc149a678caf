"""Expected logarithms under a table of Dirichlet counts, which threads share in pieces."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...kernels.dirichlet import expected_logarithms, logarithms_of_prior
from ...kernels.threads import Threads
from .by_code import rater_pieces


def fill_logarithms(
    counts: NDArray[np.float64],
    prior: NDArray[np.float64],
    rates: NDArray[np.float64],
    threads: Threads | None = None,
) -> float:
    """Fill ``exp(E log p)``; return how far its distributions are from the prior, in nats.

    Each p is Dirichlet with `counts`, shape (n_raters, n_answers, n_classes), along the answers;
    `prior` are counts of shape (n_answers, n_classes), the same for all raters. Divergences are
    added piece by piece, and pieces depend on the shape alone.
    """
    n_raters, n_answers, n_classes = counts.shape
    pieces = [*pairwise(rater_pieces((n_raters, n_answers, n_classes)))]
    of_prior, divergences = logarithms_of_prior(prior), np.empty(len(pieces))

    def work(begin: int, end: int) -> None:
        for piece in range(begin, end):
            some = slice(*pieces[piece])
            divergences[piece] = expected_logarithms(counts[some], prior, *of_prior, rates[some])

    (threads or Threads()).share(work, len(pieces))
    return float(divergences.sum())
