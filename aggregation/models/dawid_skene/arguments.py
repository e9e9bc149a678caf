"""Arguments of a fit, checked against the votes before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Integral, Real
from os import PathLike
from typing import Any, Literal, NamedTuple, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...engine.tables.memory import TABLES_OF_OTHERS, check_room
from ...errors import VoteError
from ...votes.given import (
    checked_parameters,
    checked_pseudo_count,
    diagonal_pseudo_count,
    numbers,
)
from ...votes.store.store import VoteStore
from ...votes.votes import Votes
from ..earlier import earlier_fit, is_fit
from ..own_answers import check_square
from ..warm_start import matched
from .families import Family, FamilyName

TRUTH_ROLES = ("clamped", "start")
# Pseudo-counts of "diagonal": in each cell, and once more where the answer is the class.
DIAGONAL = 0.1, 0.5
# Sums of probabilities are off 1 by less than this where they were not rounded to fewer digits.
EXACT_SUM = 1e-13


class FitArguments(TypedDict, total=False):
    """The arguments of a fit; see :func:`aggregation.fit_dawid_skene`."""

    n_classes: int | None
    truth: ArrayLike | Mapping[Any, int] | None
    truth_role: Literal["clamped", "start"]
    pseudo_count: ArrayLike | Literal["diagonal"]
    start: Any
    error_rates: ArrayLike | None
    class_prior: ArrayLike | None
    family: FamilyName
    hard: bool
    accelerate: bool
    tol: float
    max_steps: int
    restarts: int
    leave_zeros: bool
    seed: int
    threads: int | None
    progress: Callable[[int, float], object] | None
    checkpoint: str | PathLike[str] | None


class FixedParameters(NamedTuple):
    """Parameters that are not estimated; None where they are.

    `rates` has shape (n_raters, n_answers, n_classes), `prior` has shape (n_classes,).
    """

    rates: NDArray[np.float64] | None
    prior: NDArray[np.float64] | None


def check_options(truth_role: str, tol: float, **whole: int) -> None:
    """Refuse options that have no meaning; `whole` are those that are whole numbers."""
    if truth_role not in TRUTH_ROLES:
        raise VoteError(f"truth_role {truth_role!r} is neither 'clamped' nor 'start'")
    if not is_at_least(0, tol, Real):
        raise VoteError(f"tol={tol!r}: the least gain, in nats a vote, is 0 or more")
    for name, value in whole.items():
        if not is_at_least(0, value, Integral):
            raise VoteError(f"{name}={value!r}: give a whole number, 0 or more")


def check_of_store(votes: Votes | VoteStore, truth: Any, start: Any) -> None:
    """Refuse what a fit to a store cannot have: arrays with a row for each of its items."""
    if not isinstance(votes, VoteStore):
        return
    if not (truth is None or isinstance(truth, Mapping)):
        raise VoteError(
            "truth: known items of a store go by their names, {name: class}, as "
            "read_known_items(FILE, votes=store).truth has them"
        )
    if not (start is None or isinstance(start, tuple) or is_fit(start)):
        raise VoteError(
            "start: a fit from a store starts from a fit, or from (error_rates, class_prior), not "
            "from posteriors"
        )


def is_at_least(least: int, value: Any, kind: Any) -> bool:
    """Say whether a value is a number of that kind and not below `least`."""
    return isinstance(value, kind) and bool(value >= least)


def classes_with_room(
    votes: Votes | VoteStore,
    n_classes: int | None,
    truth: Any,
    *given: Any,
    tables: int = TABLES_OF_OTHERS,
) -> int:
    """Count the classes as :func:`count_classes`, and refuse what there is no room for."""
    check_of_store(votes, truth, given[-1])
    n_classes = count_classes(votes, n_classes, truth, *given)
    check_room(votes, n_classes, tables + (truth is not None))  # of known items' votes
    return n_classes


def count_classes(
    votes: Votes | VoteStore,
    n_classes: int | None,
    truth: ArrayLike | Mapping[Any, int] | None,
    error_rates: ArrayLike | None,
    class_prior: ArrayLike | None,
    start: Any = None,
) -> int:
    """Return the number of classes: as said, as given parameters have, or as many as answers."""
    if n_classes is not None:
        if not is_at_least(1, n_classes, Integral):
            raise VoteError(f"n_classes={n_classes!r}: there must be a class, or several")
        return int(n_classes)
    if error_rates is not None and (rates := numbers("error_rates", error_rates)).ndim == 3:
        return int(rates.shape[1])
    if class_prior is not None:
        return numbers("class_prior", class_prior).size
    if is_fit(start):
        return len(matched(votes, earlier_fit(start)).class_names)
    if isinstance(start, tuple) and len(start) == 2:
        return numbers("class_prior", start[1]).size
    if start is not None and not isinstance(start, tuple):
        posterior = numbers("start", start)
        if posterior.ndim == 2:
            return int(posterior.shape[1])
    if isinstance(truth, Mapping):
        truth = [*truth.values()]
    known = numbers("truth", -1 if truth is None else truth)
    if known.ndim == 2:
        return int(known.shape[1])
    largest = int(known.max(initial=-1, where=np.isfinite(known)))
    if largest >= votes.n_items + votes.n_answers:
        raise VoteError(
            f"class {largest} among the truth of {votes.n_items} items looks like an identifier: "
            "classes are 0, 1, 2, ... (or say n_classes= if it is one)"
        )
    return max(votes.n_answers, largest + 1)


def checked_fixed(
    votes: Votes | VoteStore,
    n_classes: int,
    error_rates: ArrayLike | None,
    class_prior: ArrayLike | None,
) -> FixedParameters:
    """Return fixed parameters in the kernels' order of axes."""
    if class_prior is not None:
        size = numbers("class_prior", class_prior).size
        if size != n_classes:
            raise VoteError(f"class_prior has {size} entries, there are {n_classes} classes")
    rates, prior = checked_parameters(
        votes,
        np.full((votes.n_raters, n_classes, votes.n_answers), 1 / votes.n_answers)
        if error_rates is None
        else error_rates,
        np.full(n_classes, 1 / n_classes) if class_prior is None else class_prior,
    )
    return FixedParameters(
        None if error_rates is None else answers_before_classes(summing_to_1(rates)),
        None if class_prior is None else summing_to_1(prior),
    )


def said_pseudo_count(
    pseudo_count: ArrayLike | Literal["diagonal"],
    votes: Votes | VoteStore,
    n_classes: int,
    family: Family,
) -> ArrayLike:
    """Return pseudo-counts as numbers; "diagonal" are those that favour a class's own answer."""
    if not isinstance(pseudo_count, str):
        return pseudo_count
    if pseudo_count != "diagonal":
        raise VoteError(f"pseudo_count={pseudo_count!r} is neither numbers nor 'diagonal'")
    if family.name != "full":
        raise VoteError(f"pseudo_count='diagonal' is not for {family.name} raters: give numbers")
    check_square(votes, n_classes, "pseudo_count='diagonal' favours answers that are the class")
    return diagonal_pseudo_count(*DIAGONAL, n_classes)


def pseudo_counts_of(
    pseudo_count: ArrayLike, votes: Votes | VoteStore, n_classes: int, family: Family
) -> NDArray[np.float64]:
    """Return what a family's pseudo-counts add, shape (n_raters, n_answers, n_classes)."""
    shape = votes.n_raters, votes.n_answers, n_classes
    axes, own_shape, spread = family.own_counts
    own = checked_pseudo_count(pseudo_count, own_shape(shape), axes)
    return spread(own, shape) if np.any(pseudo_count) else nothing_added(*shape)


def nothing_added(*shape: int) -> NDArray[np.float64]:
    """Return a table of zeros that takes no memory, and cannot be written to."""
    return np.broadcast_to(np.float64(0), shape)


def summing_to_1(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Undo the rounding of probabilities that were written with few digits.

    EM would take a sum above 1 for likelihood. Exact ones keep their very bits.
    """
    totals = probabilities.sum(axis=-1, keepdims=True)
    return np.where(np.abs(totals - 1) > EXACT_SUM, probabilities / totals, probabilities)


def answers_before_classes(array: NDArray[Any]) -> NDArray[np.float64]:
    """Swap (n_raters, n_classes, n_answers) and (n_raters, n_answers, n_classes)."""
    return np.ascontiguousarray(array.transpose(0, 2, 1), dtype=np.float64)
