"""Choosing an operating point on a precision-recall curve: the threshold of a target."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import AnalysisError, check_types
from .bands import Bands
from .estimates import check_confidence
from .precision_recall import OperatingPoint, PrecisionRecall
from .shown_precision import IndependentShare, highest_shown, independent_share, shown_places
from .thresholds import ThresholdInterval, check_threshold, same_side, shortest_decimal


class Costs(NamedTuple):
    """What a fitting label that is missing costs, and a kept label that does not fit; 0 or more."""

    missing: float
    wrong: float


@dataclass(frozen=True)
class Target:
    """What an operating point is to reach: exactly one of the first five is given.

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
    with_confidence : float, optional
        With `precision`: reach it on new questions, too, with this probability, between 0 and 1.
    """

    precision: float | None = None
    recall: float | None = None
    f_beta: float | None = None
    costs: Costs | None = None
    threshold: float | None = None
    with_confidence: float | None = None

    def __post_init__(self) -> None:
        given = {name: value for name, value in vars(self).items() if value is not None}
        given.pop("with_confidence", None)
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
        if self.with_confidence is not None:
            check_confidence(self.with_confidence, "with_confidence")
            if self.precision is None:
                raise AnalysisError(
                    f"with_confidence {self.with_confidence:g} goes with precision, not with "
                    f"{' and '.join(given)}: leave one of them out"
                )
            if not 0 < self.precision < 1:
                raise AnalysisError(
                    f"precision {self.precision:g} cannot be reached with confidence: "
                    "give one between 0 and 1"
                )

    def __str__(self) -> str:
        if self.precision is not None:
            confidence = self.with_confidence
            sure = "" if confidence is None else f", with {100 * confidence:.4g} % confidence"
            return f"the highest recall with a precision of at least {self.precision:g}{sure}"
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
        self,
        kept: NDArray[Any],
        hits: NDArray[Any],
        n_fits: NDArray[Any],
        share: IndependentShare,
    ) -> NDArray[np.int64]:
        """Choose a point of each curve: the first of the best ones, which keeps the fewest.

        Parameters
        ----------
        kept, hits : ndarray of int, shape (n_curves, n_points)
        n_fits : ndarray of int, shape (n_curves,)
        share : IndependentShare
            Shape (n_points,); only for a target `with_confidence`.

        Returns
        -------
        ndarray of int, shape (n_curves,)
            Where keeping nothing is best, which it can be by costs, `n_points`; -1 where no point
            reaches the target.
        """
        if self.precision is not None and self.with_confidence is not None:
            return shown_places(
                kept, hits, share, precision=self.precision, confidence=self.with_confidence
            )
        with np.errstate(invalid="ignore", divide="ignore"):
            precision, recall = hits / kept, hits / n_fits[:, None]
        worth = self._worth(kept, hits, n_fits[:, None], precision, recall)
        worth = np.where(kept > 0, worth, -np.inf)
        chosen = worth.argmax(axis=1)
        reached = np.take_along_axis(worth, chosen[:, None], axis=1)[:, 0]
        if self.costs is not None:
            cheaper = reached > -self.costs.missing * n_fits
            return np.asarray(np.where(cheaper, chosen, kept.shape[1]))
        return np.asarray(np.where(reached > -np.inf, chosen, -1))

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
        The shortest decimal number in `interval`; inf where it is best to keep nothing.
    interval : ThresholdInterval
        Thresholds that keep the same questions of the curve.
    point : OperatingPoint
        Precision, recall and F1 there.
    """

    threshold: float
    interval: ThresholdInterval
    point: OperatingPoint


def choose_threshold(
    curve: PrecisionRecall | Bands,
    *,
    precision: float | None = None,
    recall: float | None = None,
    f_beta: float | None = None,
    costs: tuple[float, float] | None = None,
    threshold: float | None = None,
    with_confidence: float | None = None,
) -> Choice:
    """Choose an operating point on a precision-recall curve; give exactly one target.

    Of several points that are as good, the one that keeps the fewest is chosen. What is chosen
    reaches its target on the questions of the curve; on new ones like them, a threshold chosen for
    a precision reaches it about half of the time.

    Parameters
    ----------
    curve : PrecisionRecall or Bands
        Bands know which questions are of one image.
    precision : float, optional
        Highest recall with at least this precision, in 0..1.
    recall : float, optional
        Highest precision with at least this recall, in 0..1.
    f_beta : float, optional
        Highest F of this beta, above 0.
    costs : pair of float, optional
        Least total cost, for what a missing and what a wrong label costs; 0 or more. Where it is
        cheapest to keep nothing, the threshold is inf.
    threshold : float, optional
        This threshold, in 0..1.
    with_confidence : float, optional
        With `precision`, the lowest threshold whose precision on new questions is shown to reach
        it, with this probability (between 0 and 1) that it does, the choice of the threshold
        included; see :func:`analysis.statistics.shown_precision.shown_places`. New questions must
        be drawn as those of the curve were. Of a PrecisionRecall, questions count as independent;
        of Bands, images do.

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
    van Rijsbergen (1979), Information Retrieval: F.

    Examples
    --------
    >>> from analysis import precision_recall
    >>> curve = precision_recall([0.9, 0.8, 0.75, 0.1], truth=[1, 0, 1, 0])
    >>> choose_threshold(curve, recall=0.6).threshold
    0.7
    >>> choose_threshold(curve, costs=(1, 5)).threshold
    0.9
    >>> choose_threshold(curve, costs=(0, 5)).interval
    ThresholdInterval(low=0.9, high=inf)
    """
    check_types(choose_threshold, locals())
    wanted = None if costs is None else Costs(*costs)
    return choose(curve, Target(precision, recall, f_beta, wanted, threshold, with_confidence))


def choose(measured: PrecisionRecall | Bands, target: Target) -> Choice:
    """Choose the point of a target; see :func:`choose_threshold`."""
    curve = measured if isinstance(measured, PrecisionRecall) else measured.curve
    if target.threshold is not None:
        point = curve.at(target.threshold)
        return Choice(target.threshold, same_side(curve.thresholds, target.threshold), point)
    share = independent_share(measured)
    counts = curve.kept[None], curve.hits[None], np.array([curve.n_fits])
    place = int(target.best(*counts, share)[0])
    if place < 0:
        reachable = best_reachable(curve, target, share)
        raise AnalysisError(f"there is no threshold for {target}: {reachable}")
    interval = same_side(curve.thresholds, float(np.append(curve.thresholds, math.inf)[place]))
    threshold = shortest_decimal(interval)
    return Choice(threshold, interval, curve.at(threshold))


def best_reachable(curve: PrecisionRecall, target: Target, share: IndependentShare) -> str:
    """Say how near the curve comes to a precision, or a recall, that it does not reach."""
    if target.precision is not None and target.with_confidence is not None:
        shown = highest_shown(
            curve, share, below=target.precision, confidence=target.with_confidence
        )
        return (
            f"the best lower bound of precision is {shown:.3f}"
            if shown > 0
            else f"{curve.n_questions} questions are too few to show any"
        )
    name = "precision" if target.precision is not None else "recall"
    values = curve.precision if name == "precision" else curve.recall
    place = int(values.argmax())
    return f"the highest {name} is {values[place]:.5f}, at threshold {curve.thresholds[place]:.5g}"
