"""What an earlier fit knows, by the names of its raters, classes and answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, Self, TypeGuard

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError, apart, listed
from .aggregated import Aggregated
from .fit import Fit
from .known_truth import expected_counts
from .store_fit import StoreAggregation, StoreFit

Array = NDArray[np.float64]
# Place of a name that the earlier fit does not have.
NEW = -1
# The method that has rates of what occurs alone, over a background.
SPARSE = "dawid-skene-sparse"


class Tables(NamedTuple):
    """What an E-step reads of a model.

    Attributes
    ----------
    rates : ndarray, shape (n_raters, n_classes, n_answers)
    prior : ndarray, shape (n_classes,)
    """

    rates: Array
    prior: Array


class Occurring(NamedTuple):
    """Expected votes where there are some, as arrays of the same length.

    Attributes
    ----------
    raters, classes, answers : ndarray of int
        Places of their names.
    counts : ndarray
    """

    raters: NDArray[Any]
    classes: NDArray[Any]
    answers: NDArray[Any]
    counts: Array


@dataclass(frozen=True, eq=False, repr=False)
class EarlierFit:
    """An earlier fit without its votes: start another one from it, or score new votes with it.

    Attributes
    ----------
    method : str
        What was fitted.
    rater_names, class_names, answer_names : sequence
        Names are the same where their texts are.
    error_rates : ndarray, shape (n_raters, n_classes, n_answers)
        Probability of each answer given rater and class; rows sum to 1. NaN of
        `dawid-skene-sparse`, which has no such table and starts that method alone.
    class_prior : ndarray, shape (n_classes,)
        Uniform where the method has none.
    n_votes : int
        How many votes were fitted.
    """

    method: str
    rater_names: Sequence[Any]
    class_names: Sequence[Any]
    answer_names: Sequence[Any]
    error_rates: Array
    class_prior: Array
    n_votes: int
    # The E-step's own tables; None where the posterior does not follow from such.
    exact: Tables | None = field(default=None)
    # Classes as EM had them, in the order of `class_names`: sums over them depend on it.
    switched: NDArray[np.int64] | None = field(default=None)
    # Expected votes of each row, (n_raters, n_classes), which are counted where they are needed.
    counted: Callable[[], Array] | None = field(default=None)
    # What a method expects that has no table of error rates.
    cells: Occurring | None = field(default=None)

    def __repr__(self) -> str:
        n_raters, n_classes, n_answers = self.error_rates.shape
        return (
            f"EarlierFit({self.method}: {n_raters} raters, {n_classes} classes, "
            f"{n_answers} answers, {self.n_votes} votes)"
        )

    @property
    def tables(self) -> Tables:
        """What an E-step reads: the method's own tables, or else error rates and class prior."""
        return self.exact or Tables(self.error_rates, self.class_prior)

    @property
    def classes_are_answers(self) -> bool:
        """Whether there is a class for each answer, of its name."""
        return apart(self.class_names) == apart(self.answer_names)

    @cached_property
    def weights(self) -> Array:
        """How many votes each row of error rates rests on, shape (n_raters, n_classes)."""
        if self.counted is None:
            return np.zeros(self.error_rates.shape[:2])
        return self.counted()

    def mean_rater(self, rates: Array) -> Array:
        """Return the mean of the raters' rows, shape (n_classes, n_answers).

        Each counts as much as the votes that are expected in it; where there are none, all alike.
        """
        weights = self.weights
        weights = np.where(weights.sum(axis=0) > 0, weights, 1.0)
        return np.asarray(np.einsum("rc,rca->ca", weights, rates) / weights.sum(axis=0)[:, None])

    def of_classes(self, names: Sequence[Any]) -> Self:
        """Return the same with its classes in another order; all of them have to be there."""
        check_table(self)
        places = places_of(names, self.class_names)
        if (places == NEW).any() or len(places) != len(self.class_names):
            raise VoteError(
                f"start: the earlier fit has the classes {listed(self.class_names)}, the known "
                f"items {listed(names)}: leave the start out"
            )
        exact, counted = self.exact, self.counted
        return replace(
            self,
            class_names=tuple(names),
            error_rates=self.error_rates[:, places],
            class_prior=self.class_prior[places],
            exact=exact and Tables(exact.rates[:, places], exact.prior[places]),
            switched=None,
            counted=counted and (lambda: counted()[:, places]),
        )


def is_fit(value: Any) -> TypeGuard[Aggregated | StoreFit | StoreAggregation | EarlierFit]:
    """Say whether a value is a fit, of whatever method, or what is left of one."""
    return isinstance(value, EarlierFit) or hasattr(value, "answer_probabilities")


def earlier_fit(fit: Aggregated | StoreFit | StoreAggregation | EarlierFit) -> EarlierFit:
    """Take from a fit what it knows of raters and classes.

    Raises
    ------
    VoteError
        If its method has no model of the answers, or no table of it.
    """
    if isinstance(fit, EarlierFit):
        check_table(fit)
        return fit
    rates = fit.answer_probabilities()
    n_classes = fit.n_classes
    parameters = dict(getattr(fit, "parameters", {}))
    if isinstance(fit, Fit | StoreFit):
        method, prior = "dawid-skene", fit.class_prior
    else:
        method = getattr(fit, "method", type(fit).__name__)
        prior = parameters.get("class_prior", np.full(n_classes, 1 / n_classes))
    return EarlierFit(
        method=method,
        rater_names=fit.votes.rater_names,
        class_names=fit.class_names,
        answer_names=fit.votes.answer_names,
        error_rates=rates,
        class_prior=prior,
        n_votes=fit.votes.n_votes,
        exact=exact_tables(method, rates, prior, parameters),
        switched=getattr(fit, "switched", None),
        counted=lambda: row_votes(fit),
    )


def no_table(n_raters: int, n_classes: int) -> Array:
    """Return error rates that nobody knows, in no memory."""
    return np.broadcast_to(np.nan, (n_raters, n_classes, n_classes))


def check_table(fit: EarlierFit) -> None:
    """Refuse a fit without a table of error rates."""
    if fit.cells is not None:
        raise VoteError(
            f"a fit of {fit.method} that was written has no table of error rates: it starts "
            f"{fit.method} alone, with the answers for classes"
        )


def row_votes(fit: Aggregated | StoreFit | StoreAggregation) -> Array:
    """Count expected votes by rater and class."""
    if isinstance(fit, StoreFit):
        return fit.row_votes
    if isinstance(fit, StoreAggregation):
        parts = (expected_counts(part.votes, part.posterior) for part in fit.parts())
        return np.asarray(sum(counts.sum(axis=-1) for counts in parts))
    return np.asarray(expected_counts(fit.votes, fit.posterior).sum(axis=-1))


# Methods of which an item's posterior is a product of such tables, whatever other items there are.
OF_RATES = ("dawid-skene", "dawid-skene-map", "one-coin")
OF_COUNTS = ("ibcc", "ibcc-learned")
SCORING = (*OF_RATES, *OF_COUNTS, "one-coin-bayes")


def exact_tables(method: str, rates: Array, prior: Array, parameters: Any) -> Tables | None:
    """Return what the method's own E-step reads; None where it reads more than tables.

    Under Dirichlet distributions that is ``exp(E log p)``, whose rows sum to less than 1.
    """
    if method in OF_RATES:
        return Tables(rates, prior)
    if method in OF_COUNTS:
        counts, classes = (np.asarray(parameters[f"{name}_counts"]) for name in ("answer", "class"))
        return Tables(
            expected_rates(counts.swapaxes(1, 2)).swapaxes(1, 2),
            expected_rates(classes[None, :, None])[0, :, 0],
        )
    if method == "one-coin-bayes":
        from ..kernels.own_answers import spread_coins  # Numba takes its time

        both = np.stack([np.asarray(parameters[f"{name}_counts"]) for name in ("right", "wrong")])
        right, wrong = expected_rates(both.T[:, :, None])[:, :, 0].T.copy()
        spread = np.empty(rates.swapaxes(1, 2).shape)
        spread_coins(right, wrong, spread)
        return Tables(spread.swapaxes(1, 2), np.full(len(prior), 1 / len(prior)))
    return None


def expected_rates(counts: Array) -> Array:
    """Return ``exp(E log p)`` of Dirichlet rows, which lie along the middle axis."""
    from ..engine.tables.logarithms import fill_logarithms  # Numba takes its time

    rates = np.empty(counts.shape)
    fill_logarithms(np.ascontiguousarray(counts), np.ones(counts.shape[1:]), rates)
    return rates


def places_of(names: Sequence[Any], earlier: Sequence[Any]) -> NDArray[np.int64]:
    """Return the place of each name among those of the earlier fit, `NEW` where it is not there.

    Examples
    --------
    >>> places_of(["ann", 7, "eve"], ["7", "ann"])
    array([ 1,  0, -1])
    """
    if isinstance(names, range) and names == earlier:
        return np.arange(len(names))
    place = {name: number for number, name in enumerate(apart(earlier))}
    return np.array([place.get(name, NEW) for name in apart(names)], dtype=np.int64)
