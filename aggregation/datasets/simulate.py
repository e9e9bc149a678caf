"""Votes drawn from the Dawid & Skene model, with the truth they were drawn from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..errors import VoteError
from ..votes.votes import Votes
from .draws import draw_answers, draw_codes, draw_raters, generator, votes_from_draws

# A rater's skill in one class is the rater's skill to a power between these.
EASIEST, HARDEST = 0.5, 2.0


class SimulatedVotes(NamedTuple):
    """Votes drawn from the model, and what they were drawn from.

    Attributes
    ----------
    votes : Votes
        Items, raters and answers are named by their codes.
    truth : ndarray of int64, shape (n_items,)
        Class of each item, 0..n_classes - 1.
    error_rates : ndarray, shape (n_raters, n_classes, n_answers)
        Probability of each answer, given rater and class.
    class_prior : ndarray, shape (n_classes,)
        Probability of each class.
    """

    votes: Votes
    truth: NDArray[np.int64]
    error_rates: NDArray[np.float64]
    class_prior: NDArray[np.float64]


def simulate_votes(
    error_rates: ArrayLike,
    *,
    class_prior: ArrayLike,
    n_items: int,
    votes_per_item: ArrayLike = 5,
    rater_weights: ArrayLike | None = None,
    seed: int | np.random.Generator,
) -> SimulatedVotes:
    """Draw votes from the Dawid & Skene model.

    Each item's class is drawn from the class prior, its raters without replacement, and each of
    their answers from the rater's error rates for that class.

    Parameters
    ----------
    error_rates : array_like, shape (n_raters, n_classes, n_answers)
        Probability of each answer, given rater and class; rows sum to 1.
    class_prior : array_like, shape (n_classes,)
        Probability of each class; sums to 1.
    n_items : int
        At least 1.
    votes_per_item : int or array_like of int, shape (n_items,)
        How many raters answer an item, 0 or more.
    rater_weights : array_like, shape (n_raters,), optional
        How active the raters are: an item's first rater is drawn in proportion to the weights, the
        next one in proportion among the others, and so on. A rater of weight 0 never votes.
        Default: all are equally active.
    seed : int or numpy.random.Generator
        The same seed gives the same votes.

    Returns
    -------
    SimulatedVotes

    Raises
    ------
    VoteError
        If a parameter has another shape or range, there would be no votes at all, or an item is to
        have more votes than there are raters of positive weight.

    References
    ----------
    Dawid & Skene (1979), Applied Statistics 28(1), 20-28.

    Examples
    --------
    >>> expert, guesser = [[1, 0], [0, 1]], [[0.5, 0.5], [0.5, 0.5]]
    >>> simulated = simulate_votes(
    ...     [expert, guesser], class_prior=[0.7, 0.3], n_items=100, votes_per_item=2, seed=0
    ... )
    >>> simulated.votes
    Votes(200 votes: 100 items, 2 raters, 2 answers)
    """
    check_types(simulate_votes, locals())
    rates = _checked_probabilities("error_rates", error_rates, ("rater", "class", "answer"))
    prior = _checked_probabilities("class_prior", class_prior, ("class",))
    n_raters, n_classes, n_answers = rates.shape
    if len(prior) != n_classes:
        raise VoteError(f"class_prior has {len(prior)} classes, error_rates have {n_classes}")
    weights = _checked_weights(rater_weights, n_raters)
    sizes = _checked_sizes(votes_per_item, n_items, int(np.count_nonzero(weights)))
    rng = generator(seed)
    truth = draw_codes(prior, n_items, rng=rng)
    raters = draw_raters(sizes, weights=weights, rng=rng)
    answers = draw_answers(rates, raters=raters, classes=np.repeat(truth, sizes), rng=rng)
    votes = votes_from_draws(sizes, raters, answers, n_raters=n_raters, n_answers=n_answers)
    return SimulatedVotes(votes, truth, rates, prior)


def draw_error_rates(
    n_raters: int,
    n_classes: int,
    n_answers: int | None = None,
    *,
    seed: int | np.random.Generator,
    spammers: float = 0.1,
    skill: tuple[float, float] = (3.0, 0.8),
) -> NDArray[np.float64]:
    """Draw error rates of raters of very different skill, from near-perfect ones to spammers.

    A rater knows the right answer with a probability, the rater's skill, that is higher or lower
    from class to class. Otherwise the rater guesses, with favourite answers that do not depend on
    the class. A spammer always guesses.

    Parameters
    ----------
    n_raters, n_classes : int
        At least 1.
    n_answers : int, optional
        At least 1. Default: `n_classes`. Class j's right answer is j where there are as many
        answers as classes. Otherwise the right answers are spread evenly: with 2 classes and the
        3 answers no, maybe and yes, they are no and yes.
    seed : int or numpy.random.Generator
        The same seed gives the same error rates.
    spammers : float
        Share of spammers among the raters, in 0..1; rounded to whole raters.
    skill : tuple of two floats
        Parameters of the Beta distribution of the other raters' skill, above 0.

    Returns
    -------
    ndarray, shape (n_raters, n_classes, n_answers)
        Rows sum to 1.

    Raises
    ------
    VoteError
        If a parameter is out of range.

    Examples
    --------
    >>> error_rates = draw_error_rates(20, 2, 3, seed=0)
    >>> error_rates.shape
    (20, 2, 3)
    """
    n_answers = n_classes if n_answers is None else n_answers
    for name, count in (("n_raters", n_raters), ("n_classes", n_classes), ("n_answers", n_answers)):
        if count < 1:
            raise VoteError(f"{name}={count}: there must be at least one")
    if not 0 <= spammers <= 1:
        raise VoteError(f"spammers={spammers} must be a share in 0..1")
    if not all(0 < parameter < np.inf for parameter in skill):
        raise VoteError(f"skill={skill} must be two parameters of a Beta distribution, above 0")
    rng = generator(seed)
    powers = rng.uniform(EASIEST, HARDEST, size=(n_raters, n_classes))
    skills = rng.beta(*skill, size=(n_raters, 1)) ** powers
    skills[rng.permutation(n_raters)[: round(spammers * n_raters)]] = 0.0
    guesses = rng.dirichlet(np.ones(n_answers), size=(n_raters, 1))
    knows = skills[:, :, None]
    return np.asarray(knows * _right_answers(n_classes, n_answers) + (1 - knows) * guesses)


def _right_answers(n_classes: int, n_answers: int) -> NDArray[np.float64]:
    """Error rates of a rater who makes no errors, shape (n_classes, n_answers)."""
    right = np.rint(np.linspace(0, n_answers - 1, n_classes)).astype(int)
    rates: NDArray[np.float64] = np.eye(n_answers)[right]
    return rates


def _checked_probabilities(
    name: str, values: ArrayLike, axes: tuple[str, ...]
) -> NDArray[np.float64]:
    probabilities = np.array(values, dtype=np.float64)
    if probabilities.ndim != len(axes) or probabilities.size == 0:
        raise VoteError(
            f"{name} must have the axes ({', '.join(axes)}): shape {probabilities.shape}"
        )
    wrong = ~((probabilities >= 0) & (probabilities <= 1))
    if wrong.any():
        raise VoteError(f"{name} must be in 0..1: one entry is {probabilities[wrong][0]}")
    sums = probabilities.sum(axis=-1)
    wrong = ~np.isclose(sums, 1, rtol=0, atol=1e-6)
    if wrong.any():
        raise VoteError(f"{name} must sum to 1 along the last axis: one sum is {sums[wrong][0]}")
    return probabilities


def _checked_weights(rater_weights: ArrayLike | None, n_raters: int) -> NDArray[np.float64]:
    if rater_weights is None:
        return np.ones(n_raters)
    weights = np.array(rater_weights, dtype=np.float64)
    if weights.shape != (n_raters,):
        raise VoteError(f"rater_weights of shape {weights.shape} do not fit {n_raters} raters")
    wrong = ~((weights >= 0) & np.isfinite(weights))
    if wrong.any():
        rater = int(np.argmax(wrong))
        raise VoteError(f"the weight of rater {rater} is {weights[rater]}: give 0 or more, finite")
    if not weights.any():
        raise VoteError("rater_weights are all 0, so nobody votes: give at least one above 0")
    return np.asarray(weights / weights.max())


def _checked_sizes(votes_per_item: ArrayLike, n_items: int, most: int) -> NDArray[np.int64]:
    if n_items < 1:
        raise VoteError(f"n_items={n_items}: there must be at least one item")
    given = np.asarray(votes_per_item)
    if given.dtype.kind not in "iu" or given.shape not in ((), (n_items,)):
        raise VoteError(
            f"votes_per_item must be one whole number, or {n_items} of them, one an item: "
            f"{given.dtype} of shape {given.shape}"
        )
    sizes = np.broadcast_to(given, n_items).astype(np.int64)
    wrong = (sizes < 0) | (sizes > most)
    if wrong.any():
        item = int(np.argmax(wrong))
        raise VoteError(
            f"item {item} is to have {sizes[item]} votes: give 0 to {most}, for a rater votes once "
            f"on an item and {most} raters have a weight above 0"
        )
    if not sizes.any():
        raise VoteError("no votes: votes_per_item is 0 for every item")
    return sizes
