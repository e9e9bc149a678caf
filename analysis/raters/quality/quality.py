"""Each rater: what an answer is worth, where the answers lean, and a verdict with its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aggregation import Fit, expected_counts
from aggregation.errors import apart

from ...errors import check_types
from ...statistics.estimates import Estimates, percentile_interval
from ..agreement.agreement import check_arguments
from ..agreement.coefficients import Scale, answer_values
from .drawn import drawn_measures, rate_measures, usual_draws
from .measures import entropy, expected_cost, spammer_score
from .pooled_skill import chance_of_worth
from .refits import answer_worth
from .shrinkage import pool_prior, shrunken_rates
from .verdicts import WEAK, Verdict, are_few, sure_swaps, verdict_of

# Below a 95 % interval.
TAIL = 0.025


@dataclass(frozen=True, eq=False)
class RaterQuality:
    """What is known of each rater from a fitted model.

    All but `error_rates` rest on the shrunken rates, and on items with the fit's class prior:
    raters are compared as if they had answered the same items. Intervals hold the middle 95 % of
    the posterior of a rater's error rates, and the estimate: given how the items' classes came out,
    or, with refits, with as little weight on the answers as unknown classes leave them. They rest
    on the rater's own answers, with no more from the pool than one answer of each kind: not on
    raters being alike. The verdicts on raters with few votes do rest on all raters.

    Attributes
    ----------
    rater_names, answer_names : sequence
    scale : {"nominal", "ordinal", "interval"}
        Of the answers.
    votes : ndarray of int64, shape (n_raters,)
    error_rates : ndarray, shape (n_raters, n_classes, n_answers)
        As fitted.
    shrunken : ndarray, shape (n_raters, n_classes, n_answers)
        Drawn towards the pool of all raters, the more the fewer answers there are.
    bits : Estimates
        What one answer tells of the class; 0 for a spammer. From few votes and many error rates it
        comes out too high, see :func:`bits_by_chance`.
    prior_bits : float
        The most that can be told: the entropy of the class prior.
    spammer_score : ndarray, shape (n_raters,)
        0 for a spammer, 1 for an oracle (Raykar & Yu 2012).
    cost : ndarray, shape (n_raters,)
        Of deciding by one answer.
    prior_cost : float
        Of deciding without any.
    shares : ndarray, shape (n_raters, n_answers)
        Of each answer.
    bias : ndarray, shape (n_raters, n_answers)
        Those shares above the median rater's.
    leaning : Estimates
        On an ordinal or interval scale, the mean answer above the median rater's, as a share of the
        scale; NaN on a nominal scale.
    concordance : Estimates
        Whether answers go with the classes; below 0 where they go against them.
    verdicts : tuple of Verdict
        In words, with the evidence.
    refits : int
        By which the intervals know that the items' classes are estimated; 0 if they are given.
    """

    rater_names: Sequence[Any]
    answer_names: Sequence[Any]
    scale: Scale
    votes: NDArray[np.int64]
    error_rates: NDArray[np.float64]
    shrunken: NDArray[np.float64]
    bits: Estimates
    prior_bits: float
    spammer_score: NDArray[np.float64]
    cost: NDArray[np.float64]
    prior_cost: float
    shares: NDArray[np.float64]
    bias: NDArray[np.float64]
    leaning: Estimates
    concordance: Estimates
    verdicts: tuple[Verdict, ...]
    refits: int = 0


def rater_quality(
    fit: Fit,
    *,
    scale: Scale = "nominal",
    class_names: Sequence[Any] | None = None,
    costs: ArrayLike | None = None,
    draws: int | None = None,
    refits: int = 0,
    seed: int = 0,
) -> RaterQuality:
    """Judge each rater by the error rates that a fit found.

    Without refits, intervals take what the fit says of the items' classes for granted, and are too
    narrow where that is in doubt: with ten raters, three votes an item and two classes, those of
    bits held the truth in 73 of 100 cases, and with refits in 95 (docs/raters.md has more).

    Parameters
    ----------
    fit : Fit
        Of :func:`aggregation.fit_dawid_skene`; with `truth`, known items count as what they are.
    scale : {"nominal", "ordinal", "interval"}
        Of the answers, and of the classes where there are two or more in order.
    class_names : sequence, optional
        What the classes are called. Default: as the answers, where there are as many.
    costs : array_like, shape (n_classes, n_classes), optional
        By true and chosen class; see :func:`expected_cost`.
    draws : int, optional
        From the posterior of the error rates, for the intervals. Default: 1000, and fewer, down to
        200, where raters, classes and answers are so many that it would take long.
    refits : int
        Fits to items drawn anew, which widen the intervals by what is not known of the classes; see
        :func:`answer_worth`. 0, or 50 and more, of 8 bytes for each rater, class and answer.
    seed : int
        Of these draws.

    Returns
    -------
    RaterQuality

    Raises
    ------
    AnalysisError
        If an argument is out of range.
    VoteError
        If there are refits of a fit that took no steps.

    References
    ----------
    Raykar & Yu (2012), Eliminating spammers and ranking annotators for crowdsourced labeling tasks,
    Journal of Machine Learning Research 13, 491-518.
    """
    check_types(rater_quality, locals())
    counts, prior = expected_counts(fit.votes, fit.posterior), fit.class_prior
    draws = usual_draws(counts.size) if draws is None else draws
    check_arguments(scale, seed=seed, draws=draws)
    pool = pool_prior(counts)
    weak = pool / np.maximum(pool.mean(axis=1, keepdims=True), 1.0)
    rates = shrunken_rates(counts, pool)
    sure = counts * (answer_worth(fit, counts, refits=refits, seed=seed) if refits else 1.0)
    found = rate_measures(rates, prior, scale)
    drawn = drawn_measures(sure, weak, prior, scale, draws=draws, seed=seed)
    usual = np.median(found.shares, axis=0)
    prior_bits = entropy(prior)
    cost = partial(expected_cost, class_prior=prior, costs=costs)
    quality = RaterQuality(
        rater_names=fit.votes.rater_names,
        answer_names=fit.votes.answer_names,
        scale=scale,
        votes=fit.votes.votes_per_rater(),
        error_rates=fit.error_rates,
        shrunken=rates,
        bits=measure(found.bits, drawn.bits),
        prior_bits=prior_bits,
        spammer_score=spammer_score(rates),
        cost=cost(rates),
        prior_cost=float(cost(np.ones((fit.n_classes, 1)))),
        shares=found.shares,
        bias=found.shares - usual,
        leaning=_leaning(found.shares, drawn.shares, scale, fit.votes.answer_names),
        concordance=measure(found.concordance, drawn.concordance),
        verdicts=(),
        refits=refits,
    )
    verdicts = _verdicts(
        quality,
        surely_biased=np.quantile(drawn.shares, TAIL, axis=0) > usual,
        worth=chance_of_worth(sure, pool, class_prior=prior, least_bits=WEAK * prior_bits),
        swaps=_swaps(sure + weak, fit.votes.answer_names, class_names),
    )
    return replace(quality, verdicts=verdicts)


def _verdicts(
    quality: RaterQuality,
    *,
    surely_biased: NDArray[np.bool_],
    worth: NDArray[np.float64],
    swaps: list[list[tuple[int, int]]],
) -> tuple[Verdict, ...]:
    """Judge each rater by what has been found."""
    few = are_few(quality.votes, quality.bits.value, quality.prior_bits, quality.shrunken.shape[1:])
    return tuple(
        verdict_of(
            votes=int(quality.votes[rater]),
            worth=float(worth[rater]) if few[rater] else None,
            rates=quality.shrunken[rater],
            bits=tuple(float(part[rater]) for part in quality.bits),
            prior_bits=quality.prior_bits,
            bias=quality.bias[rater],
            surely_biased=surely_biased[rater],
            leaning=tuple(float(part[rater]) for part in quality.leaning),
            concordance=tuple(float(part[rater]) for part in quality.concordance),
            swaps=swaps[rater],
            answer_names=quality.answer_names,
        )
        for rater in range(len(quality.votes))
    )


def measure(estimate: NDArray[np.float64], drawn: NDArray[np.float64]) -> Estimates:
    """Put each rater's number beside the middle of its draws, shape (n_draws, n_raters)."""
    low, high = np.full((2, len(estimate)), np.nan)
    known = ~np.isnan(drawn).any(axis=0)
    low[known], high[known] = percentile_interval(drawn[:, known])
    for rater in np.flatnonzero(~known):
        low[rater], high[rater] = percentile_interval(drawn[:, rater])
    return Estimates(estimate, np.fmin(low, estimate), np.fmax(high, estimate))


def _swaps(
    counts: NDArray[np.float64], answers: Sequence[Any], classes: Sequence[Any] | None
) -> list[list[tuple[int, int]]]:
    """Pairs of classes that each rater takes for each other, where classes are the answers."""
    n_raters, n_classes, n_answers = counts.shape
    swaps: list[list[tuple[int, int]]] = [[] for _ in range(n_raters)]
    named_alike = classes is None or [*map(str, classes)] == [*map(str, answers)]
    if n_classes == n_answers and named_alike:
        for rater, one, other in np.argwhere(sure_swaps(counts)).tolist():
            swaps[rater].append((one, other))
    return swaps


def _leaning(
    shares: NDArray[np.float64],
    drawn: NDArray[np.float64],
    scale: Scale,
    names: Sequence[Any],
) -> Estimates:
    """Mean answer above the median rater's, as a share of the scale; NaN on a nominal scale."""
    n_raters, n_answers = shares.shape
    if scale == "nominal" or n_answers < 2:
        return Estimates(*np.full((3, n_raters), np.nan))
    values = answer_values(names, scale)
    if values is not None and np.ptp(values) > 0:
        place = (values - values.min()) / np.ptp(values)
    else:
        place = np.linspace(0, 1, n_answers)
    usual = np.median(shares @ place)
    return measure(shares @ place - usual, drawn @ place - usual)


def quality_columns(
    quality: RaterQuality, *, class_names: Sequence[Any]
) -> dict[str, Sequence[Any] | NDArray[Any]]:
    """Return the columns that a table of raters has of their quality.

    Parameters
    ----------
    quality : RaterQuality
    class_names : sequence
        What the classes are called.

    Returns
    -------
    dict of str to sequence
        verdict, evidence, bits (with bits_low_given_classes and bits_high_given_classes, where the
        fit's posteriors of the items' classes are taken for granted; with refits bits_low and
        bits_high), spammer_score, cost, leaning (with its interval, named alike), bias_answer and
        bias (the answer that is given most beyond the median rater, and by how much), concordance,
        and EM's and the shrunken error rates, by class and answer.
    """
    most = quality.bias.argmax(axis=1)
    given = "" if quality.refits else "_given_classes"
    columns: dict[str, Sequence[Any] | NDArray[Any]] = {
        "verdict": [verdict.words for verdict in quality.verdicts],
        "evidence": [verdict.evidence for verdict in quality.verdicts],
        "bits": quality.bits.value,
        f"bits_low{given}": quality.bits.low,
        f"bits_high{given}": quality.bits.high,
        "spammer_score": quality.spammer_score,
        "cost": quality.cost,
        "leaning": quality.leaning.value,
        f"leaning_low{given}": quality.leaning.low,
        f"leaning_high{given}": quality.leaning.high,
        "bias_answer": [quality.answer_names[answer] for answer in most],
        "bias": quality.bias[np.arange(len(most)), most],
        "concordance": quality.concordance.value,
    }
    answers, classes = apart(quality.answer_names), apart(class_names)
    cells = apart(f"{answer}_if_{name}" for name in classes for answer in answers)
    for kind, rates in (("em", quality.error_rates), ("shrunken", quality.shrunken)):
        of_cells = rates.reshape(len(rates), -1).T
        columns |= {f"{kind}_{cell}": rate for cell, rate in zip(cells, of_cells, strict=True)}
    return columns
