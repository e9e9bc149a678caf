"""The arguments that methods have in common, for type checkers."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from ..engine.climb import Progress


class CountingArguments(TypedDict, total=False):
    """Of methods that weigh votes; see :func:`aggregation.fit_wawa`."""

    n_classes: int | None
    truth: Any


class CatdArguments(CountingArguments, total=False):
    """The arguments of :func:`aggregation.fit_catd`."""

    max_steps: int


class ShareArguments(TypedDict, total=False):
    """The arguments of :func:`aggregation.vote_share`."""

    ties: Literal["uniform", "first", "last", "random"]
    weights: ArrayLike | None
    seed: int | np.random.Generator


class ClimbArguments(CountingArguments, total=False):
    """Of methods that climb; see :func:`aggregation.fit_mace`."""

    accelerate: bool
    tol: float
    max_steps: int
    threads: int | None
    progress: Progress | None
    checkpoint: str | PathLike[str] | None


class CoinArguments(ClimbArguments, total=False):
    """The arguments of :func:`aggregation.fit_one_coin_bayes`."""

    right_count: float
    wrong_count: float
    start: ArrayLike | None


class IbccArguments(ClimbArguments, total=False):
    """The arguments of :func:`aggregation.fit_ibcc`."""

    diagonal: ArrayLike | None
    own_count: float
    other_count: float
    class_count: ArrayLike | Literal["anchored"]
    learn: bool
    start: ArrayLike | None


class EbccArguments(ClimbArguments, total=False):
    """The arguments of :func:`aggregation.fit_ebcc`."""

    n_groups: int
    diagonal: ArrayLike | None
    own_count: float
    other_count: float
    class_count: ArrayLike | Literal["anchored"]
    group_count: float
    start: ArrayLike | None
    restarts: int
    seed: int
