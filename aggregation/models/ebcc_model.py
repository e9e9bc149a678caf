"""EBCC as a model to climb: Dirichlet counts of classes, of groups in them, and of raters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from ..engine.blocks import Blocks
from ..engine.climb import Step
from ..engine.partitions import height_of
from ..engine.patterns import each_its_own
from ..engine.sums import in_a_tree
from ..engine.tables.by_code import vector_from
from ..engine.tables.logarithms import fill_logarithms
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .clamped import Clamped, open_blocks
from .dawid_skene.arguments import answers_before_classes, nothing_added
from .job import Counts, Job, Known
from .known_truth import expected_counts
from .latent_class import Model, Seen

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OfClass:
    """Items that are known to be of one class, wholly or in part.

    Attributes
    ----------
    states : slice
        Those of the class.
    items : ndarray of int
        Which of the known items these are.
    votes : Votes
        On these items alone.
    weights : ndarray of float64
        How far each item is of the class.
    """

    states: slice
    items: NDArray[np.int64]
    votes: Votes
    weights: NDArray[Any]

    @property
    def blocks(self) -> Blocks:
        """The votes, where there are no other states: made anew, for what it holds is a table."""
        patterns = each_its_own(self.votes)._replace(weights=self.weights)
        return Blocks(self.votes, self.states.stop - self.states.start, 1, patterns=patterns)

    def of_states(self, rates: Array, prior: Array) -> tuple[Array, Array]:
        """Return the rates and the prior of the states of the class."""
        return np.ascontiguousarray(rates[:, :, self.states]), prior[self.states]


def job_of_states(
    votes: Votes | VoteStore, clamped: Clamped | None, n_states: int, threads: int | None
) -> Job:
    """Set up a job whose classes are states; known items are left to :func:`known_by_class`."""
    none = nothing_added(votes.n_raters, votes.n_answers, n_states)
    entropy = 0.0 if clamped is None else -float(xlogy(clamped.weights, clamped.weights).sum())
    known = Known(none, np.zeros(n_states), entropy, none)
    return Job(votes, clamped, open_blocks(votes, clamped, n_states, threads), known)


def known_by_class(
    votes: Votes | VoteStore, clamped: Clamped | None, n_groups: int
) -> tuple[OfClass, ...]:
    """Sort known items by their classes."""
    if clamped is None or not len(clamped.items):
        return ()
    parts = []
    known = clamped.votes_of(votes)
    for k, weights in enumerate(clamped.weights.T):
        items = np.flatnonzero(weights)
        if len(items):
            states = slice(k * n_groups, (k + 1) * n_groups)
            parts.append(OfClass(states, items, known.select(items), weights[items]))
    return tuple(parts)


@dataclass(frozen=True, eq=False)
class Ebcc(Model):
    """Mean field over states, pairs of class and group. Parameters: answer, class, group counts.

    To the job, states are classes: state ``k * n_groups + g``.

    Attributes
    ----------
    own : ndarray of bool, shape (n_answers, n_classes)
        Which answer is a class's own.
    class_count : ndarray, shape (n_classes,)
        Dirichlet prior of the classes; 0 for a class that is impossible.
    group_count, own_count, other_count : float
        Dirichlet counts of a group, of a class's own answer, and of each other one.
    n_groups : int
    known : tuple of OfClass
        Items whose class is known, by class: their groups are not.
    """

    own: NDArray[np.bool_]
    class_count: Array
    group_count: float
    own_count: float
    other_count: float
    n_groups: int
    known: tuple[OfClass, ...]

    @property
    def prior(self) -> Array:
        """Dirichlet counts of the answers, shape (n_answers, n_states)."""
        of_classes = np.where(self.own, self.own_count, self.other_count)
        return np.repeat(of_classes, self.n_groups, axis=1)

    def split(self, x: Array) -> tuple[Array, Array, Array]:
        """Return counts of answers, (n_raters, n_answers, n_states), of classes and of groups."""
        n_classes, n_states = len(self.class_count), self.job.shape[2]
        answers, classes, groups = np.split(x, [-n_classes - n_states, -n_states])
        return answers.reshape(self.job.shape), classes, groups.reshape(n_classes, self.n_groups)

    @property
    def n_classes(self) -> int:
        """Number of classes, of which each has several states."""
        return len(self.class_count)

    def start(self, states: Iterable[tuple[Votes, Array]]) -> Array:
        """M-step at posteriors of the states of each piece, (n_items, n_states), item by item.

        Items of the same votes may start from different ones.
        """
        parts = (
            Counts(answers_before_classes(expected_counts(votes, rows)), rows.sum(axis=0))
            for votes, rows in states
        )
        return self.joined(in_a_tree(parts, Counts.plus))

    def joined(self, counts: Counts) -> Array:
        """Add counts to the priors', in place where they lie at the start of a vector."""
        groups = counts.of_classes.reshape(-1, self.n_groups)
        of_classes, of_groups = self.class_count + groups.sum(axis=1), groups + self.group_count
        x = vector_from(counts.of_codes, counts.of_codes.size + of_classes.size + of_groups.size)
        answers, classes, groups = self.split(x)
        classes[:], groups[:] = of_classes, of_groups
        self.job.add_prior(answers, self.prior)
        return x

    def update(self, counts: Counts, x: Array, seen: Seen) -> Array:  # noqa: ARG002
        """M-step: add the counts to the priors'."""
        return self.joined(counts)

    def seen(self, x: Array) -> Seen:
        """Exponentials of the expected logarithms, and minus the divergence from the priors."""
        answers, classes, groups = self.split(x)
        rates, of_classes = self.job.table(len(x)), np.empty((1, len(classes), 1))
        by_group = np.ascontiguousarray(groups.T)[None]
        of_groups = np.empty(by_group.shape)
        threads = self.job.blocks.threads
        divergence = fill_logarithms(answers, self.prior, rates, threads)
        divergence += fill_logarithms(
            classes.reshape(of_classes.shape), self.class_count[:, None], of_classes
        )
        prior = np.full(by_group.shape[1:], self.group_count)
        divergence += fill_logarithms(by_group, prior, of_groups)
        states = of_classes.reshape(-1, 1) * of_groups[0].T
        return Seen(rates, states.reshape(-1), -divergence)

    def step(self, x: Array) -> Step:
        """E-step and M-step at `x`: known items keep their class, and get a group."""
        rates, prior, added, _ = seen = self.seen(x)
        counts, value = self.job.expected(rates, prior, len(x))
        for part in self.known:
            own_rates, own_prior = part.of_states(rates, prior)
            more = part.blocks.e_step(own_rates.reshape(-1), own_prior, False)
            counts.of_codes[:, :, part.states] += more.counts
            counts.of_classes[part.states] += more.class_counts
            value += more.log_likelihood
        value += added + self.job.known.entropy
        return Step(self.update(counts, x, seen), value, value)

    def rows(self, x: Array) -> Iterator[tuple[Array, float]]:
        """Yield all items' states at `x` piece by piece, and the log-likelihood of open items."""
        rates, prior, *_ = self.seen(x)
        clamped = self.job.clamped
        if clamped is not None:
            known = np.zeros((len(clamped.items), len(prior)))
            for part, found, _ in self._of_known(rates, prior):
                known[part.items, part.states] += part.weights[:, None] * found
            clamped = replace(clamped, weights=known)
        pieces = self.job.blocks.posteriors(rates, prior)
        for number, (_, found, log_likelihood) in enumerate(pieces):
            everyone = found if clamped is None else clamped.everyone(number, found)
            yield everyone, log_likelihood

    def objective(self, x: Array, found: Iterable[float]) -> float:
        """Return the objective at `x`, where log-likelihoods of the pieces were found."""
        rates, prior, added, _ = self.seen(x)
        value = height_of(found) + (added + self.job.known.entropy)
        return value + sum(more for *_, more in self._of_known(rates, prior))

    def _of_known(self, rates: Array, prior: Array) -> Iterator[tuple[OfClass, Array, float]]:
        """Yield known items by their classes, with states of these, and the log-likelihood."""
        for part in self.known:
            yield part, *part.blocks.posterior(*part.of_states(rates, prior))
