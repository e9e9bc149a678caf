"""A verdict on a rater in words, with its evidence: rules on estimates and their intervals.

Who gave few votes is judged with the pool of all raters as a prior: five right answers in a job of
guessers are luck, and five wrong ones among experts no proof of a spammer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Fewer votes than this are never judged by alone.
LEAST_VOTES = 10
# Someone who gives one answer to so many items of every class gives it always.
ALWAYS = 0.9
# Guessing: surely less than this share of all that can be told of the class.
GUESSING = 0.05
# Weak: less than this share of it.
WEAK = 0.1
# Strict or lenient: the mean answer is so far from the median rater's, as a share of the scale.
LEANING = 0.04
# On a nominal scale: an answer is given to so many more items than by the median rater.
BIASED = 0.1
# Two classes are swapped if that is so probable of both.
SURELY = 0.975
# Of few votes: reliable, or weak, if that is so probable.
PROBABLY = 0.95

Triple = tuple[float, ...]


class Verdict(NamedTuple):
    """What a rater is, in words, and what it rests on."""

    words: str
    evidence: str


def verdict_of(
    *,
    votes: int,
    worth: float | None,
    rates: NDArray[np.float64],
    bits: Triple,
    prior_bits: float,
    bias: NDArray[np.float64],
    surely_biased: NDArray[np.bool_],
    leaning: Triple,
    concordance: Triple,
    swaps: Sequence[tuple[int, int]] = (),
    answer_names: Sequence[Any],
) -> Verdict:
    """Judge one rater by the first rule that holds.

    Parameters
    ----------
    votes : int
    worth : float, optional
        Where the votes are few, see :func:`are_few`: the probability that an answer is worth
        something, given all raters; from :func:`chance_of_worth`.
    rates : ndarray, shape (n_classes, n_answers)
        The rater's error rates.
    bits, leaning, concordance : tuple of float
        Each the estimate and the ends of its interval; NaN where undefined. See
        :class:`RaterQuality`.
    prior_bits : float
        The most that an answer could tell.
    bias : ndarray, shape (n_answers,)
        Share of each answer, above the median rater's.
    surely_biased : ndarray of bool, shape (n_answers,)
        Whether that is above 0 beyond doubt.
    swaps : sequence of tuple of int
        Pairs of classes that the rater takes for each other, see :func:`sure_swaps`.
    answer_names : sequence

    Returns
    -------
    Verdict
        "always says X", "swaps X and Y", "guesses", "inverted", "weak", "strict", "lenient",
        "leans to X" (on a nominal scale) or "reliable"; of few votes "probably reliable",
        "probably weak" or "too few answers"; where there is one class only, "not judged".

    Examples
    --------
    >>> verdict_of(
    ...     votes=50,
    ...     worth=None,
    ...     rates=np.array([[0.02, 0.98], [0.01, 0.99]]),
    ...     bits=(0, 0, 0.01),
    ...     prior_bits=0.9,
    ...     bias=np.array([-0.5, 0.5]),
    ...     surely_biased=np.array([False, True]),
    ...     leaning=(0.5, 0.4, 0.6),
    ...     concordance=(0, 0, 0),
    ...     answer_names=["no", "yes"],
    ... )
    Verdict(words='always says yes', evidence='98 % of answers, whatever the class')
    """
    if not prior_bits > 0:
        return Verdict("not judged", "all items are of one class")
    told = f"{bits[0]:.2f} bits an answer [{bits[1]:.2f}, {bits[2]:.2f}]"
    if votes >= LEAST_VOTES:
        ordered = not math.isnan(leaning[0])
        against = _inverted(concordance) if ordered and len(rates) > 2 else None
        found = _always(rates, answer_names) or against or _swapped(rates, swaps, answer_names)
        if found is not None:
            return found
        if bits[2] < GUESSING * prior_bits:
            return Verdict("guesses", told)
        if (found := _inverted(concordance)) is not None:
            return found
    if worth is not None:
        return _of_few_votes(votes, worth)
    if bits[0] < WEAK * prior_bits:
        return Verdict("weak", f"{told} of {prior_bits:.2f}")
    biased = np.where(surely_biased, bias, 0.0)
    return _leaning_verdict(biased, leaning, answer_names) or Verdict("reliable", told)


def _always(rates: NDArray[np.float64], answer_names: Sequence[Any]) -> Verdict | None:
    least = rates.min(axis=0)
    if least.max() < ALWAYS:
        return None
    share = f"{100 * least.max():.0f} % of answers, whatever the class"
    return Verdict(f"always says {answer_names[int(least.argmax())]}", share)


def _inverted(concordance: Triple) -> Verdict | None:
    if not concordance[2] < 0:
        return None
    against = f"{concordance[0]:.2f} [{concordance[1]:.2f}, {concordance[2]:.2f}]"
    return Verdict("inverted", f"answers go against the class: {against}, where 1 is with it")


def _swapped(
    rates: NDArray[np.float64], swaps: Sequence[tuple[int, int]], names: Sequence[Any]
) -> Verdict | None:
    if not swaps:
        return None
    words = ", ".join(f"{names[a]} and {names[b]}" for a, b in swaps)
    evidence = "; ".join(
        f"{rates[a, b]:.2f} and {rates[b, a]:.2f}: {names[b]} for {names[a]}, "
        f"{names[a]} for {names[b]}"
        for a, b in swaps
    )
    return Verdict(f"swaps {words}", evidence)


def _of_few_votes(votes: int, worth: float) -> Verdict:
    """Judge by what all raters of the job make probable."""
    if math.isnan(worth):
        alike = "raters of this job usually say the same of all classes"
        return Verdict("too few answers", f"{votes} votes, and {alike}")
    chance = min(max(worth, 0.001), 0.999)  # no more can be said of a few votes
    evidence = (
        f"{votes} vote{'s' if votes != 1 else ''}; given all raters, reliable with {chance:.3f}"
    )
    if worth >= PROBABLY:
        return Verdict("probably reliable", evidence)
    if worth <= 1 - PROBABLY:
        return Verdict("probably weak", evidence)
    return Verdict("too few answers", evidence)


def are_few(
    votes: NDArray[np.int64],
    bits: NDArray[np.float64],
    prior_bits: float,
    shape: tuple[int, ...],
) -> NDArray[np.bool_]:
    """Say of each rater whether votes are too few to be judged by alone, shape (n_raters,).

    They are if there are fewer than 10, or if as many by a guesser would seem to tell so much by
    chance that what is left of the rater's bits is weak; `shape` is (n_classes, n_answers).
    """
    chance = bits_by_chance(votes, *shape)
    weak = WEAK * prior_bits
    return np.asarray((votes < LEAST_VOTES) | ((chance >= weak) & (bits - chance < weak)))


def sure_swaps(counts: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Find classes that a rater surely takes for each other, shape (..., n_classes, n_classes).

    Each is given the name of the other in more than half of cases, with a posterior probability of
    0.975: a single error rate of a Dirichlet distribution has a beta distribution.

    Parameters
    ----------
    counts : ndarray, shape (..., n_classes, n_classes)
        Parameters of the Dirichlet distributions: answers and prior; above 0.

    Returns
    -------
    ndarray of bool
        Above the diagonal, for each pair of classes.
    """
    from scipy.special import betainc

    rest = counts.sum(axis=-1, keepdims=True) - counts
    surely = betainc(rest, counts, 0.5) >= SURELY
    return np.asarray(np.triu(surely & surely.swapaxes(-1, -2), k=1))


def bits_by_chance(votes: ArrayLike, n_classes: int, n_answers: int) -> NDArray[np.float64]:
    """Bits an answer that a guesser seems to tell because so many error rates fit chance.

    References
    ----------
    Miller (1955), Note on the bias of information estimates.

    Examples
    --------
    >>> bits_by_chance([100, 1000], 10, 10).round(3)
    array([0.584, 0.058])
    """
    given = np.maximum(np.asarray(votes, dtype=np.float64), 1.0)
    return np.asarray((n_classes - 1) * (n_answers - 1) / (2 * given * math.log(2)))


def _leaning_verdict(
    bias: NDArray[np.float64], leaning: Triple, answer_names: Sequence[Any]
) -> Verdict | None:
    if leaning[0] != leaning[0]:  # NaN: no scale on which to be strict
        most = int(bias.argmax())
        if bias[most] < BIASED:
            return None
        more = f"says it to {100 * bias[most]:.0f} % of items more than the median rater"
        return Verdict(f"leans to {answer_names[most]}", more)
    words = "lenient" if leaning[0] > 0 else "strict"
    if abs(leaning[0]) < LEANING or leaning[1] < 0 < leaning[2]:
        return None
    interval = f"{leaning[0]:+.3f} [{leaning[1]:+.3f}, {leaning[2]:+.3f}]"
    return Verdict(words, f"mean answer {interval} of the scale from the median rater's")
