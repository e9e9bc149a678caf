from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from analysis import AnalysisError, Release
from analysis.scores.figure3 import Figure3, figure3_csv, figure3_data, votes_alone, yes_point
from analysis.statistics.precision_recall import OperatingPoint

YES = 2


@pytest.fixture(scope="module")
def data(simulated: Release) -> Figure3:
    return figure3_data(simulated)


def experts_say(release: Release) -> set[int]:
    """Find the golden questions of which 3 experts say yes, one vote at a time."""
    experts = release.golden.experts
    yes = [0] * experts.n_items
    for item, answer in zip(experts.items.tolist(), experts.answers.tolist(), strict=True):
        yes[item] += answer == YES
    return {item for item, count in enumerate(yes) if count >= 3}


def check(point: OperatingPoint, kept: set[int], fits: set[int]) -> None:
    assert (point.kept, point.hits, point.n_fits) == (len(kept), len(kept & fits), len(fits))


def test_votes_alone_is_what_counting_gives(simulated: Release) -> None:
    fits = experts_say(simulated)
    starts, answers = simulated.votes.starts, simulated.votes.answers
    yes = [
        answers[starts[question] : starts[question + 1]].tolist().count(YES)
        for question in simulated.golden.questions.tolist()
    ]
    points = votes_alone(simulated)
    assert [point.threshold for point in points] == [1, 2, 3, 4, 5]
    for at_least, point in enumerate(points, start=1):
        check(point, {item for item, count in enumerate(yes) if count >= at_least}, fits)


def test_raters_are_what_counting_gives(simulated: Release, data: Figure3) -> None:
    fits = experts_say(simulated)
    votes = simulated.golden.raters
    triples = list(
        zip(votes.raters.tolist(), votes.items.tolist(), votes.answers.tolist(), strict=True)
    )
    answered = {rater for rater, _, _ in triples}
    assert 0 < len(answered) < votes.n_raters  # some have no golden answers
    assert list(data.raters) == [votes.rater_names[rater] for rater in sorted(answered)]
    for rater in answered:
        asked = {item for other, item, _ in triples if other == rater}
        kept = {item for other, item, answer in triples if (other, answer) == (rater, YES)}
        check(data.raters[votes.rater_names[rater]], kept, fits & asked)


def test_original_label_is_what_counting_gives(simulated: Release, data: Figure3) -> None:
    questions, golden = simulated.questions, simulated.golden.questions.tolist()
    kept = {
        item
        for item, question in enumerate(golden)
        if simulated.original_labels[questions.images[question] - 1] == questions.labels[question]
    }
    check(data.original_label, kept, experts_say(simulated))


def test_chosen_is_the_curve_at_the_threshold(simulated: Release) -> None:
    data = figure3_data(simulated, threshold=0.3)
    fits = experts_say(simulated)
    golden = simulated.golden.questions.tolist()
    kept = {item for item, question in enumerate(golden) if simulated.scores[question] >= 0.3}
    assert data.chosen.threshold == 0.3
    check(data.chosen, kept, fits)


def test_names_the_scores(simulated: Release) -> None:
    same = simulated.scores.copy()
    assert figure3_data(simulated).scores_name == "simulated scores"
    assert figure3_data(simulated, scores=same).scores_name == "simulated scores"
    assert figure3_data(replace(simulated, simulated=False)).scores_name == "published scores"
    same[0] = np.nextafter(same[0], 0.5)
    assert figure3_data(simulated, scores=same).scores_name == "scores"


def test_one_who_never_says_yes_has_no_precision() -> None:
    point = yes_point(np.array([[3, 1, 0], [2, 0, 0]]))
    assert np.isnan(point.precision)
    assert (point.recall, point.kept, point.n_fits) == (0, 0, 2)
    assert np.isnan(yes_point(np.array([[3, 1, 2], [0, 0, 0]])).recall)


def test_csv_holds_the_numbers_in_full(data: Figure3) -> None:
    rows = list(csv.DictReader(io.StringIO(figure3_csv(data))))
    assert [row["rule"] for row in rows] == [
        "simulated scores of at least 0.8",
        "original label",
        *(f"at least {k} of 5 votes are yes" for k in range(1, 6)),
    ]
    points = [data.chosen, data.original_label, *data.votes_alone]
    for row, point in zip(rows, points, strict=True):
        assert [float(row[field]) for field in OperatingPoint._fields] == list(point)


def test_csv_leaves_empty_what_is_undefined(simulated: Release) -> None:
    data = figure3_data(simulated, scores=np.zeros(len(simulated.scores)), threshold=0.5)
    first = next(csv.DictReader(io.StringIO(figure3_csv(data))))
    assert (first["rule"], first["precision"], first["kept"]) == ("scores of at least 0.5", "", "0")


@pytest.mark.parametrize("threshold", [-0.1, 1.1, np.nan])
def test_refuses_threshold(simulated: Release, threshold: float) -> None:
    with pytest.raises(AnalysisError, match=f"threshold {threshold} is not in 0..1"):
        figure3_data(simulated, threshold=threshold)


@pytest.mark.release
def test_published_numbers(release: Release) -> None:
    data = figure3_data(release)
    label = data.original_label
    assert (round(label.precision, 5), round(label.recall, 5), label.kept) == (0.7871, 0.49194, 155)
    two = data.votes_alone[1]
    assert (round(two.precision, 5), round(two.recall, 5)) == (0.89231, 0.70161)
    assert len(data.raters) == 78
    assert {point.n_fits for point in data.raters.values()} == {248}
    assert data.scores_name == "published scores"
    assert data.n_experts == 5
