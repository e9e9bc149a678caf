"""Whether two raters agree too much: tests against a model, and against what pairs share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...statistics.estimates import weighted_median

# Pairs with fewer items in common are not tested: they could not be told from chance.
LEAST_ITEMS = 10
# Fewer pairs than this do not show what pairs have in common.
LEAST_PAIRS = 10
# Half of a normal distribution lies within this of its mean, in standard deviations.
HALF = 0.6744897501960817


class Peers(NamedTuple):
    """What pairs in the same job have in common: the mean and spread of their shares copied.

    Both are robust: up to nearly half of the pairs may be copies. The spread is that of the pairs
    themselves, beyond what chance makes of a limited number of items.
    """

    mean: float
    spread: float


# The model itself: no pair copies.
MODEL = Peers(0.0, 0.0)


def has_room(n_items: NDArray[np.int64], variance: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say of each pair whether it has enough items, and room to agree more than expected."""
    return np.asarray((n_items >= LEAST_ITEMS) & (variance > 0))


def copied_share(
    agreed: NDArray[np.int64],
    n_items: NDArray[np.int64],
    expected: NDArray[np.float64],
    variance: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Estimate the share copied, with its standard error in the model; NaN without room for it."""
    room = np.where(n_items > expected, n_items - expected, np.nan)
    return (agreed - expected) / room, np.sqrt(variance) / room


def common_to_pairs(
    agreed: NDArray[np.int64],
    n_items: NDArray[np.int64],
    expected: NDArray[np.float64],
    variance: NDArray[np.float64],
) -> Peers:
    """Estimate what pairs have in common: the median share copied, and the spread around it.

    The spread is what makes half of the pairs lie within 0.67 standard deviations. The mean is 0 or
    more: a model that expects too much agreement is no reason to suspect those who merely agree.
    """
    tested = has_room(n_items, variance)
    if tested.sum() < LEAST_PAIRS:
        return MODEL
    copied, error = (part[tested] for part in copied_share(agreed, n_items, expected, variance))
    before, mean, spread = np.nan, 0.0, 0.0
    for _ in range(20):  # each given the other, until the mean, which is one of few, is at rest
        mean = max(0.0, weighted_median(copied, 1 / (spread**2 + error**2)))
        if mean == before:
            break
        before, spread = mean, spread_of(np.abs(copied - mean), error)
    return Peers(mean, spread)


def spread_of(distance: NDArray[np.float64], error: NDArray[np.float64]) -> float:
    """Find the spread that, with each one's error, leaves half of the distances within `HALF`."""
    low, high = 0.0, float(distance.max()) + 1e-12
    if np.median(distance / error) <= HALF:
        return 0.0
    for _ in range(50):
        middle = (low + high) / 2
        too_small = np.median(distance / np.hypot(error, middle)) > HALF
        low, high = (middle, high) if too_small else (low, middle)
    return high


def chance_of_agreement(
    agreed: NDArray[np.int64],
    n_items: NDArray[np.int64],
    expected: NDArray[np.float64],
    peers: Peers,
) -> NDArray[np.float64]:
    """Chance that a pair agrees on so many items or more.

    Items differ in their chance to be agreed on. More than one above the mean, the sum of such
    draws is less likely to lie far out than a binomial draw of the same mean, so that the binomial
    tail is an upper bound. It is averaged over the shares copied that other pairs have.

    References
    ----------
    Hoeffding (1956), On the distribution of the number of successes in independent trials, Annals
    of Mathematical Statistics 27(3).
    """
    from scipy.special import bdtrc

    steps = np.arange(-8, 8.1, 0.2) if peers.spread else np.zeros(1)
    shares = np.exp(-(steps**2) / 2)
    share_expected = expected / n_items
    total = np.zeros(len(n_items))
    for step, share in zip(steps, shares / shares.sum(), strict=True):
        copied = peers.mean + step * peers.spread
        chance = np.clip(share_expected + copied * (1 - share_expected), 0, 1)
        total += share * np.where(agreed > 0, bdtrc(agreed - 1.0, n_items, chance), 1.0)
    return np.minimum(total, 1.0)
