"""A fit to a store: parameters in memory, and posteriors partition by partition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..votes.store.store import VoteStore
from .aggregated import Aggregated, Call, Modelled, ObjectiveKind
from .clamped import Clamped, open_blocks
from .fit import Fit, OfErrorRates, Optimality, Optimum, Options


class OfStore:
    """What follows from a store's names alone."""

    votes: VoteStore
    n_classes: int

    @property
    def class_names(self) -> Sequence[Any]:
        """The answers, where there are as many classes; else their codes."""
        answers = self.votes.answer_names
        return answers if self.n_classes == len(answers) else range(self.n_classes)


@dataclass(frozen=True, eq=False)
class StoreAggregation(Modelled, OfStore):
    """What a method other than Dawid & Skene's makes of the votes of a store.

    All of it but the posteriors, which :meth:`parts` makes partition by partition. To the bit it is
    the :class:`Aggregation` of ``store.votes()`` in memory.

    Attributes
    ----------
    votes : VoteStore
        What was aggregated.
    n_classes : int
    method, objective, objective_kind, objective_trace, n_steps, converged, options
        As in :class:`Aggregation`.
    parameters, predictive
        As in :class:`Aggregation`.
    made : callable
        Makes the parts, given how many threads share the work.
    clamped : Clamped, optional
        The items of known class, by their places in the store.
    """

    votes: VoteStore = field(repr=False)
    n_classes: int
    method: str
    objective: float
    objective_kind: ObjectiveKind
    objective_trace: NDArray[np.float64] = field(repr=False)
    n_steps: int
    converged: bool
    options: Call = field(repr=False)
    made: Callable[[int | None], Iterator[Aggregated]] = field(repr=False)
    parameters: Mapping[str, NDArray[np.float64]] = field(default_factory=dict, repr=False)
    predictive: NDArray[np.float64] | None = field(default=None, repr=False)
    clamped: Clamped | None = field(default=None, repr=False)

    def parts(self, *, threads: int | None = None) -> Iterator[Aggregated]:
        """Yield the :class:`Aggregated` of each partition: its votes, and its items' posteriors.

        All else in it is the whole's. Labels and tables of a part are those of its items.
        """
        yield from self.made(threads)


@dataclass(frozen=True, eq=False)
class StoreFit(OfErrorRates, OfStore):
    """A fitted Dawid & Skene model of the votes of a store.

    All of it but the posteriors, which :meth:`parts` makes partition by partition. To the bit it is
    the :class:`Fit` of ``store.votes()`` in memory.

    Attributes
    ----------
    votes : VoteStore
        What was fitted.
    error_rates, class_prior, log_likelihood, objective, trace, objective_trace
        As in :class:`Fit`.
    n_steps, converged, switched, optima, options, optimality
        As in :class:`Fit`.
    clamped : Clamped, optional
        The items of known class, by their places in the store.
    row_votes : ndarray, shape (n_raters, n_classes)
        How many votes each row of error rates rests on: expected ones, to the last digits. They are
        known when votes have been added to the store, whose parts are then gone.
    """

    votes: VoteStore = field(repr=False)
    error_rates: NDArray[np.float64] = field(repr=False)
    class_prior: NDArray[np.float64]
    log_likelihood: float
    objective: float
    trace: NDArray[np.float64] = field(repr=False)
    objective_trace: NDArray[np.float64] = field(repr=False)
    n_steps: int
    converged: bool
    switched: NDArray[np.int64] = field(repr=False)
    optima: tuple[Optimum, ...]
    options: Options = field(repr=False)
    row_votes: NDArray[np.float64] = field(repr=False)
    optimality: Optimality | None = field(default=None, repr=False)
    clamped: Clamped | None = field(default=None, repr=False)

    @property
    def n_classes(self) -> int:  # type: ignore[override]
        """Number of classes."""
        return len(self.class_prior)

    def parts(self, *, threads: int | None = None) -> Iterator[Fit]:
        """Yield a :class:`Fit` of each partition: its votes, and its items' posteriors.

        All else in it is the whole's. Labels and tables of a part are those of its items.
        """
        # as EM had the classes, so that sums over them are the same to the bit
        back = np.argsort(self.switched)
        rates = np.ascontiguousarray(self.error_rates[:, back].transpose(0, 2, 1)).reshape(-1)
        clamped, everyone = None, self.clamped
        with closing(open_blocks(self.votes, everyone, self.n_classes, threads)) as blocks:
            pieces = blocks.posteriors(rates, self.class_prior[back])
            for number, (votes, posterior, _) in enumerate(pieces):
                posterior = posterior[:, self.switched]
                if everyone is not None:
                    clamped = everyone.rows(number)
                    posterior = everyone.everyone(number, posterior)
                yield Fit(
                    votes=votes,
                    posterior=posterior,
                    clamped=clamped,
                    error_rates=self.error_rates,
                    class_prior=self.class_prior,
                    log_likelihood=self.log_likelihood,
                    objective=self.objective,
                    trace=self.trace,
                    objective_trace=self.objective_trace,
                    n_steps=self.n_steps,
                    converged=self.converged,
                    switched=self.switched,
                    optima=self.optima,
                    options=self.options,
                    optimality=self.optimality,
                )
