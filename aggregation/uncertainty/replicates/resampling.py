"""One replicate of a fit: items drawn anew as weights of their votes' patterns, and EM on them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...engine.blocks import Blocks
from ...engine.climb import climb
from ...errors import VoteError
from ...models.dawid_skene.arguments import (
    FixedParameters,
    answers_before_classes,
    nothing_added,
    pseudo_counts_of,
)
from ...models.dawid_skene.problem import Problem
from ...models.dawid_skene.switching import best_match
from ...models.fit import Fit
from ...models.job import Known
from ...models.known_truth import expected_counts
from ...reading.columns import coded_column
from ...votes.votes import Votes
from ..information import OpenItems, open_items


class Replicate(NamedTuple):
    """What is kept of a replicate.

    Attributes
    ----------
    error_rates : ndarray, shape (n_kept, n_classes, n_answers)
    class_prior : ndarray, shape (n_classes,)
    converged : bool
    """

    error_rates: NDArray[np.float64]
    class_prior: NDArray[np.float64]
    converged: bool


class Source(NamedTuple):
    """What replicates are drawn from.

    Attributes
    ----------
    fit : Fit
    open : OpenItems
    group_of : ndarray of int, shape (n_items,)
    fixed : FixedParameters
    pseudo_counts, expected : ndarray, shape (n_raters, n_answers, n_classes)
        Of the whole fit; `expected` of the open items alone.
    """

    fit: Fit
    open: OpenItems
    group_of: NDArray[np.integer[Any]]
    fixed: FixedParameters
    pseudo_counts: NDArray[np.float64]
    expected: NDArray[np.float64]


def groups_of_items(votes: Votes, groups: ArrayLike | Iterable[Any] | None) -> NDArray[np.int64]:
    """Return the number of each item's group, from 0 on; without groups each item is its own."""
    if groups is None:
        return np.arange(votes.n_items)
    group_of = coded_column(groups, "group").codes
    if len(group_of) != votes.n_items:
        raise VoteError(f"{len(group_of)} groups for {votes.n_items} items: give one an item")
    # codes that no item has are no groups
    return np.asarray(np.unique(group_of, return_inverse=True)[1])


def source_of(fit: Fit, groups: ArrayLike | Iterable[Any] | None) -> Source:
    """Gather what all replicates share."""
    votes, options = fit.votes, fit.options
    items = open_items(fit)
    rates = answers_before_classes(fit.error_rates)
    return Source(
        fit,
        items,
        groups_of_items(votes, groups),
        FixedParameters(
            None if options.error_rates is None else rates,
            None if options.class_prior is None else fit.class_prior,
        ),
        pseudo_counts_of(options.pseudo_count, votes, fit.n_classes, options.family),
        answers_before_classes(expected_counts(votes, fit.posterior * items.mask[:, None])),
    )


def replicate(source: Source, seed: int, kept: NDArray[np.int64], number: int) -> Replicate:
    """Error rates of some raters and class prior of one replicate, and whether EM converged."""
    options = source.fit.options
    problem = _problem(source, draw(source.group_of, np.random.default_rng((seed, number))))
    start = problem.joined(answers_before_classes(source.fit.error_rates), source.fit.class_prior)
    with closing(problem.blocks):
        path = climb(
            problem,
            start,
            accelerate=options.accelerate,
            tol=options.tol,
            max_steps=options.max_steps,
        )
        rates, prior = problem.split(path.x)
        found = problem.blocks.e_step(rates.reshape(-1), prior, problem.hard)
    order = np.arange(len(prior))
    if problem.classes_are_alike:
        order = best_match(_overlap(source.expected, found.counts))
    counts = found.counts + problem.known.added
    rates = np.where(counts.sum(axis=options.family.row_axes, keepdims=True) == 0, np.nan, rates)
    return Replicate(rates[kept].transpose(0, 2, 1)[:, order], prior[order], path.converged)


def draw(group_of: NDArray[np.integer[Any]], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw as many groups as there are; return how often each item was drawn."""
    n_groups = int(group_of.max()) + 1
    times = np.bincount(rng.integers(n_groups, size=n_groups), minlength=n_groups)
    return np.asarray(times[group_of])


def _problem(source: Source, times: NDArray[np.int64]) -> Problem:
    """Set up EM for the items as often as they were drawn: no vote is copied."""
    fit, patterns = source.fit, source.open.patterns
    of_open = times[source.open.mask]
    if patterns.of_item is not None:
        of_open = np.bincount(patterns.of_item, weights=of_open, minlength=patterns.n_patterns)
    drawn = patterns._replace(weights=of_open.astype(np.int32), of_item=None)
    known_counts, known_classes = nothing_added(*source.expected.shape), np.zeros(fit.n_classes)
    if fit.clamped is not None:
        truth = fit.clamped * times[:, None]
        known_counts = answers_before_classes(expected_counts(fit.votes, truth))
        known_classes = truth.sum(axis=0)
    return Problem(
        Blocks(source.open.votes, fit.n_classes, threads=1, patterns=drawn),
        None,
        Known(known_counts, known_classes, 0.0, source.pseudo_counts),
        fit.options.family,
        fit.options.hard,
        source.fixed,
    )


def _overlap(fit: NDArray[np.float64], replicate: NDArray[np.float64]) -> NDArray[np.float64]:
    """How alike two sets of classes are in their votes: Bhattacharyya's coefficient, by pairs."""
    n_classes = fit.shape[2]
    both = np.sqrt(fit).reshape(-1, n_classes), np.sqrt(replicate).reshape(-1, n_classes)
    return np.asarray(both[0].T @ both[1])
