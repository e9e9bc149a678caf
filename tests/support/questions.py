"""Golden questions of a simulated release."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def some_questions(seed: int = 0) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    scores = np.round(rng.beta(0.5, 0.8, size=300), 2).clip(0.01, 0.99)
    outcomes = (rng.random(300) < scores**1.5).astype(np.int64)
    return scores, outcomes, np.sort(rng.integers(0, 40, size=300))
