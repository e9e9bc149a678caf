"""What comes of the climb: the best end, as a result with its classes in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.climb import Path
from ...votes.store.store import VoteStore
from ...votes.votes import Votes
from ..clamped import Clamped
from ..fit import Fit, Optimum, Options
from ..optimality import optimality
from ..store_fit import StoreFit
from .arguments import answers_before_classes
from .problem import Problem
from .starts import answer_affinity
from .switching import order_by_answers, order_by_truth

# Ends whose objectives differ by less, in nats a vote, are the same optimum.
SAME_OPTIMUM = 1e-8


def finish(
    problem: Problem,
    votes: Votes | VoteStore,
    paths: list[Path],
    options: Options,
) -> Fit | StoreFit:
    """Make the result of the best path: one more E-step gives the posterior at its end."""
    heights = [(path.objectives or [problem.step(path.x).objective])[-1] for path in paths]
    path = paths[int(np.argmax(heights))]
    problem.rest()
    best = optimality(problem, path.x) if path.n_steps else None
    rates, prior = problem.split(path.x)
    posterior = None
    if isinstance(votes, VoteStore):
        log_likelihood = problem.log_likelihood(path.x)
    else:
        posterior, log_likelihood = problem.posterior(path.x)
    objective = log_likelihood + problem.penalty(rates)
    shared: dict[str, Any] = {
        "error_rates": answers_before_classes(rates),
        "class_prior": prior.copy(),
        "log_likelihood": log_likelihood,
        "objective": problem.step(path.x).objective if problem.hard else objective,
        "trace": np.array(path.log_likelihoods),
        "objective_trace": np.array(path.objectives),
        "n_steps": path.n_steps,
        "converged": path.converged,
        "switched": np.arange(len(prior)),
        "optima": distinct_optima(heights, votes.n_votes),
        "options": options,
        "optimality": best,
    }
    clamped = problem.clamped
    if isinstance(votes, VoteStore):
        return StoreFit(votes=votes, clamped=clamped, **shared)
    assert posterior is not None  # votes in memory have it
    if clamped is None:
        return Fit(votes=votes, posterior=posterior, **shared)
    everyone = clamped.dense()
    everyone[clamped.mask()] = posterior
    return Fit(votes=votes, posterior=everyone, clamped=clamped.dense(), **shared)


def distinct_optima(heights: list[float], n_votes: int) -> tuple[Optimum, ...]:
    """Group starts by where they ended, the best first."""
    groups: list[list[int]] = []
    for k in np.argsort([-height for height in heights], kind="stable").tolist():
        if groups and heights[groups[-1][0]] - heights[k] < SAME_OPTIMUM * n_votes:
            groups[-1].append(k)
        else:
            groups.append([k])
    return tuple(Optimum(heights[group[0]], tuple(sorted(group))) for group in groups)


def with_labels_in_order(
    problem: Problem,
    fit: Fit | StoreFit,
    truth: Clamped | None,
    votes_of: NDArray[np.int64],
    *,
    started: bool,
) -> Fit | StoreFit:
    """Undo label switching: against the truth where some is known, else against the answers.

    There is none to undo where a start was given, or classes are not alike.
    """
    if started or not problem.classes_are_alike:
        return fit
    if truth is not None and len(truth.items):
        order = order_by_truth(known_posterior(fit, truth), truth.weights)
    else:
        affinity = answer_affinity(fit.votes.n_answers, fit.n_classes)
        order = order_by_answers(fit.error_rates, fit.class_prior, votes_of, affinity)
    if np.array_equal(order, fit.switched):
        return fit
    switched: dict[str, Any] = {
        "error_rates": fit.error_rates[:, order],
        "class_prior": fit.class_prior[order],
        "switched": order,
    }
    if isinstance(fit, Fit):
        switched["posterior"] = fit.posterior[:, order]
    return replace(fit, **switched)


def known_posterior(fit: Fit | StoreFit, truth: Clamped) -> NDArray[np.float64]:
    """Return the posteriors of known items, shape (n_known, n_classes)."""
    if isinstance(fit, Fit):
        return fit.posterior[truth.items]
    parts = (part.posterior[truth.of_piece(number)[0]] for number, part in enumerate(fit.parts()))
    return np.concatenate(list(parts))
