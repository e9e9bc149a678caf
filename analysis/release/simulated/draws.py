"""Questions, truth, raters and experts of a simulated release, drawn to be like the real ones."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes
from aggregation.datasets.draws import draw_answers, draw_raters, votes_from_draws

from ..files.questions import N_IMAGES, N_LABELS, Questions
from ..files.readers import ANSWERS, NO, YES
from ..published import FITS, MISFIT
from ..release import Golden

VOTES_PER_QUESTION = 5
# An image has 2 labels and a negative binomial number more, up to 15.
FEWEST_LABELS, MOST_LABELS = 2, 15
MORE_LABELS = (2, 0.28)
# Steps from one of an image's labels to the next are at most this, so that all of them span less
# than 1000 and stay distinct modulo 1000.
MOST_GAP = N_LABELS // MOST_LABELS
# Share of images whose original label is not asked about: none in the real release, a few here, so
# that programs meet the case.
ORIGINAL_UNASKED = 0.03
# The rest is near what the real golden questions show. How often a label fits:
ORIGINAL_FITS, OTHER_FITS = 0.8, 0.13
# The raters' mean error rates (no, maybe, yes), and how alike the raters are: the sum of the
# parameters of the Dirichlet distribution that a rater's row is drawn from.
RATER_RATES = {MISFIT: (0.91, 0.05, 0.04), FITS: (0.32, 0.17, 0.51)}
RATERS_ALIKE = {MISFIT: 50.0, FITS: 12.0}
# One rater in so many says yes to nearly everything.
ONE_YES_SAYER_IN = 40
YES_SAYER_RATES = (0.02, 0.02, 0.96)
# Experts are right with a probability in this range, and never say maybe.
EXPERTS_RIGHT = {MISFIT: (0.94, 0.99), FITS: (0.7, 0.98)}
# One rater in so many has no golden answers.
ONE_WITHOUT_GOLDEN_IN = 12
# The raters' weights, in the draw of who votes, spread over so many powers of ten.
ACTIVITY_DECADES = 2.5
FIRST_ID = 101


class Crowd(NamedTuple):
    """Raters and experts: their ids and error rates.

    Attributes
    ----------
    ids, expert_ids : list of int
        Distinct.
    error_rates, expert_error_rates : ndarray, shape (n_raters, 2, 3), (n_experts, 2, 3)
        Probability of each answer (no, maybe, yes), given whether the label fits.
    """

    ids: list[int]
    error_rates: NDArray[np.float64]
    expert_ids: list[int]
    expert_error_rates: NDArray[np.float64]


def draw_original_labels(rng: np.random.Generator) -> NDArray[np.int16]:
    """Draw the original labels, shape (50000,): each of the 1000 on 50 images."""
    return rng.permutation(np.arange(N_IMAGES) % N_LABELS).astype(np.int16)


def draw_questions(
    n_images: int, original_labels: NDArray[np.int16], *, rng: np.random.Generator
) -> Questions:
    """Draw images in no order, and labels of each, ascending: the original one and some near it.

    Parameters
    ----------
    n_images : int
        1..50000.
    original_labels : ndarray of int16, shape (50000,)
    rng : numpy.random.Generator

    Returns
    -------
    Questions
    """
    images = rng.permutation(N_IMAGES)[:n_images]
    more = rng.negative_binomial(*MORE_LABELS, size=n_images)
    sizes = np.minimum(FEWEST_LABELS + more, MOST_LABELS)
    original = rng.integers(0, sizes)[:, None]
    gaps = rng.integers(1, MOST_GAP, size=(n_images, MOST_LABELS), endpoint=True)
    distances = np.cumsum(gaps, axis=1)
    distances -= np.take_along_axis(distances, original, axis=1)
    labels = (original_labels[images, None] + distances) % N_LABELS
    places = np.arange(MOST_LABELS)
    unasked = (sizes > FEWEST_LABELS) & (rng.random(n_images) < ORIGINAL_UNASKED)
    asked = (places < sizes[:, None]) & ~(unasked[:, None] & (places == original))
    labels = np.sort(np.where(asked, labels, N_LABELS), axis=1)
    return Questions(
        np.repeat(images + 1, asked.sum(axis=1)).astype(np.int32),
        labels[labels < N_LABELS].astype(np.int16),
    )


def draw_truth(
    questions: Questions, original_labels: NDArray[np.int16], *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw whether each label fits, shape (n_questions,): most original ones, and few others."""
    is_original = original_labels[questions.images - 1] == questions.labels
    fits = rng.random(len(questions)) < np.where(is_original, ORIGINAL_FITS, OTHER_FITS)
    return np.where(fits, FITS, MISFIT)


def draw_crowd(n_raters: int, n_experts: int, *, rng: np.random.Generator) -> Crowd:
    """Draw raters and experts: ids in no order, and error rates."""
    ids = rng.permutation(np.arange(FIRST_ID, FIRST_ID + n_raters + n_experts)).tolist()
    error_rates = np.empty((n_raters, 2, len(ANSWERS)))
    expert_error_rates = np.zeros((n_experts, 2, len(ANSWERS)))
    for cls, right, wrong in ((MISFIT, NO, YES), (FITS, YES, NO)):
        typical = RATERS_ALIKE[cls] * np.array(RATER_RATES[cls])
        error_rates[:, cls] = rng.dirichlet(typical, size=n_raters)
        accuracy = rng.uniform(*EXPERTS_RIGHT[cls], size=n_experts)
        expert_error_rates[:, cls, right] = accuracy
        expert_error_rates[:, cls, wrong] = 1 - accuracy
    yes_sayers = rng.permutation(n_raters)[: n_raters // ONE_YES_SAYER_IN]
    error_rates[yes_sayers] = YES_SAYER_RATES
    return Crowd(ids[:n_raters], error_rates, ids[n_raters:], expert_error_rates)


def draw_votes(crowd: Crowd, truth: NDArray[np.int64], *, rng: np.random.Generator) -> Votes:
    """Draw 5 votes on each question, by raters of very different activity."""
    n_raters = len(crowd.ids)
    activity = 10 ** rng.uniform(0, ACTIVITY_DECADES, size=n_raters)
    sizes = np.full(len(truth), VOTES_PER_QUESTION)
    raters = draw_raters(sizes, weights=activity, rng=rng)
    classes = np.repeat(truth, sizes)
    answers = draw_answers(crowd.error_rates, raters=raters, classes=classes, rng=rng)
    votes = votes_from_draws(sizes, raters, answers, n_raters=n_raters, n_answers=len(ANSWERS))
    return replace(votes, rater_names=crowd.ids, answer_names=ANSWERS)


def draw_golden(
    crowd: Crowd,
    questions: Questions,
    truth: NDArray[np.int64],
    n_golden_images: int,
    *,
    rng: np.random.Generator,
) -> Golden:
    """Draw golden images; every expert, and most raters, answer all of their questions.

    Parameters
    ----------
    crowd : Crowd
    questions : Questions
    truth : ndarray of int64, shape (n_questions,)
    n_golden_images : int
    rng : numpy.random.Generator

    Returns
    -------
    Golden
    """
    images = rng.choice(np.unique(questions.images), n_golden_images, replace=False)
    golden = np.flatnonzero(np.isin(questions.images, images))
    n_raters, n_experts = len(crowd.ids), len(crowd.expert_ids)
    n_absent = max(1, n_raters // ONE_WITHOUT_GOLDEN_IN)
    present = np.sort(rng.permutation(n_raters)[n_absent:])
    experts = _answer_all(crowd.expert_error_rates, np.arange(n_experts), truth[golden], rng)
    raters = _answer_all(crowd.error_rates, present, truth[golden], rng)
    return Golden(
        golden,
        replace(experts, rater_names=crowd.expert_ids, answer_names=ANSWERS),
        replace(raters, rater_names=crowd.ids, answer_names=ANSWERS),
    )


def _answer_all(
    error_rates: NDArray[np.float64],
    present: NDArray[np.int64],
    truth: NDArray[np.int64],
    rng: np.random.Generator,
) -> Votes:
    """Draw a vote of each rater who is present on every item."""
    sizes = np.full(len(truth), len(present))
    raters = np.tile(present, len(truth))
    answers = draw_answers(error_rates, raters=raters, classes=np.repeat(truth, sizes), rng=rng)
    return votes_from_draws(
        sizes, raters, answers, n_raters=len(error_rates), n_answers=len(ANSWERS)
    )
