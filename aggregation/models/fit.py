"""What a fit is: posteriors, error rates and class prior, and how they were come by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..votes.votes import Votes
from .aggregated import ObjectiveKind, Posteriors
from .dawid_skene.families import Family


@dataclass(frozen=True)
class Optimum:
    """An end that several starts came to.

    Attributes
    ----------
    objective : float
        In nats: the log-likelihood, with pseudo-counts the penalised one.
    starts : tuple of int
        Which starts came here; 0 is the one without chance.
    """

    objective: float
    starts: tuple[int, ...]


@dataclass(frozen=True)
class Optimality:
    """How near the end of a climb is to an optimum: Kuhn and Tucker's condition.

    EM multiplies: it cannot leave a probability that is exactly 0, though the votes may want it.

    Attributes
    ----------
    gradient : float
        Largest derivative of the objective in the logarithm of a probability, in nats; 0 at an
        optimum.
    violation : float
        Largest derivative in a probability that is 0, as it rises at the expense of the others of
        its row; in nats, 0 where none would rise.
    n_violations : int
        Number of zeros that would rise; those of a family that are one parameter count once.
    gain : float
        What lifting a single one of them would gain, in nats, to second order; all together may
        gain many times that.
    """

    gradient: float
    violation: float
    n_violations: int
    gain: float


@dataclass(frozen=True, eq=False)
class Options:
    """How a model was fitted, so that it can be fitted again to other votes.

    The attributes are the arguments of :func:`aggregation.fit_dawid_skene`, but for those that
    belong to the votes (truth, start) or change no result (threads); `method` is that function.
    """

    method: Callable[..., Any] = field(repr=False)
    n_classes: int
    pseudo_count: ArrayLike
    error_rates: ArrayLike | None
    class_prior: ArrayLike | None
    family: Family
    hard: bool
    accelerate: bool
    tol: float
    max_steps: int
    leave_zeros: bool = False

    @property
    def objective_kind(self) -> ObjectiveKind:
        """What is climbed; see :class:`Fit`."""
        if self.hard:
            return "score"
        penalised = self.error_rates is None and np.any(self.pseudo_count)
        return "log posterior" if penalised else "log likelihood"

    def arguments(self) -> dict[str, Any]:
        """Return them as the keyword arguments that they were."""
        by_name = {field.name: getattr(self, field.name) for field in fields(self)}
        del by_name["method"]
        return by_name | {"family": self.family.name}


class OfErrorRates:
    """What follows from error rates and options alone, for fits that have both."""

    error_rates: NDArray[np.float64]
    options: Options

    @property
    def objective_kind(self) -> ObjectiveKind:
        """What the objective is: with ``hard=True`` "score", with pseudo-counts "log posterior".

        The latter is up to a constant, which depends on the pseudo-counts alone.
        """
        return self.options.objective_kind

    def answer_probabilities(self) -> NDArray[np.float64]:
        """Return the error rates, shape (n_raters, n_classes, n_answers)."""
        return self.error_rates


@dataclass(frozen=True, eq=False)
class Fit(OfErrorRates, Posteriors):
    """A fitted Dawid & Skene model; an :class:`aggregation.Aggregated`.

    Attributes
    ----------
    votes : Votes
        What was fitted.
    posterior : ndarray, shape (n_items, n_classes)
        Probability of each class given the votes; rows sum to 1. Known items have their truth.
    error_rates : ndarray, shape (n_raters, n_classes, n_answers)
        Probability of each answer given rater and class; rows sum to 1. In other words, each
        rater's confusion matrix. A row in which nothing is expected of the rater is uniform.
    class_prior : ndarray, shape (n_classes,)
        Share of each class; sums to 1.
    log_likelihood : float
        Of the votes, and of the known items' classes, at these parameters; in nats.
    objective : float
        What EM climbed: the log-likelihood, plus each pseudo-count times the logarithm of its error
        rate; with ``hard=True`` the likelihood of votes and likeliest classes.
    trace : ndarray, shape (n,)
        ``trace[k]`` is the log-likelihood at the parameters that enter E-step ``k`` (with
        ``hard=True``, of votes and likeliest classes). A rejected extrapolation leaves no entry.
    objective_trace : ndarray, shape (n,)
        The objective there; it never falls.
    n_steps : int
        Evaluations of the E-step, rejected ones included; looks beyond a plateau, and the last one,
        which gives `posterior`, are not counted.
    converged : bool
        Whether an EM step gained at most `tol` nats a vote, and those ahead not much more.
    switched : ndarray of int, shape (n_classes,)
        Classes as EM ended, in the order in which they are given here; ``arange`` where no labels
        were switched.
    optima : tuple of Optimum
        Distinct ends of all starts, the best one, which is this, first.
    options : Options
        How it was fitted, so that it can be done again on other votes.
    optimality : Optimality, optional
        Whether the end is an optimum; None with ``hard=True`` or ``max_steps=0``.
    clamped : ndarray, shape (n_items, n_classes), optional
        What was known of items throughout the fit; a row of zeros where nothing was.
    """

    votes: Votes = field(repr=False)
    posterior: NDArray[np.float64] = field(repr=False)
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
    optimality: Optimality | None = field(default=None, repr=False)
    clamped: NDArray[np.float64] | None = field(default=None, repr=False)
