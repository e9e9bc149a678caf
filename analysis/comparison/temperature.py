"""Any method's posteriors made less, or more, sure, by what is known of some items."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..defaults import FOLDS
from ..errors import AnalysisError, check_types
from .measures import LEAST, known_items


class RecalibratedPosteriors(NamedTuple):
    """Posteriors at another temperature.

    Attributes
    ----------
    posterior : ndarray, shape (n_items, n_classes)
        Of every item; the likeliest class is what it was.
    known_out_of_sample : ndarray, shape (n_items, n_classes)
        Of items of known class, at a temperature that was fitted without the item's fold: measure
        on these. NaN elsewhere.
    temperature : float
        Fitted to all known items: posteriors are proportional to ``p ** (1 / temperature)``. Above
        1 where a method is too sure of itself.
    """

    posterior: NDArray[np.float64]
    known_out_of_sample: NDArray[np.float64]
    temperature: float


# Inverse temperatures that are searched: a method may be a hundred times too sure.
LEAST_SLOPE, MOST_SLOPE = 0.01, 10.0


def recalibrate_posteriors(
    posterior: ArrayLike, *, truth: ArrayLike, folds: int = FOLDS, seed: int = 0
) -> RecalibratedPosteriors:
    """Find the temperature at which posteriors have the least log loss on known items.

    Parameters
    ----------
    posterior : array_like, shape (n_items, n_classes)
        Of any method, which has not been told the truth of these items. Below 1e-12 a probability
        is taken as that.
    truth : array_like of int, shape (n_items,)
        Class of each item, or -1 where it is not known.
    folds : int
        Of the known items, for `known_out_of_sample`; 2 to their number.
    seed : int
        Of the sharing out among folds.

    Returns
    -------
    RecalibratedPosteriors

    Raises
    ------
    AnalysisError
        If shapes do not fit, fewer than two items are known, or a value is out of range.

    References
    ----------
    Guo, Pleiss, Sun & Weinberger (2017), On calibration of modern neural networks, ICML,
    section 4.2: temperature scaling.

    Examples
    --------
    >>> sure = [[0.99, 0.01]] * 10
    >>> found = recalibrate_posteriors(sure, truth=[0] * 8 + [1] * 2, folds=2)
    >>> found.posterior[0].round(3), round(found.temperature, 2)
    (array([0.8, 0.2]), 3.31)
    """
    check_types(recalibrate_posteriors, locals())
    given = np.asarray(posterior, dtype=np.float64)
    items, classes = known_items({"": given}, truth)
    if not 2 <= folds <= len(items):
        raise AnalysisError(f"folds={folds}: give 2 to {len(items)}, the number of known items")
    logs = np.log(np.maximum(given, LEAST))
    fold = np.random.default_rng(seed).permutation(len(items)) % folds
    out_of_sample = np.full_like(given, np.nan)
    for left_out in range(folds):
        here = fold == left_out
        slope = best_slope(logs[items[~here]], classes[~here])
        out_of_sample[items[here]] = at_slope(logs[items[here]], slope)
    slope = best_slope(logs[items], classes)
    return RecalibratedPosteriors(at_slope(logs, slope), out_of_sample, 1 / slope)


def best_slope(logs: NDArray[np.float64], classes: NDArray[np.int64]) -> float:
    """Minimise the log loss, which is convex in the inverse temperature."""
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    there = logs[np.arange(len(classes)), classes].sum()

    def loss(slope: float) -> float:
        return float(logsumexp(slope * logs, axis=1).sum() - slope * there)

    bounds = LEAST_SLOPE, MOST_SLOPE
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-9})
    return float(found.x)


def at_slope(logs: NDArray[np.float64], slope: float) -> NDArray[np.float64]:
    """Posteriors of logarithms times an inverse temperature."""
    from scipy.special import softmax

    return np.asarray(softmax(slope * logs, axis=1))
