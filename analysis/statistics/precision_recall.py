"""Precision and recall against the experts: at every threshold, and at one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import AnalysisError, check_types


class OperatingPoint(NamedTuple):
    """What a rule keeps, against the truth.

    Attributes
    ----------
    threshold : float
        The least score that is kept. A rule that says yes or no has scores 1 and 0, so 1.
    precision : float
        hits / kept, in 0..1; NaN where nothing is kept.
    recall : float
        hits / n_fits, in 0..1; NaN where nothing fits.
    f1 : float
        Their harmonic mean, 2 hits / (kept + n_fits); 0 where there are no hits, NaN where nothing
        is kept and nothing fits.
    kept : int
        Number of questions that are kept.
    hits : int
        Number of those whose label fits.
    n_fits : int
        Number of questions whose label fits.
    """

    threshold: float
    precision: float
    recall: float
    f1: float
    kept: int
    hits: int
    n_fits: int

    @classmethod
    def from_counts(cls, threshold: float, *, kept: int, hits: int, n_fits: int) -> OperatingPoint:
        """Divide the counts."""
        return cls(
            threshold=float(threshold),
            precision=_ratio(hits, kept),
            recall=_ratio(hits, n_fits),
            f1=_ratio(2 * hits, kept + n_fits),
            kept=int(kept),
            hits=int(hits),
            n_fits=int(n_fits),
        )


def _ratio(part: int, whole: int) -> float:
    return float(part / whole) if whole else float("nan")


@dataclass(frozen=True, eq=False)
class PrecisionRecall:
    """A precision-recall curve: one point a distinct score, from the highest down.

    Attributes
    ----------
    thresholds : ndarray of float64, shape (n_points,)
        The distinct scores, descending. What scores at least the threshold is kept.
    kept : ndarray of int64, shape (n_points,)
        Number of questions kept, ascending from 1 or more up to `n_questions`.
    hits : ndarray of int64, shape (n_points,)
        Number of those whose label fits, never descending.
    n_questions : int
        Number of questions.
    n_fits : int
        Number of questions whose label fits, 1 or more.
    """

    thresholds: NDArray[np.float64]
    kept: NDArray[np.int64]
    hits: NDArray[np.int64]
    n_questions: int
    n_fits: int

    @property
    def precision(self) -> NDArray[np.float64]:
        """Share of the kept that fit, shape (n_points,), in 0..1."""
        return self.hits / self.kept

    @property
    def recall(self) -> NDArray[np.float64]:
        """Share of what fits that is kept, shape (n_points,), in 0..1; never descending."""
        return self.hits / self.n_fits

    @property
    def average_precision(self) -> float:
        """Area under the steps of the curve: the sum of (R_n - R_{n-1}) P_n, with R_0 = 0.

        References
        ----------
        Pedregosa et al. (2011), Scikit-learn, JMLR 12: `average_precision_score`. Straight lines
        between the points would be too optimistic: Davis & Goadrich (2006), The relationship
        between precision-recall and ROC curves, ICML.
        """
        return float(np.diff(self.recall, prepend=0.0) @ self.precision)

    def at(self, threshold: float) -> OperatingPoint:
        """Return the operating point of any threshold, one of `thresholds` or not.

        Parameters
        ----------
        threshold : float
            The least score that is kept.

        Returns
        -------
        OperatingPoint

        Raises
        ------
        AnalysisError
            If the threshold is NaN.
        """
        if np.isnan(threshold):
            raise AnalysisError("threshold nan is not a number: give the least score that is kept")
        n_at_least = int(np.searchsorted(-self.thresholds, -threshold, side="right"))
        kept, hits = (
            (self.kept[n_at_least - 1], self.hits[n_at_least - 1]) if n_at_least else (0, 0)
        )
        return OperatingPoint.from_counts(
            threshold, kept=int(kept), hits=int(hits), n_fits=self.n_fits
        )


def precision_recall(scores: ArrayLike, *, truth: ArrayLike) -> PrecisionRecall:
    """Precision and recall at every threshold; questions of equal score are kept together.

    Parameters
    ----------
    scores : array_like, shape (n_questions,)
        The higher, the likelier the label fits: probabilities, or numbers of yes votes.
    truth : array_like of bool, or of 0 and 1, shape (n_questions,)
        Whether the label fits.

    Returns
    -------
    PrecisionRecall

    Raises
    ------
    AnalysisError
        If the shapes do not fit each other, a score is NaN, the truth is neither 0 nor 1, or no
        label fits, so that there is no recall.

    Examples
    --------
    >>> curve = precision_recall([0.9, 0.8, 0.8, 0.1], truth=[1, 1, 0, 0])
    >>> curve.kept
    array([1, 3, 4])
    >>> round(curve.average_precision, 4)
    0.8333
    >>> curve.at(0.5).recall
    1.0
    """
    check_types(precision_recall, locals())
    ranked, fits = _checked_pair(scores, truth)
    order = np.argsort(ranked)[::-1]
    descending = ranked[order]
    last = np.flatnonzero(np.append(descending[1:] != descending[:-1], True))  # of equal scores
    hits = fits[order].cumsum()
    return PrecisionRecall(
        descending[last], last + 1, hits[last], n_questions=len(fits), n_fits=int(hits[-1])
    )


def _checked_pair(
    scores: ArrayLike, truth: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    ranked, known = np.asarray(scores, dtype=np.float64), np.asarray(truth)
    if ranked.ndim != 1 or ranked.shape != known.shape:
        raise AnalysisError(
            f"scores of shape {ranked.shape} and truth of shape {known.shape} do not fit: "
            "give one of each a question"
        )
    if np.isnan(ranked).any():
        raise AnalysisError(
            f"score {int(np.argmax(np.isnan(ranked)))} is nan: leave the question out of both"
        )
    wrong = (known != 0) & (known != 1)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise AnalysisError(f"truth {first} is {known[first]}: 1 where the label fits, otherwise 0")
    if not known.any():
        raise AnalysisError("no question's label fits, so there is no recall: the truth is all 0")
    return ranked, known == 1
