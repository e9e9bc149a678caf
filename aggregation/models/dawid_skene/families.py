"""How expected counts become error rates: one M-step for each family of models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...errors import VoteError

Family = Literal["full", "one-coin", "shared"]
# Counts and rates here have shape (n_raters, n_answers, n_classes): a row of classes a code, as the
# kernels read them.
MStep = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def m_step_of(family: Family, n_classes: int, n_answers: int) -> MStep:
    """Return the M-step of a family; one that does not fit the votes is a VoteError."""
    if family not in M_STEPS:
        raise VoteError(f"family {family!r} is not one of {', '.join(map(repr, M_STEPS))}")
    if family == "one-coin" and n_classes != n_answers:
        raise VoteError(
            "one-coin raters are right or wrong, so there is an answer for each class: "
            f"{n_classes} classes, {n_answers} answers"
        )
    return M_STEPS[family]


def full_rates(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Error rates of each rater and class (Dawid & Skene 1979, eq. 2.3); 0/0 is uniform."""
    totals = counts.sum(axis=1, keepdims=True)
    if totals.all():
        return np.asarray(counts / totals)
    uniform = np.full_like(counts, 1 / counts.shape[1])
    return np.asarray(np.divide(counts, totals, out=uniform, where=totals > 0))


def shared_rates(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give all raters the error rates of their counts together."""
    pooled = full_rates(counts.sum(axis=0, keepdims=True))
    return np.broadcast_to(pooled, counts.shape).copy()


def one_coin_rates(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give each rater one probability to be right; wrong answers are equally likely."""
    n_answers = counts.shape[1]
    right = np.einsum("raa->r", counts)
    totals = counts.sum(axis=(1, 2))
    ability = np.divide(right, totals, out=np.full_like(totals, 1 / n_answers), where=totals > 0)
    wrong = (1 - ability) / max(n_answers - 1, 1)
    diagonal = np.eye(n_answers, dtype=bool)
    return np.asarray(np.where(diagonal, ability[:, None, None], wrong[:, None, None]))


M_STEPS: dict[str, MStep] = {
    "full": full_rates,
    "one-coin": one_coin_rates,
    "shared": shared_rates,
}
