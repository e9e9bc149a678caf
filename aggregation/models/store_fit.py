"""A fit to a store: parameters in memory, and posteriors partition by partition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..votes.store.store import VoteStore
from .aggregated import ObjectiveKind
from .fit import Fit, Optimality, Optimum, Options


@dataclass(frozen=True, eq=False)
class StoreFit:
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

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_prior)

    @property
    def class_names(self) -> Sequence[Any]:
        """The answers, where there are as many classes; else their codes."""
        answers = self.votes.answer_names
        return answers if self.n_classes == len(answers) else range(self.n_classes)

    @property
    def objective_kind(self) -> ObjectiveKind:
        """What the objective is; see :class:`Fit`."""
        return self.options.objective_kind

    def answer_probabilities(self) -> NDArray[np.float64]:
        """Return the error rates, shape (n_raters, n_classes, n_answers)."""
        return self.error_rates

    def parts(self, *, threads: int | None = None) -> Iterator[Fit]:
        """Yield a :class:`Fit` of each partition: its votes, and its items' posteriors.

        All else in it is the whole's. Labels and tables of a part are those of its items.
        """
        from ..engine.partitions import Partitions  # Numba takes a third of a second to import

        # as EM had the classes, so that sums over them are the same to the bit
        back = np.argsort(self.switched)
        rates = np.ascontiguousarray(self.error_rates[:, back].transpose(0, 2, 1)).reshape(-1)
        with closing(Partitions(self.votes, self.n_classes, threads)) as partitions:
            for votes, posterior, _ in partitions.posteriors(rates, self.class_prior[back]):
                yield Fit(
                    votes=votes,
                    posterior=posterior[:, self.switched],
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
