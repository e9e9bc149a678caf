"""The background of sparse error rates: what is expected of a rater before its own votes count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...kernels.coins import coin_step, count_confusions, count_right, likeliest_classes
from ...kernels.threads import Threads
from .candidates import Candidates, Task

Array = NDArray[np.float64]

# Steps of EM with one-coin raters; the prior of their coins is that of `fit_one_coin_bayes`.
STEPS = 20
RIGHT_COUNT, WRONG_COUNT = 2.0, 1.0
# Wrong votes that are added to those of a class, spread evenly over the answers.
CONFUSION_COUNT = 10.0
# Work is cut into so many blocks, whatever the number of threads.
MOST_BLOCKS = 64


@dataclass(frozen=True, eq=False)
class Background:
    """Rates that raters have where none of their votes tells otherwise.

    A rater gives the right answer with probability ``right[w]``, and else a wrong one by what all
    raters together confuse with what: ``b[w, k, a] = (1 - right[w]) * confusions[a, k]``.

    Attributes
    ----------
    right : ndarray, shape (n_raters,)
    confusions : ndarray, shape (n_answers, n_classes)
        0 where answer and class are one; columns sum to 1.
    class_count : ndarray, shape (n_classes,)
        Column sums of the vote shares, or of what is known: Dirichlet counts of the classes.
    class_prior : ndarray, shape (n_classes,)
        As of the one-coin raters.
    """

    right: Array
    confusions: Array
    class_count: Array
    class_prior: Array

    def rates(
        self, raters: NDArray[np.int32], classes: NDArray[np.int32], answers: NDArray[np.int32]
    ) -> Array:
        """Return the rates of cells."""
        right = self.right[raters]
        wrong = (1 - right) * self.confusions[answers, classes]
        return np.asarray(np.where(answers == classes, right, wrong))

    def table(self) -> Array:
        """Return all rates, shape (n_raters, n_classes, n_answers)."""
        own = np.eye(len(self.confusions), dtype=bool)
        right = self.right[:, None, None]
        return np.asarray(np.where(own, right, (1 - right) * self.confusions.T))


def background_of(task: Task, threads: Threads) -> Background:
    """Fit one-coin raters by EM, and count what they confuse.

    An item's classes are those that it was answered with: others would all be equally likely.
    """
    votes = task.votes
    found, posterior = task.answered()
    class_count = found.class_sums(posterior)
    for _ in range(STEPS):
        prior = class_prior(found, posterior, class_count)
        step_of_coins(task, found, right_votes(task, found, posterior), prior, threads, posterior)
    counts = np.zeros((votes.n_answers, task.n_classes))
    of_votes = votes.starts, votes.codes, votes.n_answers
    count_confusions(*of_votes, found.places, found.classes, posterior, counts)
    return Background(
        right_votes(task, found, posterior),
        smoothed(counts),
        class_count,
        class_prior(found, posterior, class_count),
    )


def step_of_coins(
    task: Task, found: Candidates, right: Array, prior: Array, threads: Threads, posterior: Array
) -> float:
    """E-step of one-coin raters: fill the posterior of open items, return the log-likelihood."""
    votes = task.votes
    wrong = (1 - right) / max(votes.n_answers - 1, 1)
    borders = block_borders(votes.starts)
    values = np.empty(len(borders) - 1)
    items = votes.starts, votes.codes, votes.n_answers, found.places, found.classes, task.is_known

    def work(first: int, last: int) -> None:
        coin_step(*items, right, wrong, prior, borders, first, last, posterior, values)

    threads.share(work, len(values))
    return float(values.sum())


def right_votes(task: Task, found: Candidates, posterior: Array) -> Array:
    """M-step of the coins, under their Beta prior; with a single answer all are right."""
    votes = task.votes
    if votes.n_answers == 1:
        return np.ones(votes.n_raters)
    right = np.full(votes.n_raters, RIGHT_COUNT)
    count_right(
        votes.starts, votes.codes, votes.n_answers, found.places, found.classes, posterior, right
    )
    return np.asarray(right / (task.votes_per_rater + RIGHT_COUNT + WRONG_COUNT))


def smoothed(counts: Array) -> Array:
    """Turn counts of wrong votes, (n_answers, n_classes), into shares, none of which is 0."""
    n_answers = len(counts)
    if n_answers == 1:
        return np.zeros_like(counts)
    shares = counts + CONFUSION_COUNT / (n_answers - 1)
    np.fill_diagonal(shares, 0.0)
    shares /= shares.sum(axis=0)
    return shares


def class_prior(candidates: Candidates, posterior: Array, class_count: Array) -> Array:
    """M-step of the classes under their Dirichlet prior; uniform where nothing is known."""
    counts = candidates.class_sums(posterior) + class_count
    total = counts.sum()
    return np.asarray(counts / total) if total > 0 else np.full(len(counts), 1 / len(counts))


def candidates_of(task: Task, background: Background, further: int, threads: Threads) -> Candidates:
    """Return each item's answered classes, and so many others, likeliest by the background."""
    if further >= task.n_classes - 1:
        return task.with_further(None)
    votes = task.votes
    chosen = np.full((votes.n_items, further), -1, dtype=np.int32)
    data = votes.starts, votes.codes, votes.n_answers, background.confusions
    what = background.class_prior, task.wanted

    def work(first: int, last: int) -> None:
        likeliest_classes(*data, *what, first, last, chosen)

    if further:
        threads.share(work, votes.n_items)
    return task.with_further(chosen)


def block_borders(starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cut what begins at `starts` into blocks of about as much; each is work beside what it has."""
    ends = starts[1:] + np.arange(1, len(starts))
    work = int(ends[-1]) if len(ends) else 0
    borders = np.searchsorted(ends, np.arange(MOST_BLOCKS + 1) * (work / MOST_BLOCKS))
    borders[-1] = len(ends)
    return np.asarray(borders)
