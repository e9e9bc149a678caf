"""Label sets at any threshold, and the thresholds that a label file comes from."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis import AnalysisError, Release, make_labels, threshold_interval
from analysis.release.files.questions import image_name
from analysis.release.labels.label_sets import to_json
from analysis.statistics.thresholds import ThresholdInterval

from ....support.python36_set import iteration_order

LabelSets = list[list[int]]


def plain_labels(release: Release, threshold: float) -> LabelSets:
    """Say it as the description does: image by image."""
    score_of: dict[int, dict[int, float]] = {}
    rows = zip(
        release.questions.images.tolist(),
        release.questions.labels.tolist(),
        release.scores.tolist(),
        strict=True,
    )
    for image, label, score in rows:
        score_of.setdefault(image, {})[label] = score
    label_sets = [[label] for label in release.original_labels.tolist()]
    for image, scores in score_of.items():
        in_order = iteration_order(sorted(scores))
        label_sets[image - 1] = [label for label in in_order if scores[label] >= threshold]
    return label_sets


def with_scores(release: Release, scores: NDArray[np.float64]) -> Release:
    return replace(release, scores=scores)


@settings(deadline=None, max_examples=12)
@given(data=st.data())
def test_against_the_definition(simulated: Release, data: st.DataObject) -> None:
    at_a_score = st.sampled_from(simulated.scores.tolist())
    threshold = data.draw(st.one_of(st.floats(0, 1), at_a_score))
    label_sets = make_labels(simulated, threshold=threshold)
    assert label_sets == plain_labels(simulated, threshold)
    interval = threshold_interval(simulated, label_sets)
    assert interval.low < threshold <= interval.high


@pytest.mark.parametrize("threshold", [0, 0.0, 1, 1.0, 5e-324])
def test_the_ends(simulated: Release, threshold: float) -> None:
    scores = simulated.scores.copy()
    scores[::3], scores[1::3] = 0.0, 1.0
    release = with_scores(simulated, scores)
    label_sets = make_labels(release, threshold=threshold)
    assert label_sets == plain_labels(release, threshold)
    interval = threshold_interval(release, label_sets)
    assert interval.low < threshold <= interval.high


def test_a_score_at_the_threshold_is_kept(simulated: Release) -> None:
    question = int(np.argmin(abs(simulated.scores - 0.5)))
    score = float(simulated.scores[question])
    image, label = simulated.questions.images[question], simulated.questions.labels[question]
    assert label in make_labels(simulated, threshold=score)[image - 1]
    above = float(np.nextafter(score, 1))
    assert label not in make_labels(simulated, threshold=above)[image - 1]


def test_images_without_questions_keep_their_label_at_any_threshold(simulated: Release) -> None:
    asked = set(simulated.questions.images.tolist())
    for threshold in (0.0, 1.0):
        label_sets = make_labels(simulated, threshold=threshold)
        for image in range(1, 50_001):
            if image not in asked:
                assert label_sets[image - 1] == [simulated.original_labels[image - 1]]


@settings(deadline=None, max_examples=4)
@given(st.integers(0, 2**32))
def test_order_of_the_questions_is_of_no_account(simulated: Release, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(simulated.questions))
    questions = replace(
        simulated.questions,
        images=simulated.questions.images[order],
        labels=simulated.questions.labels[order],
    )
    shuffled = replace(simulated, questions=questions, scores=simulated.scores[order])
    assert make_labels(shuffled, threshold=0.6) == make_labels(simulated, threshold=0.6)


def test_other_scores(simulated: Release) -> None:
    scores = np.random.default_rng(3).random(len(simulated.questions))
    expected = plain_labels(with_scores(simulated, scores), 0.3)
    assert make_labels(simulated, scores=scores.tolist(), threshold=0.3) == expected
    interval = threshold_interval(simulated, expected, scores=scores)
    assert interval == (scores[scores < 0.3].max(), scores[scores >= 0.3].min())


@pytest.mark.parametrize("threshold", [-1e-9, 1.0000001, math.nan, math.inf])
def test_thresholds_out_of_range(simulated: Release, threshold: float) -> None:
    with pytest.raises(
        AnalysisError,
        match=rf"threshold {threshold} is not in 0\.\.1|threshold={threshold}: give a finite",
    ):
        make_labels(simulated, threshold=threshold)


def test_scores_that_do_not_fit(simulated: Release) -> None:
    n = len(simulated.questions)
    with pytest.raises(AnalysisError, match=rf"scores of shape \(3,\) do not fit {n} questions"):
        make_labels(simulated, scores=[0.1, 0.2, 0.3])
    for wrong in (math.nan, -0.1, 1.1):
        scores = simulated.scores.copy()
        scores[5] = wrong
        with pytest.raises(AnalysisError, match=rf"score 5 is {wrong}: scores are in 0\.\.1"):
            make_labels(simulated, scores=scores)


def test_json_as_python_writes_it(simulated: Release) -> None:
    text = to_json(simulated.label_sets)
    assert json.loads(text) == simulated.label_sets
    assert to_json([[970, 795], [], [3]]) == "[[970, 795], [], [3]]"


def test_interval_is_as_wide_as_can_be(simulated: Release) -> None:
    label_sets = make_labels(simulated, threshold=0.8)
    low, high = threshold_interval(simulated, label_sets)
    for threshold in (np.nextafter(low, 1), (low + high) / 2, high):
        assert make_labels(simulated, threshold=float(threshold)) == label_sets
    for threshold in (low, np.nextafter(high, 1)):
        assert make_labels(simulated, threshold=float(threshold)) != label_sets


def test_interval_where_everything_or_nothing_is_kept(simulated: Release) -> None:
    everything = make_labels(simulated, threshold=0)
    assert threshold_interval(simulated, everything) == (-np.inf, simulated.scores.min())
    release = with_scores(simulated, simulated.scores * 0.5)
    nothing = make_labels(release, threshold=1)
    assert threshold_interval(release, nothing) == (release.scores.max(), np.inf)
    assert str(ThresholdInterval(0.5, np.inf)) == "(0.5, inf]"


def test_no_threshold_leaves_out_a_score_of_1(simulated: Release) -> None:
    release = with_scores(simulated, np.ones(len(simulated.questions)))
    nothing = make_labels(simulated, scores=np.zeros(len(simulated.questions)), threshold=1)
    with pytest.raises(AnalysisError, match=r"with score 1.0 is left out, but no threshold is abo"):
        threshold_interval(release, nothing)


def test_order_in_a_list_is_of_no_account_for_the_interval(simulated: Release) -> None:
    turned = [labels[::-1] for labels in simulated.label_sets]
    expected = threshold_interval(simulated, simulated.label_sets)
    assert threshold_interval(simulated, turned) == expected


def test_labels_of_no_threshold(simulated: Release) -> None:
    """Leave out the label of the highest score."""
    best = int(np.argmax(simulated.scores))
    lowest = np.where(simulated.scores >= 0.8, simulated.scores, 2).min()
    image, label = int(simulated.questions.images[best]), int(simulated.questions.labels[best])
    label_sets = [list(labels) for labels in simulated.label_sets]
    label_sets[image - 1].remove(label)
    message = (
        f"no threshold gives these labels: ({image_name(image)}, label {label}) with score "
        f"{simulated.scores[best]} is left out, but "
    )
    with pytest.raises(AnalysisError, match=re.escape(message)) as caught:
        threshold_interval(simulated, label_sets)
    assert str(caught.value).endswith(f" with score {lowest} is kept")


def unasked(release: Release) -> int:
    return int(np.setdiff1d(np.arange(1, 50_001), release.questions.images)[0])


def never_asked(release: Release, label_sets: LabelSets) -> str:
    image = int(release.questions.images[0])
    asked = release.questions.labels[release.questions.images == image]
    label = int(np.setdiff1d(np.arange(1000), asked)[0])
    label_sets[image - 1].append(label)
    return f"({image_name(image)}, label {label}) was never asked about"


def other_label(release: Release, label_sets: LabelSets) -> str:
    image = unasked(release)
    label = int(release.original_labels[image - 1])
    label_sets[image - 1] = [(label + 1) % 1000]
    return (
        f"image {image} has no questions, so it would have its original label {label}: "
        f"{label_sets[image - 1]}"
    )


def no_label(release: Release, label_sets: LabelSets) -> str:
    image = unasked(release)
    label_sets[image - 1] = []
    return f"image {image} has no questions, so it would have its original label"


def too_large(release: Release, label_sets: LabelSets) -> str:
    label_sets[2] = [1000]
    return "label_sets: ILSVRC2012_val_00000003.JPEG has the label 1000: labels are 0 to 999"


def too_few(release: Release, label_sets: LabelSets) -> str:
    label_sets.pop()
    return "label_sets: should be a list of 50,000 lists of labels: it has 49999 entries"


@pytest.mark.parametrize("alter", [never_asked, other_label, no_label, too_large, too_few])
def test_labels_that_no_threshold_gives(
    simulated: Release, alter: Callable[[Release, LabelSets], str]
) -> None:
    label_sets = [list(labels) for labels in simulated.label_sets]
    message = alter(simulated, label_sets)
    with pytest.raises(AnalysisError, match=re.escape(message)):
        threshold_interval(simulated, label_sets)


@pytest.mark.release
def test_real_json_from_the_published_scores(release: Release) -> None:
    text = to_json(make_labels(release))
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest == "d83e9bff374c631aae8439eb064c7019acc56e1b3bc3f56b8380c2a710b0220b"
    assert threshold_interval(release, release.label_sets) == (
        0.7999899619893907,
        0.8000217580761186,
    )


@pytest.mark.release
def test_real_json_is_of_no_other_threshold(release: Release) -> None:
    low, high = 0.7999899619893907, 0.8000217580761186
    same = make_labels(release, threshold=float(np.nextafter(low, 1)))
    assert same == make_labels(release, threshold=high) == release.label_sets
    for threshold in (low, float(np.nextafter(high, 1))):
        other = make_labels(release, threshold=threshold)
        differing = [i for i, labels in enumerate(other) if labels != release.label_sets[i]]
        assert len(differing) == 1
