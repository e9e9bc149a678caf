"""Thresholds of a score: those that keep the same, and the shortest number among them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..errors import AnalysisError


class ThresholdInterval(NamedTuple):
    """Thresholds above `low`, up to and including `high`; all of them give the same labels."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"({self.low!r}, {self.high!r}]"


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
    if math.isinf(interval.high):
        return interval.high
    for digits in range(18):
        scale = 10**digits
        candidate: float = math.floor(interval.high * scale) / scale
        if interval.low < candidate <= interval.high:
            return candidate
    return interval.high


def check_threshold(threshold: float) -> float:
    """Return the threshold; one that is not a probability is refused."""
    if not 0 <= threshold <= 1:
        raise AnalysisError(f"threshold {threshold} is not in 0..1")
    return threshold
