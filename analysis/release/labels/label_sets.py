"""Label sets: the labels that each image keeps at a threshold, as real.json holds them."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import AnalysisError, check_types
from ...statistics.thresholds import ThresholdInterval, check_threshold
from ..files.questions import N_ANIMALS, N_IMAGES, Questions
from ..files.readers import checked_label_sets
from ..release import Release
from .set_order import set_order


def make_labels(
    release: Release,
    *,
    scores: ArrayLike | None = None,
    threshold: float = 0.8,
    animal_threshold: float | None = None,
) -> list[list[int]]:
    """Make the label sets of a threshold, in the order in which real.json has them.

    A label is kept where its score is at least the threshold. An image without questions keeps its
    original label, alone.

    Parameters
    ----------
    release : Release
    scores : array_like, shape (n_questions,), optional
        In 0..1. Default: the published scores.
    threshold : float
        In 0..1.
    animal_threshold : float, optional
        Another threshold for the animal labels, 0..397, whose scores have one more rater in them.

    Returns
    -------
    list of 50,000 lists of int
        Labels 0..999 of each image, in order of the image's number.

    Raises
    ------
    AnalysisError
        If the threshold is not in 0..1, or the scores do not fit the questions.
    """
    check_types(make_labels, locals())
    used = checked_scores(release, scores)
    questions = release.questions
    thresholds = np.full(len(questions), check_threshold(threshold))
    if animal_threshold is not None:
        thresholds[questions.labels < N_ANIMALS] = check_threshold(animal_threshold)
    order = published_order(questions)
    kept = order[(used >= thresholds)[order]]
    counts = np.bincount(questions.images[kept] - 1, minlength=N_IMAGES)
    borders = np.cumsum(counts)
    labels = questions.labels[kept].tolist()
    sets = [
        labels[end - count : end]
        for end, count in zip(borders.tolist(), counts.tolist(), strict=True)
    ]
    for image in np.flatnonzero(np.bincount(questions.images - 1, minlength=N_IMAGES) == 0):
        sets[image] = [int(release.original_labels[image])]
    return sets


def published_order(questions: Questions) -> NDArray[np.int64]:
    """Order the questions by image, and within an image as a set of its labels would.

    The set holds all of the image's labels, whatever the threshold, inserted in ascending order.
    """
    ascending = np.argsort(questions.keys, kind="stable")
    images = questions.images[ascending]
    starts = np.flatnonzero(np.diff(images, prepend=0, append=0))
    in_set = set_order(starts, questions.labels[ascending].astype(np.int64))
    return ascending[in_set]


def to_json(label_sets: list[list[int]]) -> str:
    """Return label sets as the text of real.json: default separators, no newline at the end."""
    return json.dumps(label_sets)


def threshold_interval(
    release: Release, label_sets: list[list[int]], *, scores: ArrayLike | None = None
) -> ThresholdInterval:
    """Find the thresholds at which the scores give a label file.

    Parameters
    ----------
    release : Release
    label_sets : list of 50,000 lists of int
        Such as :attr:`analysis.Release.label_sets`. The order in a list is of no account.
    scores : array_like, shape (n_questions,), optional
        Default: the published scores.

    Returns
    -------
    ThresholdInterval
        Open below, closed above. `low` is -inf where everything is kept, `high` is inf where
        nothing is.

    Raises
    ------
    AnalysisError
        If no threshold in 0..1 gives these labels; the message names an image that shows it.
    """
    check_types(threshold_interval, locals())
    used = checked_scores(release, scores)
    kept = _kept_questions(release, checked_label_sets(label_sets, "label_sets"))
    low = float(used[~kept].max(initial=-np.inf))
    high = float(used[kept].min(initial=np.inf))
    if not low < min(high, 1.0):
        left_out = release.questions.name(int(np.argmax(np.where(kept, -np.inf, used))))
        lowest = release.questions.name(int(np.argmin(np.where(kept, used, np.inf))))
        raise AnalysisError(
            f"no threshold gives these labels: {left_out} with score {low} is left out, but "
            + (f"{lowest} with score {high} is kept" if kept.any() else "no threshold is above 1")
        )
    return ThresholdInterval(low, high)


def _kept_questions(release: Release, label_sets: list[list[int]]) -> NDArray[np.bool_]:
    """Say of each question whether its label is among its image's, shape (n_questions,)."""
    listed = listed_questions(label_sets)
    place = release.questions.find(listed)
    _check_without_questions(release, label_sets, listed, place)
    kept = np.zeros(len(release.questions), dtype=bool)
    kept[place[place >= 0]] = True
    return kept


def listed_questions(label_sets: list[list[int]]) -> Questions:
    """Return the images and labels of label sets as pairs, in the order of the lists."""
    images = np.repeat(np.arange(1, len(label_sets) + 1), [len(labels) for labels in label_sets])
    labels = np.array([label for labels in label_sets for label in labels], dtype=np.int16)
    return Questions(images.astype(np.int32), labels)


def _check_without_questions(
    release: Release, label_sets: list[list[int]], listed: Questions, place: NDArray[np.int64]
) -> None:
    """Refuse labels that no threshold gives: others than were asked, or than the original one."""
    asked = np.zeros(N_IMAGES, dtype=bool)
    asked[release.questions.images - 1] = True
    strange = (place < 0) & asked[listed.images - 1]
    if strange.any():
        raise AnalysisError(
            f"no threshold gives these labels: {listed.name(int(np.argmax(strange)))} "
            "was never asked about"
        )
    for image in np.flatnonzero(~asked):
        if label_sets[image] != [int(release.original_labels[image])]:
            raise AnalysisError(
                f"no threshold gives these labels: image {image + 1} has no questions, so it would "
                f"have its original label {release.original_labels[image]}: {label_sets[image]}"
            )


def checked_scores(release: Release, scores: ArrayLike | None) -> NDArray[np.float64]:
    """Return the scores to use, one a question and in 0..1; by default the published ones."""
    if scores is None:
        return release.scores
    used = np.asarray(scores, dtype=np.float64)
    if used.shape != (len(release.questions),):
        raise AnalysisError(
            f"scores of shape {used.shape} do not fit {len(release.questions)} questions"
        )
    if not ((used >= 0) & (used <= 1)).all():
        first = int(np.argmin((used >= 0) & (used <= 1)))
        raise AnalysisError(f"score {first} is {used[first]}: scores are in 0..1")
    return used
