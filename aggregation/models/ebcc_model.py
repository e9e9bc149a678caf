"""EBCC as a model to climb: Dirichlet counts of classes, of groups in them, and of raters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from ..engine.blocks import Blocks
from ..engine.climb import Step
from ..engine.patterns import each_its_own
from ..kernels.dirichlet import expected_logarithms
from ..votes.votes import Votes
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
    blocks : Blocks
        Their votes; each weighs as much as the item is of the class.
    """

    states: slice
    items: NDArray[np.int64]
    blocks: Blocks

    def prior(self, prior: Array) -> Array:
        """Leave only the states of the class."""
        found = np.zeros(len(prior))
        found[self.states] = prior[self.states]
        return found


def job_of_states(votes: Votes, clamped: Array | None, n_states: int, threads: int | None) -> Job:
    """Set up a job whose classes are states; known items are left to :func:`known_by_class`."""
    none = nothing_added(votes.n_raters, votes.n_answers, n_states)
    open_items, open_votes, entropy = None, votes, 0.0
    if clamped is not None and clamped.any():
        open_items = np.asarray(~clamped.any(axis=1))
        open_votes, entropy = votes.select(open_items), -float(xlogy(clamped, clamped).sum())
    known = Known(none, np.zeros(n_states), entropy, none)
    return Job(votes, clamped, Blocks(open_votes, n_states, threads), open_items, known)


def known_by_class(votes: Votes, clamped: Array | None, n_groups: int) -> tuple[OfClass, ...]:
    """Sort known items by their classes; `clamped` has shape (n_items, n_classes)."""
    parts = []
    if clamped is None:
        return ()
    n_states = clamped.shape[1] * n_groups
    for k, weights in enumerate(clamped.T):
        items = np.flatnonzero(weights)
        if len(items):
            some = votes.select(weights > 0)
            patterns = each_its_own(some)._replace(weights=weights[items])
            blocks = Blocks(some, n_states, 1, patterns=patterns)
            parts.append(OfClass(slice(k * n_groups, (k + 1) * n_groups), items, blocks))
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

    def start(self, states: Array) -> Array:
        """M-step at posteriors of the states, shape (n_items, n_states), item by item.

        Items of the same votes may start from different ones.
        """
        of_codes = answers_before_classes(expected_counts(self.job.votes, states))
        return self.joined(Counts(of_codes, states.sum(axis=0)))

    def joined(self, counts: Counts) -> Array:
        """Add counts to the priors'."""
        groups = counts.of_classes.reshape(-1, self.n_groups)
        classes = self.class_count + groups.sum(axis=1)
        answers = counts.of_codes + self.prior
        return np.concatenate((answers.ravel(), classes, (groups + self.group_count).ravel()))

    def update(self, counts: Counts, x: Array, seen: Seen) -> Array:  # noqa: ARG002
        """M-step: add the counts to the priors'."""
        return self.joined(counts)

    def seen(self, x: Array) -> Seen:
        """Exponentials of the expected logarithms, and minus the divergence from the priors."""
        answers, classes, groups = self.split(x)
        rates, of_classes = np.empty(answers.shape), np.empty((1, len(classes), 1))
        by_group = np.ascontiguousarray(groups.T)[None]
        of_groups = np.empty(by_group.shape)
        divergence = expected_logarithms(answers, self.prior, rates)
        divergence += expected_logarithms(
            classes.reshape(of_classes.shape), self.class_count[:, None], of_classes
        )
        prior = np.full(by_group.shape[1:], self.group_count)
        divergence += expected_logarithms(by_group, prior, of_groups)
        states = of_classes.reshape(-1, 1) * of_groups[0].T
        return Seen(rates, states.reshape(-1), -divergence)

    def step(self, x: Array) -> Step:
        """E-step and M-step at `x`: known items keep their class, and get a group."""
        rates, prior, added, _ = seen = self.seen(x)
        of_codes, of_classes, value = self.job.blocks.e_step(rates.reshape(-1), prior, False)
        for part in self.known:
            more = part.blocks.e_step(rates.reshape(-1), part.prior(prior), False)
            of_codes, of_classes = of_codes + more.counts, of_classes + more.class_counts
            value += more.log_likelihood
        value += added + self.job.known.entropy
        return Step(self.update(Counts(of_codes, of_classes), x, seen), value, value)

    def posterior(self, x: Array) -> tuple[Array, float]:
        """Class posteriors of the open items at `x`, and the objective."""
        states, value = self.states(x)
        open_items = self.job.open_items
        states = states if open_items is None else states[open_items]
        return states.reshape(len(states), len(self.class_count), self.n_groups).sum(axis=2), value

    def states(self, x: Array) -> tuple[Array, float]:
        """Posterior of all items' states at `x`, shape (n_items, n_states), and the objective."""
        rates, prior, added, _ = self.seen(x)
        found, value = self.job.blocks.posterior(rates, prior)
        value += added + self.job.known.entropy
        if self.job.clamped is None or self.job.open_items is None:
            return found, value
        everyone = np.zeros((self.job.votes.n_items, len(prior)))
        everyone[self.job.open_items] = found
        for part in self.known:
            found, more = part.blocks.posterior(rates, part.prior(prior))
            weights = part.blocks.patterns.weights[:, None]
            everyone[part.items] += weights * found
            value += more
        return everyone, value
