"""How far raters agree beyond chance, from counts: never from a table of raters by items.

Items with the same number of each answer are the same to every statistic here, so they are counted
once: the release's 184,962 questions are 21 kinds of items. No, maybe and yes are an ordinal scale:
no and yes are further apart than either is from maybe. Ordinal distances are not the same in all
coefficients: Krippendorff's count the votes between two answers, Gwet's weights the answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aggregation import Votes

from ...defaults import CONFIDENCE, REPLICATES
from ...errors import AnalysisError, check_types
from ...statistics.estimates import Estimate, check_count, percentile_interval
from .coefficients import Scale, answer_values, coefficients, coefficients_of_two
from .jackknife import rater_variances, wider
from .kinds import NO_PAIRS, Kinds, has_pairs, kinds_of_items
from .result import Agreement, result_of

# Replicates are computed together as long as their weightings have no more numbers than this.
BLOCK = 1 << 22


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
        No, maybe and yes are ordinal. On an interval scale answers are numbers, by their names.
    replicates : int
        Bootstrap replicates over items.
    seed : int
        Of the bootstrap.
    confidence : float
        Of the intervals, between 0 and 1.

    Returns
    -------
    Agreement
        With intervals for these raters on other items, and for other raters on other items.

    Raises
    ------
    AnalysisError
        If no item has votes of two raters, the scale is another one or needs numbers, or an
        argument is out of range.

    Notes
    -----
    In Krippendorff's definition each observer has one value a unit, and values are paired between
    observers. So a rater's votes on an item are one value here: where they differ, each answer has
    its share of it, and pairs within it count neither as agreement nor as disagreement, observed or
    expected. Votes that are all there twice have the agreement of the votes without repetition.

    References
    ----------
    Fleiss (1971), Psychological Bulletin 76(5). Krippendorff (2011), Computing Krippendorff's
    Alpha-Reliability. Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed.

    Examples
    --------
    >>> votes = Votes.from_triples([0, 0, 1, 1, 2, 2], [0, 1] * 3, [0, 0, 1, 1, 0, 1])
    >>> round(agreement(votes, replicates=10).krippendorff_alpha.value, 3)
    0.444
    """
    check_types(agreement, locals())
    check_arguments(scale, seed=seed, replicates=replicates)
    values = answer_values(votes.answer_names, scale)
    kinds = kinds_of_items(votes)
    observed = coefficients(kinds, kinds.items[None], scale, values)
    blocks = [coefficients(kinds, items, scale, values) for items in drawn(kinds, replicates, seed)]
    drawn_values = {name: np.concatenate([block[name] for block in blocks]) for name in observed}
    found = {
        name: with_interval(value, drawn_values[name], confidence)
        for name, value in observed.items()
    }
    variances = rater_variances(votes, scale, values)
    both = {
        name: wider(found[name], drawn_values[name], variances[name], confidence) for name in found
    }
    return result_of(votes, scale, found, items_and_raters=both)


def agreement_if_any(votes: Votes, *, scale: Scale, seed: int = 0) -> Agreement:
    """Measure agreement, or say why there is none to measure: what is undefined is NaN."""
    if has_pairs(votes):
        return agreement(votes, scale=scale, seed=seed)
    check_arguments(scale, seed=seed)
    answer_values(votes.answer_names, scale)
    return result_of(votes, scale, {}, reason=NO_PAIRS)


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
        As for :func:`agreement`; on the interval scale answers are equally far apart.

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
    check_types(agreement_of_two, locals())
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
    check_types(cohen_kappa, locals())
    return _value("cohen_kappa", table, scale)


def scott_pi(table: ArrayLike, *, scale: Scale = "nominal") -> float:
    """Scott's pi alone, without an interval; see :func:`agreement_of_two`."""
    check_types(scott_pi, locals())
    return _value("scott_pi", table, scale)


def _value(name: str, table: ArrayLike, scale: Scale) -> float:
    check_arguments(scale)
    return float(coefficients_of_two(checked_table(table)[None], scale)[name][0])
