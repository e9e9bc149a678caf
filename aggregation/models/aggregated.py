"""What every method returns, whatever its model: one interface for tables, tests and comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError
from ..table import Table
from ..votes.votes import Votes
from .label_tables import item_table, label_table, rater_table
from .predictive import Predictor, further_votes
from .summary import Ended, summary

ObjectiveKind = Literal["log likelihood", "log posterior", "elbo", "score"]


class Repeatable(Protocol):
    """How a result was come by, so that it can be done again, on the same or on other votes."""

    @property
    def method(self) -> Callable[..., Any]:
        """The function of votes that made it."""

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments, but for those that belong to the votes: truth and start."""


class Aggregated(Protocol):
    """What a method makes of votes.

    Attributes
    ----------
    votes : Votes
        What was aggregated.
    posterior : ndarray, shape (n_items, n_classes)
        Probability of each class, or the method's share of it; rows sum to 1.
    n_classes : int
    class_names : sequence
        The answers, where there are as many classes; else their codes.
    objective : float
        What the method maximised, in nats, at the result; NaN if it maximises nothing.
    objective_kind : {"log likelihood", "log posterior", "elbo", "score"}
        What the objective is: of the votes; of votes and parameters together; a lower bound of the
        evidence; or none of these. Only values of one kind and of the same votes can be compared.
    objective_trace : ndarray, shape (n,)
        The objective at each accepted step; it never falls.
    n_steps : int
    converged : bool
    options : Repeatable
        ``options.method(votes, **options.arguments())`` does it again.
    """

    @property
    def votes(self) -> Votes: ...  # noqa: D102 -- described above
    @property
    def posterior(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def n_classes(self) -> int: ...  # noqa: D102
    @property
    def class_names(self) -> Sequence[Any]: ...  # noqa: D102
    @property
    def objective(self) -> float: ...  # noqa: D102
    @property
    def objective_kind(self) -> ObjectiveKind: ...  # noqa: D102
    @property
    def objective_trace(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def n_steps(self) -> int: ...  # noqa: D102
    @property
    def converged(self) -> bool: ...  # noqa: D102
    @property
    def options(self) -> Repeatable: ...  # noqa: D102

    def classes(self) -> NDArray[np.int64]:
        """Return each item's class, shape (n_items,): the first of equals, or -1 if undecided."""

    def labels(self, *, class_names: Sequence[Any] | None = None) -> Table:
        """Return a row an item: its label, and how sure that is."""

    def item_table(self, *, class_names: Sequence[Any] | None = None) -> Table:
        """Return :meth:`labels` and the posterior of every class."""

    def rater_table(self, *, class_names: Sequence[Any] | None = None) -> Table:
        """Return a row a rater: votes and expected accuracy."""

    def summary(self, *, class_names: Sequence[Any] | None = None) -> str:
        """Say in a few lines what was found."""

    def answer_probabilities(self) -> NDArray[np.float64]:
        """Return how likely a further vote is, shape (n_raters, n_classes, n_answers).

        The probability of each answer given rater and class; rows sum to 1.

        Raises
        ------
        VoteError
            If the method has no model of the answers.
        """

    def log_predictive(self, votes: Votes) -> NDArray[np.float64]:
        """Return how likely votes are that were left out, shape (n_items,).

        The log probability, in nats, of each item's further votes together, given what the method
        found from the others; see :meth:`Posteriors.log_predictive`.
        """


class Predicting(Protocol):
    """A result that tells how likely answers are."""

    @property
    def posterior(self) -> NDArray[np.float64]: ...  # noqa: D102 -- as of an Aggregated

    def answer_probabilities(self) -> NDArray[np.float64]: ...  # noqa: D102


class Posteriors:
    """What follows from votes and posteriors alone, for results that have both."""

    votes: Votes
    posterior: NDArray[np.float64]

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return int(self.posterior.shape[1])

    @property
    def class_names(self) -> Sequence[Any]:
        """The answers, where there are as many classes; else their codes."""
        answers = self.votes.answer_names
        return answers if self.n_classes == len(answers) else range(self.n_classes)

    def classes(self) -> NDArray[np.int64]:
        """Return each item's likeliest class, shape (n_items,); the first of equals."""
        return np.asarray(self.posterior.argmax(axis=1))

    def labels(self, *, class_names: Sequence[Any] | None = None) -> Table:
        """Return a row an item: its label, and how sure that is; see :func:`label_table`."""
        return label_table(self, class_names=class_names)

    def item_table(self, *, class_names: Sequence[Any] | None = None) -> Table:
        """Return :meth:`labels` and the posterior of every class; see :func:`item_table`."""
        return item_table(self, class_names=class_names)

    def rater_table(self, *, class_names: Sequence[Any] | None = None) -> Table:
        """Return a row a rater: votes and expected accuracy; see :func:`rater_table`."""
        return rater_table(self, class_names=class_names)

    def log_predictive(self: Predicting, votes: Votes) -> NDArray[np.float64]:
        """Return how likely votes are that were left out, shape (n_items,).

        The log probability of each item's further votes together, averaged over the item's
        posterior; given the class, raters are independent and answer by
        :meth:`answer_probabilities`.

        Parameters
        ----------
        votes : Votes
            Of the same items, raters and answers.

        Returns
        -------
        ndarray, shape (n_items,)
            In nats: 0 where an item has no further votes, -inf where they are impossible.

        Raises
        ------
        VoteError
            If the method has no model of the answers, or the votes are of others.
        """
        return further_votes(self.posterior, self.answer_probabilities(), votes)

    def summary(self: Ended, *, class_names: Sequence[Any] | None = None) -> str:
        """Say in a few lines what was found; see :func:`summary`."""
        return summary(self, class_names=class_names)

    def _repr_html_(self: Ended) -> str:
        from html import escape

        return f"<pre>{escape(summary(self))}</pre>"


@dataclass(frozen=True, eq=False)
class Call:
    """A method and what it was given; see :class:`Repeatable`."""

    method: Callable[..., Any]
    given: Mapping[str, Any]

    def arguments(self) -> dict[str, Any]:
        """Return a copy of what the method was given."""
        return dict(self.given)


class Modelled:
    """What a result says of further votes, where its method has a model of the answers."""

    method: str
    predictive: NDArray[np.float64] | None

    def answer_probabilities(self) -> NDArray[np.float64]:
        """Return how likely a further vote is, shape (n_raters, n_classes, n_answers).

        Raises
        ------
        VoteError
            If the method has no model of the answers.
        """
        if self.predictive is None:
            raise no_model(self.method)
        return self.predictive


@dataclass(frozen=True, eq=False)
class Aggregation(Modelled, Posteriors):
    """What a method other than Dawid & Skene's makes of votes; an :class:`Aggregated`.

    Attributes
    ----------
    votes : Votes
        What was aggregated.
    method : str
        What the method is called.
    posterior : ndarray, shape (n_items, n_classes)
        Probability of each class; rows sum to 1. Known items have their truth.
    objective : float
        What was maximised, with all its constants, in nats; NaN if nothing was.
    objective_kind : {"log likelihood", "log posterior", "elbo", "score"}
        What the objective is; only values of one kind and of the same votes can be compared.
    objective_trace : ndarray, shape (n,)
        The objective at each accepted step; it never falls.
    n_steps : int
        Evaluations of a step, rejected ones included.
    converged : bool
        Whether the last step gained, and moved posteriors, no more than was asked for.
    options : Call
        How it was done.
    parameters : mapping of str to ndarray
        What else was estimated; the method's function says what there is.
    predictive : ndarray, shape (n_raters, n_classes, n_answers), optional
        Probability of each answer of a further vote, given rater and class.
    predictor : callable, optional
        Log probability of each item's further votes together, where these depend on more than the
        item's class.
    clamped : ndarray, shape (n_items, n_classes), optional
        What was known of items throughout; a row of zeros where nothing was.
    onward : ndarray, shape (n_items, ...), optional
        What the method takes as `start` to go on from here, where that is not the posterior.
    """

    votes: Votes = field(repr=False)
    method: str
    posterior: NDArray[np.float64] = field(repr=False)
    objective: float
    objective_kind: ObjectiveKind
    objective_trace: NDArray[np.float64] = field(repr=False)
    n_steps: int
    converged: bool
    options: Call = field(repr=False)
    parameters: Mapping[str, NDArray[np.float64]] = field(default_factory=dict, repr=False)
    predictive: NDArray[np.float64] | None = field(default=None, repr=False)
    predictor: Predictor | None = field(default=None, repr=False)
    clamped: NDArray[np.float64] | None = field(default=None, repr=False)
    onward: NDArray[np.float64] | None = field(default=None, repr=False)

    def log_predictive(self, votes: Votes) -> NDArray[np.float64]:
        """Return how likely votes are that were left out, (n_items,), in nats.

        By the method's own model where an item's votes depend on more than its class; else as
        :meth:`Posteriors.log_predictive`.
        """
        return super().log_predictive(votes) if self.predictor is None else self.predictor(votes)


def no_model(method: str) -> VoteError:
    """Say that a method cannot tell how likely an answer is."""
    return VoteError(
        f"{method} has no model of the answers, so it gives no probability of a vote: "
        "take a method that has one, such as ibcc"
    )
