"""Scores recalibrated against the experts, by isotonic regression or by Platt's sigmoid.

Both are fitted to out-of-sample scores: in sample the published scores are nearer to the truth of
the golden questions than they are elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..defaults import FOLDS
from ..errors import AnalysisError, check_types
from ..release.published import published_scores
from ..release.release import Release
from ..statistics.calibration import isotonic
from .methods.out_of_sample import image_folds, out_of_sample_scores

Recalibrator = Literal["isotonic", "platt"]


@dataclass(frozen=True, eq=False)
class IsotonicMap:
    """A function that never falls: straight between its knots, level beyond them.

    Attributes
    ----------
    scores, values : ndarray, shape (n_knots,)
        The knots, ascending in the score.
    """

    scores: NDArray[np.float64]
    values: NDArray[np.float64]

    def __call__(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Map scores in 0..1 to probabilities."""
        return np.interp(np.asarray(scores, dtype=np.float64), self.scores, self.values)


@dataclass(frozen=True)
class PlattMap:
    """A sigmoid of the log-odds of the score.

    Attributes
    ----------
    slope, intercept : float
        1 and 0 leave scores as they are; a slope below 1 makes them less sure.
    """

    slope: float
    intercept: float

    def __call__(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Map scores in 0..1 to probabilities."""
        from scipy.special import expit

        return np.asarray(expit(self.slope * log_odds(scores) + self.intercept))


@dataclass(frozen=True, eq=False)
class Recalibrated:
    """Recalibrated scores.

    Attributes
    ----------
    scores : ndarray of float64, shape (n_questions,)
        Of every question of the release: the published recipe's score, mapped.
    golden_out_of_sample : ndarray of float64, shape (n_golden,)
        Of each golden question, by a map that was fitted without the fold of its image, from a
        score that was estimated without its image. Measure on these, not on `scores`.
    mapping : IsotonicMap or PlattMap
        Fitted to all golden questions.
    """

    scores: NDArray[np.float64]
    golden_out_of_sample: NDArray[np.float64]
    mapping: IsotonicMap | PlattMap


def recalibrate(
    release: Release, *, method: Recalibrator = "isotonic", folds: int = FOLDS, seed: int = 0
) -> Recalibrated:
    """Recalibrate the published scores against the majority of the experts.

    Parameters
    ----------
    release : Release
    method : {"isotonic", "platt"}
        Isotonic regression takes any rising shape, and gives equal scores to questions that were
        ranked the wrong way round. Platt's sigmoid has two parameters and keeps the ranking.
    folds : int
        Folds over images, for `golden_out_of_sample`.
    seed : int
        Of the sharing out of images among folds.

    Returns
    -------
    Recalibrated

    Raises
    ------
    AnalysisError
        If the method or the number of folds is none.

    Examples
    --------
    >>> from analysis.release.simulated.drawn_release import simulate_release
    >>> release = simulate_release(n_images=60, n_raters=10).release
    >>> recalibrate(release, method="platt").scores.shape == release.scores.shape
    True
    """
    check_types(recalibrate, locals())
    if method not in FITTERS:
        raise AnalysisError(f"method {method!r} is not one of {', '.join(map(repr, FITTERS))}")
    fit = FITTERS[method]
    fold = image_folds(release, folds, seed=seed)
    truth = release.golden.fits()
    scores = out_of_sample_scores(release)
    mapped = np.empty_like(scores)
    for left_out in range(folds):
        held = fold == left_out
        mapped[held] = fit(scores[~held], truth[~held])(scores[held])
    mapping = fit(scores, truth)
    return Recalibrated(mapping(published_scores(release)), mapped, mapping)


def fit_isotonic(scores: ArrayLike, truth: ArrayLike) -> IsotonicMap:
    """Fit a function that never falls, by least squares to Platt's targets.

    Parameters
    ----------
    scores : array_like, shape (n_questions,)
        In 0..1.
    truth : array_like of bool, shape (n_questions,)
        Whether the label fits.

    Returns
    -------
    IsotonicMap
        With values above 0 and below 1.

    References
    ----------
    Zadrozny & Elkan (2002), Transforming classifier scores into accurate multiclass probability
    estimates, KDD.
    """
    guess = np.asarray(scores, dtype=np.float64)
    return IsotonicMap(*isotonic(guess, platt_targets(truth)))


def fit_platt(scores: ArrayLike, truth: ArrayLike) -> PlattMap:
    """Fit a sigmoid of the log-odds by maximum likelihood with Platt's targets.

    Parameters
    ----------
    scores, truth
        As for :func:`fit_isotonic`.

    Returns
    -------
    PlattMap

    References
    ----------
    Platt (1999), Probabilistic outputs for support vector machines, Advances in Large Margin
    Classifiers.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    evidence, targets = log_odds(scores), platt_targets(truth)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        slope, intercept = parameters
        z = slope * evidence + intercept
        excess = expit(z) - targets
        gradient = np.array([excess @ evidence, excess.sum()])
        return float((np.logaddexp(0, z) - targets * z).sum()) / len(z), gradient / len(z)

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="BFGS", options={"gtol": 1e-9})
    return PlattMap(*found.x.tolist())


FITTERS: dict[str, Callable[[ArrayLike, ArrayLike], IsotonicMap | PlattMap]] = {
    "isotonic": fit_isotonic,
    "platt": fit_platt,
}


def platt_targets(truth: ArrayLike) -> NDArray[np.float64]:
    """Move 0 and 1 inwards, as if one more of each kind had been seen (Platt 1999).

    Otherwise a handful of faultless questions would give a probability of exactly 1, and one
    question elsewhere that does not fit would make the log loss infinite.
    """
    fits = np.asarray(truth) == 1
    n_fits = int(fits.sum())
    return np.where(fits, (n_fits + 1) / (n_fits + 2), 1 / (len(fits) - n_fits + 2))


def log_odds(scores: ArrayLike) -> NDArray[np.float64]:
    """Log-odds of scores in 0..1; those of 0 and 1 are the largest that a double's rounding has."""
    from scipy.special import logit

    least = np.finfo(np.float64).epsneg
    return np.asarray(logit(np.clip(np.asarray(scores, dtype=np.float64), least, 1 - least)))
