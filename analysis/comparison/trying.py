"""One method tried on votes: all of them, timed, and with parts of them left out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

import numpy as np

from aggregation import (
    Aggregated,
    ConvergenceWarning,
    HeldOut,
    IdentifiabilityWarning,
    Method,
    OwnMethod,
    VoteError,
    Votes,
    as_method,
    held_out_log_likelihood,
    predicts,
)

from ..errors import AnalysisError

# So many items are aggregated before a method is timed: its kernels are then compiled and loaded.
WARM_UP = 200

AnyMethod = str | Method | OwnMethod | Callable[..., Any]


def named_methods(
    methods: Sequence[AnyMethod] | Mapping[str, AnyMethod],
) -> dict[str, Method | OwnMethod]:
    """Return methods by name; none at all, and two of one name, are an AnalysisError."""
    if isinstance(methods, str):
        raise AnalysisError(f"methods is {methods!r}: give a list of methods")
    if isinstance(methods, Mapping):
        pairs = [(name, as_method(method, name=name)) for name, method in methods.items()]
    else:
        pairs = [(method.name, method) for method in map(as_method, methods)]
    named = dict(pairs)
    if not pairs:
        raise AnalysisError("no methods to compare: name some")
    if len(named) < len(pairs):
        raise AnalysisError(f"two methods are called alike: {', '.join(name for name, _ in pairs)}")
    return named


@dataclass(frozen=True, eq=False)
class Tried:
    """A method tried on votes, before it is compared.

    Attributes
    ----------
    name : str
    result : Aggregated
        Of all votes.
    seconds : float
        That took, its kernels compiled before.
    held_out : HeldOut, optional
        None if the method has no model of the answers.
    doubts : tuple of str
        What it warned of.
    """

    name: str
    result: Aggregated
    seconds: float
    held_out: HeldOut | None
    doubts: tuple[str, ...]


def try_method(
    name: str,
    method: Method | OwnMethod,
    votes: Votes,
    options: dict[str, Any],
    folds: int,
    seed: int,
) -> Tried:
    """Aggregate all votes, and leave out each part of them in turn."""
    if isinstance(method, Method):
        with _doubts("ignore"):
            method(votes.select(np.arange(min(WARM_UP, votes.n_items))), **options)
    with _doubts("always") as caught:
        begun = perf_counter()
        result = method(votes, **options)
        seconds = perf_counter() - begun
    doubts = tuple(dict.fromkeys(str(warning.message) for warning in caught))
    if result.n_classes != votes.n_answers:
        raise VoteError(
            f"{name} has {result.n_classes} classes, but there are {votes.n_answers} answers: "
            "methods are compared where classes are the answers"
        )
    held_out = None
    if predicts(result):
        with _doubts("ignore"):
            held_out = held_out_log_likelihood(
                votes, method=method, folds=folds, seed=seed, strict=False, **options
            )
    return Tried(name, result, seconds, held_out, doubts)


@contextmanager
def _doubts(action: Literal["ignore", "always"]) -> Iterator[list[warnings.WarningMessage]]:
    """Record what methods warn of, or keep it quiet; other warnings are recorded, too."""
    with warnings.catch_warnings(record=True) as caught:
        for category in (ConvergenceWarning, IdentifiabilityWarning):
            warnings.simplefilter(action, category)
        yield caught
