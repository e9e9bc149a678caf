"""What error rates say of raters, and draws from their posterior, for intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..agreement.coefficients import Scale
from .measures import answer_shares, bits_per_answer, concordance
from .shrinkage import drawn_rates

# Draws for an interval; fewer, but so many at least, where there would be more numbers than this.
DRAWS, LEAST_DRAWS, MOST_DRAWN = 1000, 200, 1 << 25
# Numbers that are drawn at once.
BLOCK = 1 << 22


class RateMeasures(NamedTuple):
    """What error rates say of raters; of draws, with draws as the first axis."""

    bits: NDArray[np.float64]
    shares: NDArray[np.float64]
    concordance: NDArray[np.float64]


def rate_measures(
    rates: NDArray[np.float64], class_prior: NDArray[np.float64], scale: Scale
) -> RateMeasures:
    """Measure error rates, shape (..., n_raters, n_classes, n_answers)."""
    return RateMeasures(
        bits_per_answer(rates, class_prior=class_prior),
        answer_shares(rates, class_prior=class_prior),
        concordance(rates, class_prior=class_prior, scale=scale),
    )


def usual_draws(numbers: int) -> int:
    """How often so many error rates are drawn where nothing is said.

    Examples
    --------
    >>> usual_draws(85 * 2 * 3), usual_draws(3000 * 8 * 8)
    (1000, 200)
    """
    return min(DRAWS, max(LEAST_DRAWS, MOST_DRAWN // numbers))


def drawn_measures(
    counts: NDArray[np.float64],
    pool: NDArray[np.float64],
    class_prior: NDArray[np.float64],
    scale: Scale,
    *,
    draws: int,
    seed: int,
) -> RateMeasures:
    """Measure draws from the posterior, a block at a time: all of them would fill the memory."""
    rng = np.random.default_rng(seed)
    at_once = max(1, BLOCK // counts.size)
    blocks = [
        rate_measures(
            drawn_rates(counts, pool, draws=min(at_once, draws - begin), seed=rng),
            class_prior,
            scale,
        )
        for begin in range(0, draws, at_once)
    ]
    return RateMeasures(*map(np.concatenate, zip(*blocks, strict=True)))
