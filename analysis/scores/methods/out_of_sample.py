"""Scores of the golden questions by the published recipe, without the image that is scored.

The recipe counts answers on all golden questions, so each question has a part in the error rates
that score it. Here it has none. Nothing is fitted again: all that the recipe estimates comes from
counts, and the counts of the images that are left out are subtracted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes, e_step, normalised_rates

from ...errors import AnalysisError, check_types
from ...release.files.questions import N_ANIMALS
from ...release.files.readers import NO, YES
from ...release.published import EXPERTS_FOR_ORIGINAL, FITS, LAPLACE, original_label_answers
from ...release.release import Release


class GoldenCounts(NamedTuple):
    """All that the recipe estimates from: counts on golden questions, by the fold they belong to.

    Attributes
    ----------
    raters : ndarray, shape (n_folds, n_raters, 2, 3)
        Golden answers by rater, truth (misfit, fits) and answer (no, maybe, yes).
    original : ndarray, shape (n_folds, 1, 2, 3)
        Answers of the original label, by a truth of its own: two experts suffice.
    classes : ndarray, shape (n_folds, 2)
        Golden questions by truth.
    """

    raters: NDArray[np.float64]
    original: NDArray[np.float64]
    classes: NDArray[np.float64]

    def total(self) -> GoldenCounts:
        """Add up the folds; the first axis is gone."""
        return GoldenCounts(*(counts.sum(axis=0) for counts in self))

    def only(self, fold: int) -> GoldenCounts:
        """Take one fold; the first axis is gone."""
        return GoldenCounts(*(counts[fold] for counts in self))

    def without(self, fold: int) -> GoldenCounts:
        """Add up all folds but one; the first axis is gone."""
        return GoldenCounts(*(counts.sum(axis=0) - counts[fold] for counts in self))


def image_folds(release: Release, folds: int | None = None, *, seed: int = 0) -> NDArray[np.int64]:
    """Share out the golden images among folds; the questions of an image stay together.

    Parameters
    ----------
    release : Release
    folds : int, optional
        2 up to the number of golden images; the folds' numbers of images differ by at most 1.
        Default: each image is a fold.
    seed : int
        Of the sharing out.

    Returns
    -------
    ndarray of int64, shape (n_golden,)
        Fold of each golden question, from 0.

    Raises
    ------
    AnalysisError
        If there cannot be so many folds.
    """
    images, image = np.unique(release.golden_images(), return_inverse=True)
    if len(images) < 2:
        raise AnalysisError("one golden image alone cannot be left out: nothing would be left")
    if folds is None:
        return image
    if not 2 <= folds <= len(images):
        raise AnalysisError(f"folds={folds}: give 2 to {len(images)}, the number of golden images")
    return np.random.default_rng(seed).permutation(np.arange(len(images)) % folds)[image]


def out_of_sample_scores(
    release: Release, *, folds: int | None = None, seed: int = 0, with_original: bool = True
) -> NDArray[np.float64]:
    """Score each golden question by the published recipe, estimated without its image.

    The raters' error rates, the mean that raters without golden answers are given, the original
    label's error rates and the class prior are all estimated anew for each fold.

    Parameters
    ----------
    release : Release
    folds : int, optional
        Leave out so many sets of images, one after the other. Default: one image at a time.
    seed : int
        Of the sharing out of images among folds.
    with_original : bool
        Whether the original label is a rater, as in the recipe.

    Returns
    -------
    ndarray of float64, shape (n_golden,)
        Probability that the label fits the image, in 0..1.

    Raises
    ------
    AnalysisError
        If there cannot be so many folds.

    References
    ----------
    Stone (1974), Cross-validatory choice and assessment of statistical predictions, JRSS B 36(2).
    """
    check_types(out_of_sample_scores, locals())
    fold = image_folds(release, folds, seed=seed)
    counts = golden_counts(release, fold)
    votes = golden_votes(release, with_original=with_original)
    scores = np.empty(len(fold))
    for left_out in range(len(counts.classes)):
        scored = np.flatnonzero(fold == left_out)
        scores[scored] = recipe_scores(
            votes.select(scored), counts.without(left_out), with_original=with_original
        )
    return scores


def recipe_scores(
    votes: Votes, counts: GoldenCounts, *, with_original: bool = True
) -> NDArray[np.float64]:
    """One E-step with what the recipe estimates from counts, added up over folds."""
    rates = recipe_rates(counts, with_original=with_original)
    prior = counts.classes / counts.classes.sum()
    return e_step(votes, error_rates=rates, class_prior=prior).posterior[:, FITS]


def recipe_rates(counts: GoldenCounts, *, with_original: bool = True) -> NDArray[np.float64]:
    """Error rates of the raters, shape (n_raters, 2, 3), and last of the original label."""
    answered = counts.raters.any(axis=(1, 2))
    if not answered.any():
        raise AnalysisError("no rater has a golden answer outside of the images left out")
    rates = normalised_rates(counts.raters + LAPLACE)
    rates[~answered] = rates[answered].mean(axis=0)
    if not with_original:
        return rates
    return np.concatenate((rates, normalised_rates(counts.original + LAPLACE)))


def golden_counts(release: Release, fold: NDArray[np.int64]) -> GoldenCounts:
    """Count golden answers by fold, truth and answer.

    Parameters
    ----------
    release : Release
    fold : ndarray of int64, shape (n_golden,)
        Fold of each golden question, from 0.

    Returns
    -------
    GoldenCounts
    """
    golden = release.golden
    truth = golden.fits()
    original_truth = golden.fits(at_least=EXPERTS_FOR_ORIGINAL)
    return GoldenCounts(
        raters=_count_answers(golden.raters, fold, truth),
        original=_count_answers(original_label_answers(release), fold, original_truth),
        classes=_count((fold, truth.astype(np.int64)), (int(fold.max()) + 1, 2)),
    )


def _count_answers(
    votes: Votes, fold: NDArray[np.int64], truth: NDArray[np.bool_]
) -> NDArray[np.float64]:
    items = votes.items
    cells = (fold[items], votes.raters, truth[items].astype(np.int64), votes.answers)
    return _count(cells, (int(fold.max()) + 1, votes.n_raters, 2, votes.n_answers))


def _count(cells: tuple[NDArray[np.integer], ...], shape: tuple[int, ...]) -> NDArray[np.float64]:
    flat = np.ravel_multi_index(cells, shape)
    return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)


def golden_votes(release: Release, *, with_original: bool = True) -> Votes:
    """Return the release's votes on golden questions; the original label, if any, is last.

    These are five votes a question. What the raters answered when they were tried on the golden
    questions is in ``release.golden.raters``; the recipe counts those, and scores these.
    """
    places = release.golden.questions
    votes = release.votes.select(places)
    if not with_original:
        return votes
    animal = np.flatnonzero(release.questions.labels[places] < N_ANIMALS)
    answers = np.where(release.is_original()[places][animal], YES, NO)
    return votes.with_rater(animal, answers, name="original label")
