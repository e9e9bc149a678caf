"""A verdict on a rater in words, with its evidence: rules on estimates and their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Fewer votes than this are too few for any verdict.
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

Triple = tuple[float, ...]


class Verdict(NamedTuple):
    """What a rater is, in words, and what it rests on."""

    words: str
    evidence: str


def verdict_of(
    *,
    votes: int,
    rates: NDArray[np.float64],
    bits: Triple,
    prior_bits: float,
    bias: NDArray[np.float64],
    surely_biased: NDArray[np.bool_],
    leaning: Triple,
    concordance: Triple,
    answer_names: Sequence[Any],
) -> Verdict:
    """Judge one rater by the first rule that holds.

    Parameters
    ----------
    votes : int
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
    answer_names : sequence

    Returns
    -------
    Verdict
        "too few answers", "always says X", "guesses", "inverted", "weak", "strict", "lenient",
        "leans to X" (on a nominal scale) or "reliable".

    Examples
    --------
    >>> verdict_of(
    ...     votes=50,
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
    if votes < LEAST_VOTES:
        return Verdict("too few answers", f"{votes} votes")
    told = f"{bits[0]:.2f} bits an answer [{bits[1]:.2f}, {bits[2]:.2f}]"
    least = rates.min(axis=0)
    if least.max() >= ALWAYS:
        always = answer_names[int(least.argmax())]
        share = f"{100 * least.max():.0f} % of answers, whatever the class"
        return Verdict(f"always says {always}", share)
    if bits[2] < GUESSING * prior_bits:
        return Verdict("guesses", told)
    if concordance[2] < 0:
        against = f"{concordance[0]:.2f} [{concordance[1]:.2f}, {concordance[2]:.2f}]"
        return Verdict("inverted", f"answers go against the class: {against}, where 1 is with it")
    if bits[0] < WEAK * prior_bits:
        return Verdict("weak", f"{told} of {prior_bits:.2f}")
    chance = bits_by_chance(votes, *rates.shape)
    if bits[0] - chance < WEAK * prior_bits:
        classes, answers = rates.shape
        few = f"{votes} votes for {classes} x {answers} error rates: {told}, by chance {chance:.2f}"
        return Verdict("too few answers", few)
    biased = np.where(surely_biased, bias, 0.0)
    return _leaning_verdict(biased, leaning, answer_names) or Verdict("reliable", told)


def bits_by_chance(votes: int, n_classes: int, n_answers: int) -> float:
    """Bits an answer that a guesser seems to tell because so many error rates fit chance.

    References
    ----------
    Miller (1955), Note on the bias of information estimates.

    Examples
    --------
    >>> round(bits_by_chance(100, 2, 3), 3), round(bits_by_chance(100, 10, 10), 3)
    (0.014, 0.584)
    """
    return (n_classes - 1) * (n_answers - 1) / (2 * votes * math.log(2))


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
