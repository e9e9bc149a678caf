"""Intervals of probabilities: around the logit, and Clopper and Pearson's limit at 0 and 1."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError
from ..models.fit import Fit
from ..models.known_truth import expected_counts

# Of so few votes a probability is 0, as for the information.
AT_BOUNDARY = 0.01


class Intervals(NamedTuple):
    """Confidence intervals; NaN where there is none.

    Attributes
    ----------
    error_rates : ndarray, shape (2, n_raters, n_classes, n_answers)
        Lower ends, then upper ends; in 0..1.
    class_prior : ndarray, shape (2, n_classes)
        Lower ends, then upper ends; in 0..1.
    """

    error_rates: NDArray[np.float64]
    class_prior: NDArray[np.float64]


class Trials(NamedTuple):
    """Of how many votes each probability is a share; 0 where it was not estimated.

    Attributes
    ----------
    error_rates : ndarray, shape (n_raters, n_classes, n_answers)
        Expected votes of the rater in the class: with shared rates of all raters, with one-coin
        raters in all classes.
    class_prior : ndarray, shape (n_classes,)
        Number of items.
    scale : ndarray, shape as `error_rates`
        An error rate is this times the share: the wrong answers of a one-coin rater have one share.
    """

    error_rates: NDArray[np.float64]
    class_prior: NDArray[np.float64]
    scale: NDArray[np.float64]


def trials_of(fit: Fit) -> Trials:
    """Count what each probability of a fit was estimated from."""
    counts, options = expected_counts(fit.votes, fit.posterior), fit.options
    n_raters, n_classes, n_answers = counts.shape
    totals = counts.transpose(0, 2, 1).sum(axis=options.family.row_axes, keepdims=True)
    of_rates = np.broadcast_to(totals, (n_raters, n_answers, n_classes)).transpose(0, 2, 1)
    scale = options.family.cells((n_raters, n_answers, n_classes)).scale.transpose(0, 2, 1)
    return Trials(
        of_rates * (options.error_rates is None),
        np.full(n_classes, fit.votes.n_items * float(options.class_prior is None)),
        scale,
    )


def with_ends_at_boundary(
    interval: NDArray[np.float64],
    at_zero: NDArray[np.bool_],
    at_one: NDArray[np.bool_],
    trials: NDArray[np.float64],
    scale: NDArray[np.float64] | float,
    confidence: float,
) -> NDArray[np.float64]:
    """Give probabilities at 0 an upper end, those at 1 a lower one, and the other end as it is.

    With no success in ``n`` trials the upper end is ``1 - (alpha / 2) ** (1 / n)``. Those of less
    than one trial keep what they have, be it NaN: nothing is known of them.

    References
    ----------
    Clopper & Pearson (1934), The use of confidence or fiducial limits illustrated in the case of
    the binomial, Biometrika 26(4), 404-413.
    """
    known = trials >= 1
    reach = 1 - ((1 - confidence) / 2) ** (1 / np.maximum(trials, 1))
    lower, upper = interval
    zero, one = at_zero & known, at_one & known
    lower = np.where(zero, 0, np.where(one, 1 - reach, lower))
    upper = np.where(one, 1, np.where(zero, reach * scale, upper))
    for end in (lower, upper):
        end[(at_zero | at_one) & ~known] = np.nan
    return np.stack((lower, upper))


def logit_interval(
    estimate: NDArray[np.float64], error: NDArray[np.float64], z: float
) -> NDArray[np.float64]:
    """Bring an interval around the logit back; the logit's error is the estimate's / p (1 - p)."""
    from scipy.special import expit, logit

    inside = np.isfinite(error)
    middle = logit(np.where(inside, estimate, np.nan))
    reach = z * error / np.where(inside, estimate * (1 - estimate), np.nan)
    return np.asarray(expit(np.stack((middle - reach, middle + reach))))


def checked_confidence(confidence: float) -> float:
    """Return a level of confidence; what is not between 0 and 1 is a VoteError."""
    if not 0 < confidence < 1:
        raise VoteError(f"confidence={confidence} is not between 0 and 1: 0.95 is 95 %")
    return confidence
