"""How right posteriors are on items of known class, each measure with an interval over items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..defaults import CONFIDENCE, REPLICATES
from ..errors import AnalysisError, check_types
from ..statistics.bands import proportion_interval
from ..statistics.estimates import BLOCK, Estimate, check_count, drawn_images, estimate

# Posteriors that differ by less than this share of the largest are a tie.
ROUNDING = 1e-9
# A probability below this is taken as this in the log loss, so that a class that a method holds to
# be impossible costs 27.6 nats, and not infinitely many.
LEAST = 1e-12
# Numbers of an item beside those of its classes: 1, right, log loss, Brier score, confidence.
N_PLAIN = 5

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rightness:
    """How right posteriors are on the items of known class.

    Attributes
    ----------
    accuracy : Estimate
        Share of items whose likeliest class is the true one; of k that tie, each counts 1/k.
    macro_f1 : Estimate
        Mean of F1 over classes that occur, in truth or among the labels; ties count 1/k.
    log_loss : Estimate
        Mean of minus the logarithm of the true class's probability, in nats; below 1e-12 it is
        taken as that.
    brier : Estimate
        Mean squared distance of an item's posterior from its class, summed over classes: 0..2.
    mean_confidence : Estimate
        Mean of the largest posterior.
    overconfidence : Estimate
        Mean confidence less accuracy.
    """

    accuracy: Estimate
    macro_f1: Estimate
    log_loss: Estimate
    brier: Estimate
    mean_confidence: Estimate
    overconfidence: Estimate


MEASURES = tuple(field.name for field in fields(Rightness))


def measure_rightness(
    posteriors: Mapping[str, ArrayLike],
    truth: ArrayLike,
    *,
    baseline: str | None = None,
    confidence: float = CONFIDENCE,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> tuple[dict[str, Rightness], dict[str, Rightness]]:
    """Hold several methods' posteriors against the known classes of items.

    Parameters
    ----------
    posteriors : mapping of str to array_like, shape (n_items, n_classes)
        By the methods' names; of the same items and classes.
    truth : array_like of int, shape (n_items,)
        Class of each item, or -1 where it is not known.
    baseline : str, optional
        The method that the others are compared with. Default: the first.
    confidence : float
        Of each interval, between 0 and 1.
    replicates, seed : int
        Of the bootstrap over items: the same draws for every method.

    Returns
    -------
    measured, differences : dict of str to Rightness
        By method; the second has each measure less the baseline's, paired over items.

    Raises
    ------
    AnalysisError
        If there are no posteriors, shapes do not fit, no class is known, or a value is out of
        range.

    Examples
    --------
    >>> both = {"sure": [[1, 0], [0, 1], [1, 0]], "unsure": [[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]}
    >>> measured, less = measure_rightness(both, [0, 1, 1], replicates=100)
    >>> round(measured["unsure"].accuracy.value, 3), round(less["unsure"].accuracy.value, 3)
    (0.833, 0.167)
    """
    check_types(measure_rightness, locals())
    check_count("replicates", replicates, 1)
    check_count("seed", seed, 0)
    by_name = {name: np.asarray(given, dtype=np.float64) for name, given in posteriors.items()}
    items, classes = known_items(by_name, truth)
    if baseline is not None and baseline not in by_name:
        raise AnalysisError(f"baseline={baseline!r} is none of {', '.join(map(str, by_name))}")
    numbers = [item_numbers(posterior[items], classes) for posterior in by_name.values()]
    joined = np.hstack(numbers)
    observed = _by_method(joined.sum(axis=0, keepdims=True), len(by_name))[0]
    drawn = _drawn(joined, len(by_name), replicates, seed)
    first = 0 if baseline is None else [*by_name].index(baseline)
    measured, differences = {}, {}
    for place, name in enumerate(by_name):
        measured[name] = _with_intervals(observed[place], drawn[:, place], len(items), confidence)
        gap, gaps = observed[place] - observed[first], drawn[:, place] - drawn[:, first]
        pairs = zip(gap, gaps.T, strict=True)
        differences[name] = Rightness(
            *(estimate(value, of_draws, confidence=confidence) for value, of_draws in pairs)
        )
    return measured, differences


def item_numbers(posterior: Array, truth: NDArray[np.int64]) -> Array:
    """Numbers of each item whose sums give every measure, (n_items, 5 + 3 * n_classes).

    Beside the plain ones: by class, the share of the item's label that is right, the label's share,
    and whether it is the true one.
    """
    rows, n_classes = np.arange(len(truth)), posterior.shape[1]
    labels, of_truth = decisions(posterior), np.eye(n_classes)[truth]
    there = posterior[rows, truth]
    plain = (
        np.ones(len(truth)),
        labels[rows, truth],
        -np.log(np.maximum(there, LEAST)),
        (posterior**2).sum(axis=1) - 2 * there + 1,
        posterior.max(axis=1),
    )
    return np.column_stack((*plain, labels * of_truth, labels, of_truth))


def decisions(posterior: Array) -> Array:
    """Each item's label as shares of classes: 1 for the likeliest, 1/k for each of k that tie."""
    best = posterior >= posterior.max(axis=1, keepdims=True) * (1 - ROUNDING)
    return np.asarray(best / best.sum(axis=1, keepdims=True))


def measures_of(sums: Array) -> Array:
    """Return the measures, in the order of MEASURES, of sums of items' numbers along an axis."""
    n, right, loss, brier, top = np.moveaxis(sums[..., :N_PLAIN], -1, 0)
    hits, labels, truths = np.split(sums[..., N_PLAIN:], 3, axis=-1)
    both = labels + truths
    # a class that neither occurs nor is given has no F1
    f1 = np.divide(2 * hits, both, out=np.zeros_like(both), where=both > 0)
    macro = f1.sum(axis=-1) / (both > 0).sum(axis=-1)
    shares = [right / n, macro, loss / n, brier / n, top / n, (top - right) / n]
    return np.stack(shares, axis=-1)


def _by_method(sums: Array, n_methods: int) -> Array:
    """Measures of each method, (n_draws, n_methods, n_measures), of sums side by side."""
    return measures_of(sums.reshape(len(sums), n_methods, -1))


def _drawn(numbers: Array, n_methods: int, replicates: int, seed: int) -> Array:
    """Measures of each replicate: items drawn with replacement, as weights of their numbers."""
    blocks = [range(k, min(k + BLOCK, replicates)) for k in range(0, replicates, BLOCK)]
    weights = (drawn_images(len(numbers), block, seed).astype(np.float64) for block in blocks)
    return np.concatenate([_by_method(block @ numbers, n_methods) for block in weights])


def _with_intervals(observed: Array, drawn: Array, n_items: int, confidence: float) -> Rightness:
    found = [
        estimate(value, of_draws, confidence=confidence)
        for value, of_draws in zip(observed, drawn.T, strict=True)
    ]
    # where every label is right, every draw's is, and the bootstrap sees no uncertainty
    right = min(observed[0] * n_items, n_items)
    low, high = proportion_interval(right, n_items, drawn[:, 0], confidence=confidence)
    return Rightness(Estimate(found[0].value, float(low), float(high)), *found[1:])


def known_items(
    by_name: Mapping[str, Array], truth: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the items of known class, and their classes; what does not fit is an AnalysisError."""
    shapes = {posterior.shape for posterior in by_name.values()}
    given = np.asarray(truth)
    if len(shapes) != 1 or len(next(iter(shapes))) != 2:
        raise AnalysisError(
            f"posteriors of shapes {', '.join(map(str, sorted(shapes))) or 'none'}: give those of "
            "one or more methods, of the same items and classes"
        )
    ((n_items, n_classes),) = shapes
    if given.shape != (n_items,):
        raise AnalysisError(f"truth of shape {given.shape} does not fit {n_items} items")
    wrong = ~np.isin(given, np.arange(-1, n_classes))
    if wrong.any():
        item = int(np.argmax(wrong))
        raise AnalysisError(
            f"truth of item {item} is {given[item]}: classes are 0..{n_classes - 1}, or -1 where "
            "it is not known"
        )
    items = np.flatnonzero(given >= 0)
    if not len(items):
        raise AnalysisError("the class of no item is known: there is nothing to measure on")
    for name, posterior in by_name.items():
        if not (np.isfinite(posterior[items]) & (posterior[items] >= 0)).all():
            raise AnalysisError(
                f"the posterior {f'of {name} ' if name else ''}has entries that are no "
                "probabilities: give numbers from 0 to 1"
            )
    return items, given[items].astype(np.int64)
