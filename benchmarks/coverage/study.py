"""A study: one design, drawn many times, and what each draw's intervals cover."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

# What covered means, by the name of an interval: booleans, one for each of its parameters.
Covered = dict[str, NDArray[np.bool_]]


class Study(NamedTuple):
    """A design of which sets are drawn.

    Attributes
    ----------
    name : str
        Of the design, short.
    design : str
        What is drawn, in words.
    draw : callable
        From a generator to what the intervals of one set cover; those without an interval are left
        out.
    sets : int
        How many are drawn, as a multiple of the usual number.
    """

    name: str
    design: str
    draw: Callable[[np.random.Generator], Covered]
    sets: int = 1


class Row(NamedTuple):
    """How often an interval has covered, over all sets of a study.

    Attributes
    ----------
    study, interval : str
    covered : float
        Share of the intervals.
    error : float
        Standard error of that share, with the sets as independent units.
    n_sets, n_intervals : int
    """

    study: str
    interval: str
    covered: float
    error: float
    n_sets: int
    n_intervals: int


def inside(interval: Iterable[ArrayLike], truth: ArrayLike) -> NDArray[np.bool_]:
    """Say which intervals cover the truth; those that are NaN are left out."""
    low, high = (np.asarray(end, dtype=float) for end in interval)
    there = ~(np.isnan(low) | np.isnan(high))
    truth = np.broadcast_to(np.asarray(truth, dtype=float), low.shape)
    covered: NDArray[np.bool_] = (low <= truth) & (truth <= high)
    return np.asarray(np.atleast_1d(covered)[np.atleast_1d(there)])


def measure(study: Study, number: int, sets: int, workers: int | None = None) -> list[Row]:
    """Draw the sets of a study, each from a seed of its own, and count."""
    work = partial(_one_set, study.draw, number)
    if workers == 1:
        found = [work(k) for k in range(sets)]
    else:
        # new processes, so that linear algebra heeds what it reads when it is loaded
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            found = list(pool.map(work, range(sets), chunksize=5))
    names = list(dict.fromkeys(name for one in found for name in one))
    return [_row(study.name, name, [one[name] for one in found if name in one]) for name in names]


def _row(study: str, interval: str, covered: list[NDArray[np.bool_]]) -> Row:
    hits = np.array([one.sum() for one in covered], dtype=float)
    sizes = np.array([one.size for one in covered], dtype=float)
    share = hits.sum() / sizes.sum()
    residuals, n = hits - share * sizes, len(sizes)
    error = np.sqrt(n / (n - 1) * (residuals @ residuals)) / sizes.sum()
    return Row(study, interval, float(share), float(error), n, int(sizes.sum()))


def _one_set(draw: Callable[[Any], Covered], number: int, k: int) -> Covered:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sparse votes: that is what is studied
        return draw(np.random.default_rng((number, k)))
