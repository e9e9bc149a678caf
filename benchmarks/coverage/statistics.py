"""Designs of scores, proportions and agreement: intervals and tests of the analysis."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from aggregation import fit_dawid_skene, simulate_votes
from analysis import (
    agreement,
    check_model,
    choose_threshold,
    measure_calibration,
    near_copies,
    pairs_of_fit,
    precision_recall_bands,
)
from analysis.accuracy.paired import compare_hits
from analysis.statistics.intervals import wilson_interval

from .fits import symmetric_rates
from .study import Covered, Study, inside

Rng = np.random.Generator
REPLICATES = 200
SHARES = np.array([0.02, 0.05, 0.1, 0.2, 0.5])


def proportions(rng: Rng, *, trials: int) -> Covered:
    """Shares of a binomial, rare and not."""
    hits = rng.binomial(trials, SHARES)
    return {"`proportion` (Wilson)": inside(wilson_interval(hits, trials), SHARES)}


def two_models(rng: Rng, *, only_first: float, only_second: float) -> Covered:
    """Two models on the same 500 images."""
    part = rng.choice(4, size=500, p=[only_first, only_second, 0.7, 0.3 - only_first - only_second])
    found = compare_hits((part == 0) | (part == 2), (part == 1) | (part == 2))
    covered = {"`compare_models` (Tango)": inside(found.interval, only_second - only_first)}
    covered = {name: np.atleast_1d(hit) for name, hit in covered.items()}
    if only_first == only_second:
        covered["McNemar, exact: equal models are not told apart"] = np.array(
            [found.p_exact > 0.05]
        )
        covered["McNemar, mid-p: equal models are not told apart"] = np.array([found.p_mid > 0.05])
    return covered


def alpha(observed: float, yes: float) -> float:
    """Krippendorff's alpha of two answers: chance that a pair differs, and share of yes."""
    return float(1 - observed / (2 * yes * (1 - yes)))


def raters_agree(rng: Rng, *, n_raters: int) -> Covered:
    """Alpha of the raters that were drawn, and of the population that they were drawn from."""
    prior, skill, n_items = np.array([0.7, 0.3]), (0.6, 0.95), 300
    rates = symmetric_rates(rng, n_raters, 2, skill)
    votes = simulate_votes(
        rates, class_prior=prior, n_items=n_items, votes_per_item=5, seed=rng
    ).votes
    found = agreement(votes, replicates=REPLICATES, seed=int(rng.integers(2**31)))
    yes = rates[:, :, 1]
    pairs = ~np.eye(n_raters, dtype=bool)
    differ = yes[:, None] * (1 - yes[None]) + (1 - yes[:, None]) * yes[None]
    of_these = alpha(float((differ[pairs] @ prior).mean()), float((yes @ prior).mean()))
    mean = sum(skill) / 2
    population = alpha(2 * mean * (1 - mean), float(prior @ [1 - mean, mean]))
    low, high = found.krippendorff_alpha[1:]
    both = found.items_and_raters["krippendorff_alpha"][1:]
    return {
        "`agreement`, items: alpha of these raters": np.atleast_1d(inside((low, high), of_these)),
        "`agreement`, items: alpha of all raters": np.atleast_1d(inside((low, high), population)),
        "`agreement`, items and raters: alpha of all raters": np.atleast_1d(
            inside(both, population)
        ),
    }


N_IMAGES, SHIFT, IMAGE_SPREAD, SHARE = 155, 1.5, 0.6, 0.25


def questions(rng: Rng) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
    """Score questions of images of one to ten questions; an image's scores are off together."""
    sizes = rng.integers(1, 11, size=N_IMAGES)
    image = np.repeat(np.arange(N_IMAGES), sizes)
    off = rng.normal(0, IMAGE_SPREAD, size=N_IMAGES)[image]
    truth = rng.random(len(image)) < SHARE
    noise = rng.normal(0, np.sqrt(1 - IMAGE_SPREAD**2), size=len(image))
    return truth * SHIFT + off + noise, truth, image


def shares_at(threshold: float) -> tuple[float, float]:
    """Return precision and recall of a threshold among all questions that there could be."""
    recall, false = norm.sf(threshold - SHIFT), norm.sf(threshold)
    return float(SHARE * recall / (SHARE * recall + (1 - SHARE) * false)), float(recall)


def average_precision() -> float:
    """Average precision among all questions, by quadrature over the recall."""
    at = np.linspace(-6, 8, 20_001)
    recall, false = norm.sf(at - SHIFT), norm.sf(at)
    precision = SHARE * recall / (SHARE * recall + (1 - SHARE) * false)
    return float(-np.trapezoid(precision, recall))


def curves(rng: Rng) -> Covered:
    """Precision, recall and average precision of scored questions."""
    scores, truth, image = questions(rng)
    bands = precision_recall_bands(
        scores,
        truth=truth,
        images=image,
        recalls=[0.25, 0.5, 0.75],
        replicates=REPLICATES,
        seed=int(rng.integers(2**31)),
        threads=1,
    )
    at = bands.at(1.5)
    precision, recall = shares_at(1.5)
    of_recalls = [shares_at(SHIFT + norm.isf(share))[0] for share in (0.25, 0.5, 0.75)]
    picked = choose_threshold(bands.curve, precision=0.8).threshold
    ends = (at.precision[1:], precision), (at.recall[1:], recall)
    return {
        "`precision_recall_bands`: average precision": np.atleast_1d(
            inside(bands.average_precision[1:], average_precision())
        ),
        "`precision_recall_bands`: precision at a recall": inside(
            (bands.low, bands.high), of_recalls
        ),
        "`Bands.at`: precision of a threshold": np.atleast_1d(inside(*ends[0])),
        "`Bands.at`: recall of a threshold": np.atleast_1d(inside(*ends[1])),
        "`choose_threshold(precision=)`: reached on other questions": np.array(
            [shares_at(picked)[0] >= 0.8]
        ),
    }


def calibrated(rng: Rng) -> Covered:
    """Scores that are the very probabilities, by images."""
    scores, truth, image = questions(rng)
    logit = scores * SHIFT - SHIFT**2 / 2 + np.log(SHARE / (1 - SHARE))
    probability = 1 / (1 + np.exp(-logit))
    found = measure_calibration(
        probability,
        outcomes=truth,
        images=image,
        replicates=REPLICATES,
        seed=int(rng.integers(2**31)),
    )
    at = np.linspace(-6, 8, 20_001)
    odds = at * SHIFT - SHIFT**2 / 2 + np.log(SHARE / (1 - SHARE))
    p = 1 / (1 + np.exp(-odds))
    density = SHARE * norm.pdf(at - SHIFT) + (1 - SHARE) * norm.pdf(at)
    brier = np.trapezoid(density * p * (1 - p), at)
    loss = np.trapezoid(density * -(p * np.log(p) + (1 - p) * np.log1p(-p)), at)
    true = {"brier": brier, "log_loss": loss, "miscalibration": 0.0}
    return {
        f"`measure_calibration`: {name}": np.atleast_1d(inside(getattr(found, name)[1:], value))
        for name, value in true.items()
    }


def true_model(rng: Rng) -> Covered:
    """Votes of the model: its check, and pairs of raters none of whom copies."""
    drawn = simulate_votes(
        symmetric_rates(rng, 10, 2, (0.7, 0.9)),
        class_prior=[0.6, 0.4],
        n_items=400,
        votes_per_item=5,
        seed=rng,
    )
    fit = fit_dawid_skene(drawn.votes, threads=1)
    seed = int(rng.integers(2**31))
    again, given = (
        check_model(fit, replicates=39, refit=refit, seed=seed) for refit in (True, False)
    )
    pairs = pairs_of_fit(fit)
    return {
        "`check_model(refit=True)`: a true model is kept": np.array(
            [again.chi_square.p_value > 0.05]
        ),
        "`check_model()`: a true model is kept": np.array([given.chi_square.p_value > 0.05]),
        "`near_copies`: none is found": np.array([not near_copies(pairs)]),
        "pairs, against the model: p above 0.05": pairs.p_model[pairs.tested] > 0.05,
        "pairs, against their peers: p above 0.05": pairs.p_value[pairs.tested] > 0.05,
    }


STUDIES = (
    Study(
        "20 trials",
        "shares of 0.02, 0.05, 0.1, 0.2 and 0.5",
        partial(proportions, trials=20),
        sets=20,
    ),
    Study("500 trials", "the same shares", partial(proportions, trials=500), sets=20),
    Study(
        "equal models",
        "two models on 500 images, each alone right on 5 %",
        partial(two_models, only_first=0.05, only_second=0.05),
        sets=20,
    ),
    Study(
        "unlike models",
        "two models on 500 images, alone right on 3 % and on 6 %",
        partial(two_models, only_first=0.03, only_second=0.06),
        sets=20,
    ),
    Study(
        "10 raters",
        "raters right in 60 to 95 %, 300 items with 5 votes each",
        partial(raters_agree, n_raters=10),
    ),
    Study("60 raters", "the same with 60 raters", partial(raters_agree, n_raters=60)),
    Study(
        "scored questions",
        "155 images of 1 to 10 questions, a quarter of which fit; scores of an image are off alike",
        curves,
    ),
    Study("calibrated scores", "the same questions, with their very probabilities", calibrated),
    Study(
        "the model's votes",
        "10 raters, 400 items with 5 votes each, 2 classes, raters right in 70 to 90 %",
        true_model,
    ),
)
