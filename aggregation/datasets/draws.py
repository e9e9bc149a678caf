"""Random draws that vote simulations are made of: codes, raters without replacement, answers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError
from ..votes.arrays import check_code_range
from ..votes.votes import Votes

# Rounds in which what an item has already is drawn anew, before the rest is drawn from a table.
ROUNDS = 20
TABLE_CELLS = 1 << 22


def generator(seed: int | np.random.Generator) -> np.random.Generator:
    """Return the generator of a seed; a generator is used as it is, and moves on.

    Parameters
    ----------
    seed : int or numpy.random.Generator
        0 or more.

    Returns
    -------
    numpy.random.Generator

    Raises
    ------
    VoteError
        If `seed` is neither: nothing is drawn that could not be drawn again.
    """
    if isinstance(seed, np.random.Generator):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise VoteError(f"seed={seed!r} must be a whole number, 0 or more, or a numpy Generator")
    return np.random.default_rng(seed)


def draw_codes(
    weights: NDArray[np.float64], size: int, *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw codes 0..n - 1 with replacement, in proportion to the weights.

    Parameters
    ----------
    weights : ndarray, shape (n,)
        0 or more, with a finite sum above 0.
    size : int
        Number of draws.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int64, shape (size,)
    """
    bounds = np.cumsum(weights)
    return np.searchsorted(bounds / bounds[-1], rng.random(size), side="right")


def draw_raters(
    votes_per_item: NDArray[np.int64],
    *,
    weights: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw the raters of each item without replacement, in proportion to the weights.

    Raters are drawn with replacement until an item has enough different ones: the first k different
    ones are what k draws without replacement would have been. Where a few raters have nearly all of
    the weight this could take for ever, so what is left after some rounds is drawn from a table.

    Parameters
    ----------
    votes_per_item : ndarray of int64, shape (n_items,)
        At most the number of raters of positive weight.
    weights : ndarray, shape (n_raters,)
        0 or more, with a finite sum above 0.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int64, shape (n_votes,)
        Item by item, and ascending within an item.
    """
    n_items, n_raters = len(votes_per_item), len(weights)
    missing = votes_per_item
    complete = []
    # An item and a rater as one number, item * n_raters + rater; kept for items that lack raters.
    pairs = np.empty(0, dtype=np.int64)
    for _ in range(ROUNDS):
        lacking = np.repeat(np.arange(n_items), missing)
        if len(lacking) == 0:
            break
        drawn = lacking * n_raters + draw_codes(weights, len(lacking), rng=rng)
        pairs = np.sort(np.concatenate((pairs, drawn)))
        pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # np.unique hashes, a hundred times slower
        items = pairs // n_raters
        missing = np.where(missing > 0, votes_per_item - np.bincount(items, minlength=n_items), 0)
        done = missing[items] == 0
        complete.append(pairs[done])
        pairs = pairs[~done]
    complete += [pairs, _draw_from_table(pairs, missing, weights, rng)]
    return np.sort(np.concatenate(complete)) % n_raters


def _draw_from_table(
    pairs: NDArray[np.int64],
    missing: NDArray[np.int64],
    weights: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw the raters that items lack among those they have not: the first to arrive in a race.

    A rater's time is exponential with the weight as its rate; here it is in logarithms.
    """
    n_raters = len(weights)
    items = np.flatnonzero(missing)
    drawn = [np.empty(0, dtype=np.int64)]
    for some in np.array_split(items, len(items) * n_raters // TABLE_CELLS + 1):
        with np.errstate(divide="ignore"):  # a rater of weight 0 never arrives
            times = np.log(rng.standard_exponential((len(some), n_raters))) - np.log(weights)
        inside = pairs[np.isin(pairs // n_raters, some)]
        times[np.searchsorted(some, inside // n_raters), inside % n_raters] = np.inf
        arrivals = some[:, None] * n_raters + np.argsort(times, axis=1)
        drawn.append(arrivals[np.arange(n_raters) < missing[some, None]])
    return np.concatenate(drawn)


def draw_answers(
    error_rates: NDArray[np.float64],
    *,
    raters: NDArray[np.integer[Any]],
    classes: NDArray[np.integer[Any]],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw the answer of each vote from its rater's error rates for the item's class.

    Parameters
    ----------
    error_rates : ndarray, shape (n_raters, n_classes, n_answers)
        Rows sum to 1.
    raters, classes : ndarray of int, shape (n_votes,)
        Each vote's rater, and the class of its item.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int64, shape (n_votes,)
    """
    bounds = answer_bounds(error_rates)
    place = rng.random(len(raters))
    answers = np.zeros(len(raters), dtype=np.int64)
    # Answer by answer: all bounds of all votes at once would be large where there are many answers.
    for answer in range(error_rates.shape[-1] - 1):
        answers += place >= bounds[raters, classes, answer]
    return answers


def answer_bounds(error_rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where on 0..1 an answer ends and the next begins, but for the last, which ends at 1.

    Shape (n_raters, n_classes, n_answers - 1).
    """
    bounds = np.cumsum(error_rates, axis=-1)
    return np.ascontiguousarray(bounds[..., :-1] / bounds[..., -1:])


def votes_from_draws(
    votes_per_item: NDArray[np.int64],
    raters: NDArray[np.int64],
    answers: NDArray[np.int64],
    *,
    n_raters: int,
    n_answers: int,
) -> Votes:
    """Votes from draws that come item by item, with ascending raters within an item.

    Parameters
    ----------
    votes_per_item : ndarray of int64, shape (n_items,)
    raters, answers : ndarray of int64, shape (n_votes,)
        As :func:`draw_raters` and :func:`draw_answers` return them.
    n_raters, n_answers : int

    Returns
    -------
    Votes
        Names are codes.

    Raises
    ------
    VoteError
        If there are more pairs of a rater and an answer than a 32-bit code can tell apart.
    """
    check_code_range(n_raters, n_answers)
    starts = np.concatenate(([0], np.cumsum(votes_per_item)))
    codes = (raters * n_answers + answers).astype(np.int32)
    names = (range(len(votes_per_item)), range(n_raters), range(n_answers))
    return Votes(starts, codes, n_raters, n_answers, *names)
