"""The lowest threshold whose precision is shown with confidence, by tests in a fixed order."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .bands import Bands
from .precision_recall import PrecisionRecall

# The second row of tests starts where so many times as many questions are kept as at the first.
LATER = 4
# The highest precision that could be shown is looked for in so many steps.
STEPS = 1000


class IndependentShare(NamedTuple):
    """How many independent questions a kept one is worth at each point, shape (n_points,); 0..1.

    Attributes
    ----------
    measured : ndarray
        By how precision differs between images.
    least : ndarray
        As if all questions of an image were right, or wrong, together.
    """

    measured: NDArray[np.float64]
    least: NDArray[np.float64]


def independent_share(curve: PrecisionRecall | Bands) -> IndependentShare:
    """Measure how many independent questions a kept one is worth; 1 where no images are known.

    It is the inverse of the design effect: the variance of precision if the questions were
    independent, by that of the bootstrap over images, and 1 at most. Where nothing kept is wrong,
    or no replicate differs, precision has no variance to measure, and the least share is taken.

    References
    ----------
    Kish (1965), Survey Sampling: the design effect. Korn & Graubard (1998), Confidence intervals
    for proportions with small expected number of positive counts estimated from survey data, Survey
    Methodology 24(2), 193-201: exact binomial limits of an effective sample size.
    """
    if isinstance(curve, PrecisionRecall):
        ones = np.ones(len(curve.thresholds))
        return IndependentShare(ones, ones)
    measured_on, drawn = curve.curve, curve.replicates
    kept, precision = measured_on.kept, measured_on.precision
    # Counts of multinomial draws: the sum over images of their squared counts is in the variance.
    squares = drawn.kept.var(axis=0) + kept**2 / curve.n_images
    least = np.minimum(kept / squares, 1.0)
    shares = np.divide(
        drawn.hits, drawn.kept, out=np.full(drawn.kept.shape, np.nan), where=drawn.kept > 0
    )
    known = (precision > 0) & (precision < 1) & (drawn.kept > 0).any(axis=0)
    spread = np.nanvar(shares[:, known], axis=0) * kept[known]
    binomial, measured = precision[known] * (1 - precision[known]), least.copy()
    shares_known = np.divide(binomial, spread, out=least[known], where=spread > 0)
    measured[known] = np.minimum(shares_known, 1.0)
    return IndependentShare(measured, least)


def shown_places(
    kept: NDArray[np.integer],
    hits: NDArray[np.integer],
    share: IndependentShare,
    *,
    precision: float,
    confidence: float,
) -> NDArray[np.int64]:
    """Find the lowest point of each curve whose precision is shown to reach a target.

    Each point's hypothesis, that its precision is below the target, is tested by the exact binomial
    probability of so many hits, from the highest threshold down. The chance of error, 1 -
    `confidence`, is given in halves to two points that the answers have no part in choosing: the
    first that keeps enough to show the target if nothing is wrong, and the first that keeps four
    times as many. A rejected hypothesis hands its chance on to the next point, one that stands
    keeps it. So the chance that any hypothesis is rejected wrongly is at most 1 - `confidence`,
    however the points depend on each other.

    Parameters
    ----------
    kept, hits : ndarray of int, shape (n_curves, n_points)
    share : IndependentShare
        Shape (n_points,), of both counts.
    precision : float
        To be reached, between 0 and 1.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    ndarray of int, shape (n_curves,)
        -1 where no point's precision is shown.

    References
    ----------
    Wiens (2003), A fixed sequence Bonferroni procedure for testing multiple endpoints,
    Pharmaceutical Statistics 2(3), 211-215. Clopper & Pearson (1934), Biometrika 26, 404-413.
    """
    from scipy.special import betainc

    worth, right = kept * share.measured, hits * share.measured
    # The chance of so many hits or more at the target; for effective sizes, which are no integers,
    # by the beta distribution that the binomial's tail is.
    chance = np.where(
        hits > 0, betainc(np.maximum(right, 1e-300), worth - right + 1, precision), 1.0
    )
    places = np.full(len(kept), -1)
    level = np.zeros(len(kept))
    for point, given in enumerate(starting_levels(kept * share.least, precision, confidence).T):
        level += given
        shown = (chance[:, point] <= level) & (level > 0)
        places[shown] = point
        level[~shown] = 0
    return places


def starting_levels(
    sizes: NDArray[np.float64], precision: float, confidence: float
) -> NDArray[np.float64]:
    """Give the chance of error to the points where rows of tests start, shape as `sizes`.

    Where the later row would start beyond the last question, all goes to the first.
    """
    error = 1 - confidence
    first = fewest_faultless(precision, error / 2)
    levels = np.zeros(sizes.shape)
    two = sizes.max(axis=1) >= LATER * first
    starts = (
        (np.where(two, first, fewest_faultless(precision, error)), np.where(two, error / 2, error)),
        (np.where(two, LATER * first, np.inf), np.where(two, error / 2, 0)),
    )
    for size, level in starts:
        enough = sizes >= size[:, None]
        rows = np.flatnonzero(enough.any(axis=1))
        levels[rows, enough[rows].argmax(axis=1)] += level[rows]
    return levels


def fewest_faultless(precision: float, error: float) -> int:
    """Return how many questions, none wrong, show a precision with this chance of error.

    Examples
    --------
    >>> fewest_faultless(0.9, 0.05), fewest_faultless(0.9, 0.025)
    (29, 36)
    """
    return max(1, math.ceil(math.log(error) / math.log(precision)))


def highest_shown(
    curve: PrecisionRecall, share: IndependentShare, *, below: float, confidence: float
) -> float:
    """Return the highest precision below one that is shown at any point, to 0.001; 0 if none is.

    Found by halving, as if what shows a precision showed any lower one, too.
    """
    low, high = 0, math.ceil(below * STEPS)
    while high - low > 1:
        middle = (low + high) // 2
        found = shown_places(
            curve.kept[None],
            curve.hits[None],
            share,
            precision=middle / STEPS,
            confidence=confidence,
        )
        low, high = (middle, high) if found[0] >= 0 else (low, middle)
    return low / STEPS
