"""How far raters agree beyond chance, from counts: never from a table of raters by items.

Items with the same number of each answer are the same to every statistic here, so they are counted
once: the release's 184,962 questions are 21 kinds of items. No, maybe and yes are an ordinal scale:
no and yes are further apart than either is from maybe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aggregation import Votes

from ...defaults import CONFIDENCE, REPLICATES
from ...errors import AnalysisError
from ...statistics.estimates import Estimate, check_count, percentile_interval
from .coefficients import Scale, coefficients, coefficients_of_two

# Replicates are computed together as long as their weightings have no more numbers than this.
BLOCK = 1 << 22


class Kinds(NamedTuple):
    """Distinct rows of answer counts, and how many items have each.

    Attributes
    ----------
    counts : ndarray of int64, shape (n_kinds, n_answers)
        Votes of each answer; one or more in a row.
    items : ndarray of int64, shape (n_kinds,)
        Items of each kind.
    """

    counts: NDArray[np.int64]
    items: NDArray[np.int64]


@dataclass(frozen=True)
class Agreement:
    """Agreement of all raters, with bootstrap intervals over items.

    Attributes
    ----------
    scale : {"nominal", "ordinal", "interval"}
        How far two different answers are apart.
    n_items : int
        Items with a vote.
    n_votes : int
    percent : Estimate
        Chance that two votes on the same item agree (weighted by how near they are), 0..1.
    fleiss_kappa : Estimate
        Fleiss's kappa, for two votes an item Scott's pi; weighted on an ordinal or interval scale.
    krippendorff_alpha : Estimate
        Krippendorff's alpha.
    gwet_ac : Estimate
        Gwet's AC1 on a nominal scale, AC2 on the others.
    """

    scale: Scale
    n_items: int
    n_votes: int
    percent: Estimate
    fleiss_kappa: Estimate
    krippendorff_alpha: Estimate
    gwet_ac: Estimate


def agreement(
    votes: Votes,
    *,
    scale: Scale = "nominal",
    replicates: int = REPLICATES,
    seed: int = 0,
    confidence: float = CONFIDENCE,
) -> Agreement:
    """Measure the agreement of raters who each answered some items, any number of them.

    Parameters
    ----------
    votes : Votes
        Answers in order of code, where the scale has an order. An item with a single vote counts
        for the frequency of answers, on which Fleiss's and Gwet's chance agreement rests, alone.
    scale : {"nominal", "ordinal", "interval"}
        No, maybe and yes are ordinal. On an interval scale, answers are equally far apart.
    replicates : int
        Bootstrap replicates over items.
    seed : int
        Of the bootstrap.
    confidence : float
        Of the intervals, between 0 and 1.

    Returns
    -------
    Agreement
        Two votes of one rater on an item count as two raters' would.

    Raises
    ------
    AnalysisError
        If no item has two votes, the scale is another one, or a number is out of range.

    References
    ----------
    Fleiss (1971), Psychological Bulletin 76(5). Krippendorff (2011), Computing Krippendorff's
    Alpha-Reliability. Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., chapters 3 and 4.

    Examples
    --------
    >>> votes = Votes.from_triples([0, 0, 1, 1, 2, 2], [0, 1] * 3, [0, 0, 1, 1, 0, 1])
    >>> round(agreement(votes, replicates=10).krippendorff_alpha.value, 3)
    0.444
    """
    check_arguments(scale, seed=seed, replicates=replicates)
    kinds = kinds_of_items(votes)
    observed = coefficients(kinds.counts, kinds.items[None], scale)
    blocks = [coefficients(kinds.counts, items, scale) for items in drawn(kinds, replicates, seed)]
    found = {
        name: with_interval(value, np.concatenate([block[name] for block in blocks]), confidence)
        for name, value in observed.items()
    }
    n_votes = int(kinds.items @ kinds.counts.sum(axis=1))
    return Agreement(scale, int(kinds.items.sum()), n_votes, **found)


def check_arguments(scale: str, *, seed: int = 0, **counts: int) -> None:
    """Refuse what cannot be used; `counts` are named as the caller's arguments are."""
    if scale not in get_args(Scale):
        raise AnalysisError(f"scale {scale!r} is not one of {', '.join(get_args(Scale))}")
    for name, value in counts.items():
        check_count(name, value, 1)
    check_count("seed", seed, 0)


def drawn(kinds: Kinds, replicates: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield blocks of replicates, shape (n_in_block, n_kinds): items of each kind.

    To draw items with replacement is to draw how many there are of each kind.
    """
    generator = np.random.default_rng(seed)
    n_items = kinds.items.sum()
    at_once = max(1, BLOCK // len(kinds.items))
    for begin in range(0, replicates, at_once):
        size = min(at_once, replicates - begin)
        yield generator.multinomial(n_items, kinds.items / n_items, size=size)


def with_interval(
    value: NDArray[np.float64], replicated: NDArray[np.float64], confidence: float
) -> Estimate:
    """Put a coefficient, shape (1,), beside the interval of its replicates."""
    low, high = percentile_interval(replicated, confidence=confidence)
    return Estimate(float(value[0]), float(low), float(high))


def kinds_of_items(votes: Votes) -> Kinds:
    """Count the answers to each item, and the items of each kind."""
    counts = votes.answer_counts()
    n_votes = counts.sum(axis=1)
    counts = counts[n_votes > 0]
    if not (n_votes > 1).any():
        raise AnalysisError("no item has two votes, so there is nothing to agree on")
    # A row as one number, in a mixed radix; a row too large for that is compared as a row.
    radix = counts.max(axis=0).astype(object) + 1
    places = np.cumprod([1, *radix[:-1].tolist()], dtype=object)
    if int(places[-1]) * int(radix[-1]) < 2**62:
        order = np.argsort(counts @ places.astype(np.int64), kind="stable")
        ranked = counts[order]
        first = np.append(True, (ranked[1:] != ranked[:-1]).any(axis=1))
        starts = np.flatnonzero(first)
        return Kinds(ranked[starts], np.diff(np.append(starts, len(ranked))))
    rows, items = np.unique(counts, axis=0, return_counts=True)
    return Kinds(rows, items)


@dataclass(frozen=True)
class AgreementOfTwo:
    """Agreement of two raters, or of a rater with oneself, with bootstrap intervals over items.

    Attributes
    ----------
    scale : {"nominal", "ordinal", "interval"}
    n_items : int
    percent : Estimate
        Share of items on which they agree (weighted by how near the answers are).
    cohen_kappa : Estimate
        Cohen's kappa, weighted on an ordinal or interval scale; the weights of the interval scale
        are quadratic.
    scott_pi : Estimate
        Scott's pi, which takes both for raters with the same frequency of answers.
    gwet_ac : Estimate
        Gwet's AC1 on a nominal scale, AC2 on the others.
    """

    scale: Scale
    n_items: int
    percent: Estimate
    cohen_kappa: Estimate
    scott_pi: Estimate
    gwet_ac: Estimate


def agreement_of_two(
    table: ArrayLike,
    *,
    scale: Scale = "nominal",
    replicates: int = REPLICATES,
    seed: int = 0,
    confidence: float = CONFIDENCE,
) -> AgreementOfTwo:
    """Measure the agreement of two raters from the table of their answers.

    Parameters
    ----------
    table : array_like of int, shape (n_answers, n_answers)
        Items by the answer of the one and of the other.
    scale, replicates, seed, confidence
        As for :func:`agreement`.

    Returns
    -------
    AgreementOfTwo

    Raises
    ------
    AnalysisError
        If the table is not square, empty, or not of counts; or as :func:`agreement`.

    References
    ----------
    Cohen (1960), Educational and Psychological Measurement 20(1). Cohen (1968), Psychological
    Bulletin 70(4), for the weights. Scott (1955), Public Opinion Quarterly 19(3). Gwet (2008),
    British Journal of Mathematical and Statistical Psychology 61(1).

    Examples
    --------
    >>> two = agreement_of_two([[20, 5], [10, 15]], replicates=100)
    >>> round(two.cohen_kappa.value, 3)
    0.4
    """
    check_arguments(scale, seed=seed, replicates=replicates)
    counts = checked_table(table)
    n_items = int(counts.sum())
    generator = np.random.default_rng(seed)
    cells = generator.multinomial(n_items, counts.ravel() / n_items, size=replicates)
    observed = coefficients_of_two(counts[None], scale)
    replicated = coefficients_of_two(cells.reshape(-1, *counts.shape), scale)
    found = {
        name: with_interval(value, replicated[name], confidence) for name, value in observed.items()
    }
    return AgreementOfTwo(scale, n_items, **found)


def checked_table(table: ArrayLike) -> NDArray[np.int64]:
    """Return a table of two raters' answers; one that is none is a AnalysisError."""
    given = np.asarray(table, dtype=np.float64)
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise AnalysisError(
            f"a table of shape {given.shape}: give items by the answers of two raters, as many "
            "rows as columns"
        )
    wrong = ~((given >= 0) & (given == np.floor(given)) & np.isfinite(given))
    if wrong.any():
        raise AnalysisError(f"a table with {given[wrong][0]:g} items in a cell: give counts")
    if not given.sum():
        raise AnalysisError("a table without items: there is nothing to agree on")
    return given.astype(np.int64)


def cohen_kappa(table: ArrayLike, *, scale: Scale = "nominal") -> float:
    """Cohen's kappa alone, without an interval; see :func:`agreement_of_two`."""
    return _value("cohen_kappa", table, scale)


def scott_pi(table: ArrayLike, *, scale: Scale = "nominal") -> float:
    """Scott's pi alone, without an interval; see :func:`agreement_of_two`."""
    return _value("scott_pi", table, scale)


def _value(name: str, table: ArrayLike, scale: Scale) -> float:
    check_arguments(scale)
    return float(coefficients_of_two(checked_table(table)[None], scale)[name][0])
