"""Ways to score golden questions, in sample and out of sample, side by side.

A method is a function of a release. Where golden truth has a part in what it estimates, its
out-of-sample scores are estimated without the truth, and without the raters' golden answers, of
the images that are scored. The votes themselves stay: they are no truth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from aggregation import (
    UNKNOWN,
    Aggregated,
    FamilyName,
    Fit,
    Votes,
    e_step,
    fit_dawid_skene,
    fit_ebcc,
    fit_glad,
    fit_ibcc,
)

from ...defaults import FOLDS
from ...release.files.readers import NO, YES
from ...release.published import FITS
from ...release.release import Release
from .out_of_sample import (
    golden_counts,
    golden_votes,
    image_folds,
    out_of_sample_scores,
    recipe_rates,
    recipe_scores,
)

PUBLISHED, GLAD, EBCC = "published recipe", "GLAD, 3 classes", "EBCC, 2 classes"
# "Does not fit" has the answer no for its own, "fits" has yes; maybe is nobody's.
OWN = [NO, YES]
# Called with how many of the fits are done, and how many there are.
Progress = Callable[[int, int], object]


@dataclass(frozen=True, eq=False)
class GoldenScores:
    """Scores of the golden questions by one method.

    Attributes
    ----------
    in_sample : ndarray of float64, shape (n_golden,)
        Estimated from all golden questions. Of "fits", in 0..1.
    out_of_sample : ndarray of float64, shape (n_golden,)
        Estimated without the golden truth of the images that are scored. The same array where none
        is used.
    left_out : str
        What was left out at a time: "1 of 155 images", "1 of 10 folds"; "" where no golden truth is
        used.
    """

    in_sample: NDArray[np.float64]
    out_of_sample: NDArray[np.float64]
    left_out: str


Method = Callable[[Release], GoldenScores]


def methods(
    *, folds: int = FOLDS, seed: int = 0, progress: Progress | None = None
) -> dict[str, Method]:
    """Name the methods that are compared, the published recipe first.

    Parameters
    ----------
    folds : int
        Folds over images where EM uses golden truth. The recipe leaves out one image at a time.
    seed : int
        Of the sharing out of images among folds.
    progress : callable, optional
        Called by those with folds, with the numbers of fits done and to do.

    Returns
    -------
    dict of str to callable
        Each takes a release and returns :class:`GoldenScores`.
    """
    return {
        PUBLISHED: recipe,
        "recipe, no original label": partial(recipe, with_original=False),
        "EM, golden truth clamped": partial(em_clamped, folds=folds, seed=seed, progress=progress),
        "EM, golden truth as start": partial(em_started, folds=folds, seed=seed, progress=progress),
        "EM, 2 classes": partial(em, n_classes=2),
        "EM, 3 classes": partial(em, n_classes=3),
        "one-coin EM": partial(em, n_classes=3, family="one-coin"),
        "IBCC, 2 classes": partial(bayes, fit=fit_ibcc),
        GLAD: glad,
        EBCC: partial(bayes, fit=partial(fit_ebcc, restarts=0)),
        "votes alone: share of yes": yes_share,
    }


def recipe(release: Release, *, with_original: bool = True) -> GoldenScores:
    """Score by the published recipe; out of sample, one image left out at a time.

    Parameters
    ----------
    release : Release
    with_original : bool
        Whether the original label is a rater of the animal classes.

    Returns
    -------
    GoldenScores
    """
    counts = golden_counts(release, np.zeros(len(release.golden.questions), dtype=np.int64))
    votes = golden_votes(release, with_original=with_original)
    return GoldenScores(
        recipe_scores(votes, counts.total(), with_original=with_original),
        out_of_sample_scores(release, with_original=with_original),
        f"1 of {len(np.unique(release.golden_images()))} images",
    )


def yes_share(release: Release) -> GoldenScores:
    """Score by the share of a question's votes that are yes; nothing is estimated.

    A question without votes has score 0.
    """
    votes = release.votes.select(release.golden.questions)
    scores = count_yes(votes) / np.maximum(np.diff(votes.starts), 1)
    return GoldenScores(scores, scores, "")


def count_yes(votes: Votes) -> NDArray[np.int64]:
    """Count the votes on each item that are yes, shape (n_items,)."""
    return np.bincount(votes.items[votes.answers == YES], minlength=votes.n_items)


def em(release: Release, *, n_classes: int, family: FamilyName = "full") -> GoldenScores:
    """Score by EM on all votes of the release, from vote shares, without golden truth.

    Parameters
    ----------
    release : Release
    n_classes : int
        2: the label fits or not. 3: no, maybe and yes as classes; the score is the posterior of
        yes.
    family : str
        As for :func:`aggregation.fit_dawid_skene`.

    Returns
    -------
    GoldenScores
    """
    fit = fit_dawid_skene(release.votes, n_classes=n_classes, family=family)
    scores = fit.posterior[release.golden.questions, -1]
    return GoldenScores(scores, scores, "")


def bayes(release: Release, *, fit: Callable[..., Aggregated]) -> GoldenScores:
    """Score by a Bayesian model of two classes and three answers, without golden truth.

    Parameters
    ----------
    release : Release
    fit : callable
        :func:`aggregation.fit_ibcc` or :func:`aggregation.fit_ebcc`, with its options.

    Returns
    -------
    GoldenScores
    """
    found = fit(release.votes, n_classes=len(OWN), diagonal=OWN)
    scores = found.posterior[release.golden.questions, FITS]
    return GoldenScores(scores, scores, "")


def glad(release: Release) -> GoldenScores:
    """Score by GLAD's posterior of yes, without golden truth: it has a class for each answer."""
    scores = fit_glad(release.votes).posterior[release.golden.questions, YES]
    return GoldenScores(scores, scores, "")


def em_started(
    release: Release, *, folds: int = FOLDS, seed: int = 0, progress: Progress | None = None
) -> GoldenScores:
    """Score by EM of two classes on all votes, started where the published recipe ends.

    The start is the recipe's error rates, without the original label, and class prior. EM then
    goes on without the golden truth.

    Parameters
    ----------
    release : Release
    folds, seed, progress
        As for :func:`methods`.

    Returns
    -------
    GoldenScores
    """

    def score(known: NDArray[np.bool_]) -> NDArray[np.float64]:
        counts = golden_counts(release, np.where(known, 0, 1)).only(0)
        prior = counts.classes / counts.classes.sum()
        start = (recipe_rates(counts, with_original=False), prior)
        fit = fit_dawid_skene(release.votes, n_classes=2, start=start)
        return np.asarray(fit.posterior[release.golden.questions, FITS])

    return _cross_fitted(release, score, folds=folds, seed=seed, progress=progress)


def em_clamped(
    release: Release, *, folds: int = FOLDS, seed: int = 0, progress: Progress | None = None
) -> GoldenScores:
    """Score by EM of two classes on all votes and golden answers, golden truth held throughout.

    The golden answers are items of their own beside the release's votes on the same questions, both
    of known class. A golden question's score is its posterior given the release's votes alone, not
    its truth.

    Parameters
    ----------
    release : Release
    folds, seed, progress
        As for :func:`methods`.

    Returns
    -------
    GoldenScores
    """
    golden = release.golden
    truth = golden.fits()

    def score(known: NDArray[np.bool_]) -> NDArray[np.float64]:
        votes = release.votes.stacked(golden.raters.select(known))
        of_item = np.full(votes.n_items, UNKNOWN)
        of_item[golden.questions[known]] = truth[known]
        of_item[release.votes.n_items :] = truth[known]
        fit = fit_dawid_skene(votes, n_classes=2, truth=of_item)
        return _posterior_of_fits(golden_votes(release, with_original=False), fit)

    return _cross_fitted(release, score, folds=folds, seed=seed, progress=progress)


def _posterior_of_fits(votes: Votes, fit: Fit) -> NDArray[np.float64]:
    found = e_step(votes, error_rates=fit.error_rates, class_prior=fit.class_prior)
    return found.posterior[:, FITS]


def _cross_fitted(
    release: Release,
    score: Callable[[NDArray[np.bool_]], NDArray[np.float64]],
    *,
    folds: int,
    seed: int,
    progress: Progress | None,
) -> GoldenScores:
    """Score with all golden questions known, then each fold with the others known.

    `score` takes which golden questions are known and returns scores of all of them.
    """
    fold = image_folds(release, folds, seed=seed)
    in_sample = score(np.ones(len(fold), dtype=bool))
    out_of_sample = np.empty_like(in_sample)
    for left_out in range(folds):
        if progress is not None:
            progress(left_out + 1, folds + 1)
        scored = fold == left_out
        out_of_sample[scored] = score(~scored)[scored]
    if progress is not None:
        progress(folds + 1, folds + 1)
    return GoldenScores(in_sample, out_of_sample, f"1 of {folds} folds")
