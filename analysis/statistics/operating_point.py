"""Choosing an operating point on a precision-recall curve: the threshold of a target."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import AnalysisError, check_types
from .precision_recall import OperatingPoint, PrecisionRecall


class Costs(NamedTuple):
    """What a fitting label that is missing costs, and a kept label that does not fit; 0 or more."""

    missing: float
    wrong: float


@dataclass(frozen=True)
class Target:
    """What an operating point is to reach; exactly one of these is given.

    Attributes
    ----------
    precision : float, optional
        At least this precision, in 0..1, and then the highest recall.
    recall : float, optional
        At least this recall, in 0..1, and then the highest precision.
    f_beta : float, optional
        The highest F of this beta, above 0: recall counts beta times as much as precision.
    costs : Costs, optional
        The least total cost.
    threshold : float, optional
        This threshold, in 0..1.
    """

    precision: float | None = None
    recall: float | None = None
    f_beta: float | None = None
    costs: Costs | None = None
    threshold: float | None = None

    def __post_init__(self) -> None:
        given = {name: value for name, value in vars(self).items() if value is not None}
        if len(given) != 1:
            raise AnalysisError(
                "give one target, of precision, recall, f_beta, costs and threshold: "
                + (f"not {' and '.join(given)}" if given else "none is given")
            )
        for name in ("precision", "recall"):
            if name in given and not 0 <= given[name] <= 1:
                raise AnalysisError(f"{name} {given[name]} is not in 0..1")
        if self.f_beta is not None and not 0 < self.f_beta < math.inf:
            raise AnalysisError(f"f_beta {self.f_beta} is not above 0")
        if self.costs is not None and not (min(self.costs) >= 0 and 0 < max(self.costs) < math.inf):
            raise AnalysisError(
                f"costs {tuple(self.costs)}: give finite ones, 0 or more, not both 0"
            )
        if self.threshold is not None:
            check_threshold(self.threshold)

    def __str__(self) -> str:
        if self.precision is not None:
            return f"the highest recall with a precision of at least {self.precision:g}"
        if self.recall is not None:
            return f"the highest precision with a recall of at least {self.recall:g}"
        if self.f_beta is not None:
            return f"the highest F{self.f_beta:g}"
        if self.costs is not None:
            return (
                f"the least cost, {self.costs.missing:g} for a missing label and "
                f"{self.costs.wrong:g} for a wrong one"
            )
        return f"the threshold {self.threshold:g}"

    def best(
        self, kept: NDArray[Any], hits: NDArray[Any], n_fits: NDArray[Any]
    ) -> NDArray[np.int64]:
        """Choose a point of each curve: the first of the best ones, which keeps the fewest.

        Parameters
        ----------
        kept, hits : ndarray of int, shape (n_curves, n_points)
        n_fits : ndarray of int, shape (n_curves,)

        Returns
        -------
        ndarray of int, shape (n_curves,)
            -1 where no point reaches the target.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            precision, recall = hits / kept, hits / n_fits[:, None]
        worth = self._worth(kept, hits, n_fits[:, None], precision, recall)
        worth = np.where(kept > 0, worth, -np.inf)
        chosen = worth.argmax(axis=1)
        reached = np.take_along_axis(worth, chosen[:, None], axis=1)[:, 0] > -np.inf
        return np.where(reached, chosen, -1)

    def _worth(
        self,
        kept: NDArray[Any],
        hits: NDArray[Any],
        n_fits: NDArray[Any],
        precision: NDArray[np.float64],
        recall: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """How good each point is; -inf where it misses the target."""
        if self.precision is not None:
            return np.where(precision >= self.precision, recall, -np.inf)
        if self.recall is not None:
            return np.where(recall >= self.recall, precision, -np.inf)
        if self.f_beta is not None:
            square = self.f_beta**2
            return np.asarray((1 + square) * hits / (square * n_fits + kept))
        if self.costs is not None:
            return np.asarray(
                -self.costs.missing * (n_fits - hits) - self.costs.wrong * (kept - hits)
            )
        raise AnalysisError("a threshold that is named needs no choice")


class Choice(NamedTuple):
    """A point chosen on a curve.

    Attributes
    ----------
    threshold : float
        The shortest decimal number in `interval`.
    interval : ThresholdInterval
        Thresholds that keep the same questions of the curve.
    point : OperatingPoint
        Precision, recall and F1 there.
    """

    threshold: float
    interval: ThresholdInterval
    point: OperatingPoint


def choose_threshold(
    curve: PrecisionRecall,
    *,
    precision: float | None = None,
    recall: float | None = None,
    f_beta: float | None = None,
    costs: tuple[float, float] | None = None,
    threshold: float | None = None,
) -> Choice:
    """Choose an operating point on a precision-recall curve; give exactly one target.

    Of several points that are as good, the one that keeps the fewest is chosen.

    Parameters
    ----------
    curve : PrecisionRecall
    precision : float, optional
        Highest recall with at least this precision, in 0..1.
    recall : float, optional
        Highest precision with at least this recall, in 0..1.
    f_beta : float, optional
        Highest F of this beta, above 0.
    costs : pair of float, optional
        Least total cost, for what a missing and what a wrong label costs; 0 or more.
    threshold : float, optional
        This threshold, in 0..1.

    Returns
    -------
    Choice

    Raises
    ------
    AnalysisError
        If a target is out of range, if there is not exactly one, or if it cannot be reached; the
        message then says what can.

    References
    ----------
    van Rijsbergen (1979), Information Retrieval, chapter 7: F.

    Examples
    --------
    >>> from analysis import precision_recall
    >>> curve = precision_recall([0.9, 0.8, 0.75, 0.1], truth=[1, 0, 1, 0])
    >>> choose_threshold(curve, recall=0.6).threshold
    0.7
    """
    check_types(choose_threshold, locals())
    target = Target(precision, recall, f_beta, None if costs is None else Costs(*costs), threshold)
    return choose(curve, target)


def choose(curve: PrecisionRecall, target: Target) -> Choice:
    """Choose the point of a target; see :func:`choose_threshold`."""
    if target.threshold is not None:
        point = curve.at(target.threshold)
        return Choice(target.threshold, same_side(curve.thresholds, target.threshold), point)
    place = int(target.best(curve.kept[None], curve.hits[None], np.array([curve.n_fits]))[0])
    if place < 0:
        raise AnalysisError(f"no threshold reaches {target}: {best_reachable(curve, target)}")
    interval = same_side(curve.thresholds, float(curve.thresholds[place]))
    threshold = shortest_decimal(interval)
    return Choice(threshold, interval, curve.at(threshold))


def best_reachable(curve: PrecisionRecall, target: Target) -> str:
    """Say how near the curve comes to a precision, or a recall, that it does not reach."""
    name = "precision" if target.precision is not None else "recall"
    values = curve.precision if name == "precision" else curve.recall
    place = int(values.argmax())
    return f"the highest {name} is {values[place]:.5f}, at threshold {curve.thresholds[place]:.5g}"


def same_side(scores: ArrayLike, threshold: float) -> ThresholdInterval:
    """Return the thresholds that keep the same of these scores as one does."""
    values = np.asarray(scores)
    below, above = values[values < threshold], values[values >= threshold]
    return ThresholdInterval(
        float(below.max()) if len(below) else -math.inf,
        float(above.min()) if len(above) else math.inf,
    )


def shortest_decimal(interval: ThresholdInterval) -> float:
    """Return the number of fewest digits in an interval; the highest of those.

    Examples
    --------
    >>> shortest_decimal(ThresholdInterval(0.7999899619893907, 0.8000217580761186))
    0.8
    """
    for digits in range(18):
        scale = 10**digits
        candidate: float = math.floor(interval.high * scale) / scale
        if interval.low < candidate <= interval.high:
            return candidate
    return interval.high


class ThresholdInterval(NamedTuple):
    """Thresholds above `low`, up to and including `high`; all of them give the same labels."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"({self.low!r}, {self.high!r}]"


def check_threshold(threshold: float) -> float:
    """Return the threshold; one that is not a probability is refused."""
    if not 0 <= threshold <= 1:
        raise AnalysisError(f"threshold {threshold} is not in 0..1")
    return threshold
