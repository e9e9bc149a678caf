"""A result as tables by name: posteriors, error rates, and its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_types
from ..errors import apart
from ..held import NamedCodes
from .aggregated import Aggregated
from .fit import Fit
from .known_truth import expected_counts
from .label_tables import own_answers
from .sparse.fit import SparseFit
from .sparse.tables import cut_numbers, posterior_rows, rate_rows
from .store_fit import StoreAggregation, StoreFit
from .vote_share import winners_share

# A table's columns by name, equally long.
Columns = dict[str, Sequence[Any] | NDArray[Any]]


def posterior_table(fit: Aggregated, *, class_names: Sequence[Any] | None = None) -> Columns:
    """Return a row an item: the posterior of every class, and the likeliest class.

    Parameters
    ----------
    fit : Aggregated
    class_names : sequence, optional
        Default: the answers' names, if there is an answer for each class; else 0, 1, ...

    Returns
    -------
    dict of str to sequence
        Columns `item`, `posterior_NAME` for each class, and `class`, the name of the likeliest;
        None where the method leaves it undecided. Of a :class:`SparseFit` a row an item and
        candidate: columns `item`, `class` and `posterior`.

    Examples
    --------
    >>> from aggregation import Votes, fit_dawid_skene
    >>> votes = Votes.from_triples(["x", "x", "y", "y"], ["a", "b", "a", "b"], list("NNYY"))
    >>> table = posterior_table(fit_dawid_skene(votes))
    >>> list(table)
    ['item', 'posterior_N', 'posterior_Y', 'class']
    >>> table["class"]
    ('N', 'Y')
    """
    check_types(posterior_table, locals())
    names = fit.class_names if class_names is None else class_names
    if isinstance(fit, SparseFit):
        return posterior_rows(fit, names)
    table: Columns = {"item": fit.votes.item_names}
    for name, column in zip(apart(names), fit.posterior.T, strict=True):
        table[f"posterior_{name}"] = column
    table["class"] = NamedCodes(fit.classes(), names)
    return table


def error_rate_table(fit: Aggregated, *, class_names: Sequence[Any] | None = None) -> Columns:
    """Return a row for each rater, class and answer.

    Parameters
    ----------
    fit : Aggregated
        Of a method that has a model of the answers.
    class_names : sequence, optional
        As for :func:`posterior_table`.

    Returns
    -------
    dict of str to sequence
        Columns `rater`, `class`, `answer`, `rate` (the error rate, or the method's probability of
        that answer), and `expected_votes`: how many such votes the rater is expected to have given,
        which tells what the rate rests on. Of a :class:`SparseFit` those alone of which 0.005 or
        more are expected: other rates are about the background's.

    Raises
    ------
    VoteError
        If the method has no model of the answers.
    """
    check_types(error_rate_table, locals())
    if isinstance(fit, SparseFit):
        return rate_rows(fit, fit.class_names if class_names is None else class_names)
    return error_rate_rows(fit, expected_counts(fit.votes, fit.posterior), class_names)


def error_rate_rows(
    fit: Aggregated | StoreFit | StoreAggregation,
    counts: NDArray[np.float64],
    class_names: Sequence[Any] | None = None,
) -> Columns:
    """Return what :func:`error_rate_table` does, from expected counts."""
    rates = fit.answer_probabilities()
    names = fit.class_names if class_names is None else class_names
    raters, classes, answers = np.indices(rates.shape).reshape(3, -1)
    return {
        "rater": NamedCodes(raters, fit.votes.rater_names),
        "class": NamedCodes(classes, names),
        "answer": NamedCodes(answers, fit.votes.answer_names),
        "rate": rates.reshape(-1),
        "expected_votes": counts.reshape(-1),
    }


def right_of_known(fit: Aggregated, truth: NDArray[np.int64]) -> tuple[int, int]:
    """Return how many items have their known class as the likeliest, and how many are known.

    `truth` has shape (n_items,): a class, or -1 where it is not known.
    """
    known = truth >= 0
    return int((fit.classes() == truth)[known].sum()), int(known.sum())


class Right(NamedTuple):
    """How many of `known` items come out right, by a `result` and by the `majority` of votes.

    Where k classes tie, each counts 1/k.
    """

    result: float
    majority: float
    known: int


def right_beside_majority(
    fit: Aggregated, truth: NDArray[np.int64], *, class_names: Sequence[Any] | None = None
) -> Right:
    """Return how many known items a result and the majority of votes have right.

    Parameters
    ----------
    fit : Aggregated
        Without knowledge of the items, or it is right of them all.
    truth : ndarray of int64, shape (n_items,)
        A class, or -1 where it is not known.
    class_names : sequence, optional
        As for :func:`posterior_table`: the majority's answer is the class that is called like it.

    Returns
    -------
    Right

    Examples
    --------
    >>> from aggregation import Votes, fit_ibcc
    >>> votes = Votes.from_triples(["x", "x", "x", "y", "y"], [*"abcab"], [*"NNYYN"])
    >>> right_beside_majority(fit_ibcc(votes), np.array([0, 1]))
    Right(result=1.0, majority=1.5, known=2)
    """
    known = np.flatnonzero(truth >= 0)
    classes = truth[known]
    right = winners_share(fit.posterior[known])[np.arange(len(known)), classes]
    answers = own_answers(fit, class_names)[classes]
    of_majority = winners_share(fit.votes.answer_counts()[known])[np.arange(len(known)), answers]
    of_majority = np.where(answers >= 0, of_majority, 0.0)
    return Right(float(right.sum()), float(of_majority.sum()), len(known))


def fit_numbers(
    fit: Aggregated | StoreFit | StoreAggregation, *, class_names: Sequence[Any] | None = None
) -> dict[str, Any]:
    """Return all that a result says beside the tables, as JSON knows it.

    Parameters
    ----------
    fit : Aggregated
    class_names : sequence, optional
        As for :func:`posterior_table`.

    Returns
    -------
    dict
        What a method does not have, such as a class prior, is left out. Of a :class:`SparseFit`
        `outside_candidates` is the posterior mass that was cut off items, mean and largest.
    """
    names = fit.class_names if class_names is None else class_names
    votes = fit.votes
    parameters: dict[str, NDArray[np.float64]] = dict(getattr(fit, "parameters", {}))
    if isinstance(fit, Fit | StoreFit | SparseFit):
        prior: NDArray[np.float64] | None = fit.class_prior
    else:
        prior = parameters.pop("class_prior", None)
    numbers = {
        "n_votes": votes.n_votes,
        "n_items": votes.n_items,
        "n_raters": votes.n_raters,
        "answers": apart(votes.answer_names),
    }
    if prior is not None:
        numbers["class_prior"] = dict(zip(apart(names), prior.tolist(), strict=True))
    if isinstance(fit, Fit | StoreFit):
        numbers["log_likelihood"] = fit.log_likelihood
    numbers |= {
        "objective": fit.objective,
        "objective_kind": fit.objective_kind,
        "n_steps": fit.n_steps,
        "converged": fit.converged,
    }
    if isinstance(fit, Fit | StoreFit):
        numbers["optima"] = [
            {"objective": end.objective, "starts": end.starts} for end in fit.optima
        ]
        numbers["switched"] = fit.switched.tolist()
        numbers["trace"] = fit.trace.tolist()
    if isinstance(fit, SparseFit):
        numbers |= cut_numbers(fit)
    numbers["objective_trace"] = fit.objective_trace.tolist()
    if parameters:
        numbers["parameters"] = {name: values.tolist() for name, values in parameters.items()}
    return numbers
