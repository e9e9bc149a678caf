"""What was published beside what is recomputed: the numbers, and that a difference shows."""

from __future__ import annotations

import html
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aggregation import Votes
from analysis import Release, load_release
from analysis.pages.reproduction_page import report_html
from analysis.release.labels.label_sets import to_json
from analysis.reproduction import (
    Comparison,
    Reproduction,
    compare_scores,
    reproduce,
    summary,
    write_scores,
)
from analysis.scores.figure3 import Figure3

from ..support import bad_releases as bad


@pytest.fixture(scope="module")
def reproduction(release: Release) -> Reproduction:
    return reproduce(release)


@pytest.mark.release
def test_everything_is_identical(reproduction: Reproduction) -> None:
    assert reproduction.identical
    digest = "d83e9bff374c631aae8439eb064c7019acc56e1b3bc3f56b8380c2a710b0220b"
    accuracy = "42,164 / 46,837 = 90.0228 %"
    assert reproduction.comparisons == (
        Comparison("scores, bit for bit", "184,962", "184,962 equal", True),
        Comparison("real.json, sha256", digest, digest, True),
        Comparison("labels", "57,553", "57,553", True),
        Comparison("images with labels", "46,837", "46,837", True),
        Comparison("average precision", "0.8932425341", "0.8932425341", True),
        Comparison("precision at 0.8", "0.8976744186", "0.8976744186", True),
        Comparison("recall at 0.8", "0.7782258065", "0.7782258065", True),
        Comparison("ReaL accuracy of the original labels", accuracy, accuracy, True),
    )
    assert reproduction.interval == (0.7999899619893907, 0.8000217580761186)


@pytest.mark.release
def test_numbers_of_figure_3(reproduction: Reproduction) -> None:
    """As they were measured apart from this package."""
    figure3 = reproduction.figure3
    assert figure3.curve.n_questions == 1135
    assert round(figure3.curve.average_precision, 10) == 0.8932425341
    for point, expected in (
        (figure3.chosen, (0.89767, 0.77823, 215)),
        (figure3.curve.at(0.5), (0.84232, 0.81855, 241)),
        (figure3.original_label, (0.78710, 0.49194, 155)),
    ):
        assert (round(point.precision, 5), round(point.recall, 5), point.kept) == expected
    two_of_five = figure3.votes_alone[1]
    assert (round(two_of_five.precision, 5), round(two_of_five.recall, 5)) == (0.89231, 0.70161)


@pytest.mark.release
def test_summary(release: Release, reproduction: Reproduction) -> None:
    numbers = json.loads(json.dumps(summary(release, reproduction), allow_nan=False))
    accuracy = numbers["rater_accuracy"]
    assert accuracy["raters"] == 78
    rounded = [round(accuracy[name], 5) for name in ("median", "least", "most")]
    assert rounded == [0.87004, 0.25815, 0.91013]
    golden = numbers["golden"]
    assert (golden["questions"], golden["fits"], golden["images"]) == (1135, 248, 155)
    assert numbers["votes"] == {"votes": 924_810, "questions": 184_962, "raters": 85}
    assert numbers["identical"] is True
    assert numbers["simulated"] is False
    assert numbers["input_sha256"]["raters.npz"].startswith("d3ffe808")
    assert [line["identical"] for line in numbers["comparisons"]] == [True] * 8


@pytest.mark.release
def test_one_vote_shows(release: Release) -> None:
    """Turn one no into a yes."""
    votes = release.votes
    vote = int(np.argmax(votes.answers == 0))
    question = int(votes.items[vote])
    codes = votes.codes.copy()
    codes[vote] += 2
    result = reproduce(replace(release, votes=replace(votes, codes=codes)))
    assert not result.identical
    comparison = result.comparisons[0]
    assert comparison.recomputed == "184,961 equal"
    (difference,) = comparison.differences
    assert difference == (
        f"question {question} {release.questions.name(question)}: published "
        f"{release.scores[question].item()!r}, recomputed {result.scores[question].item()!r}"
    )


@pytest.mark.release
def test_one_golden_answer_shows(release: Release) -> None:
    golden = release.golden
    codes = golden.raters.codes.copy()
    codes[0] += 1 if codes[0] % 3 < 2 else -1
    altered = replace(golden, raters=replace(golden.raters, codes=codes))
    result = reproduce(replace(release, golden=altered))
    assert not result.comparisons[0].identical
    assert len(result.comparisons[0].differences) == 5


@pytest.mark.release
def test_the_last_bit_of_one_score_shows(release: Release) -> None:
    scores = release.scores.copy()
    scores[100_000] = np.nextafter(scores[100_000], 0)
    result = reproduce(replace(release, scores=scores))
    assert not result.identical
    assert [line.identical for line in result.comparisons] == [False] + [True] * 7
    assert result.comparisons[0].differences[0].startswith("question 100000 (ILSVRC2012_val_")


def test_the_sign_of_zero_shows(simulated: Release) -> None:
    zero = np.zeros(len(simulated.scores))
    assert compare_scores(replace(simulated, scores=zero), zero).identical
    comparison = compare_scores(replace(simulated, scores=zero), -zero)
    assert comparison.recomputed == "0 equal"
    assert comparison.differences[0].endswith("published 0.0, recomputed -0.0")


def test_a_label_in_another_place_shows(simulated_dir: Path, tmp_path: Path) -> None:
    folder = bad.linked(simulated_dir, tmp_path / "release")
    label_sets = json.loads((folder / "real.json").read_text())
    image = next(i for i, labels in enumerate(label_sets) if len(labels) > 1)
    published = label_sets[image][::-1]
    recomputed, label_sets[image] = label_sets[image], published
    bad.rewrite(folder / "real.json", to_json(label_sets))
    comparison = reproduce(load_release(folder)).comparisons[1]
    assert not comparison.identical
    assert comparison.differences == (
        f"ILSVRC2012_val_{image + 1:08}.JPEG: published {published}, recomputed {recomputed}",
    )


def test_a_file_that_is_written_otherwise_shows(simulated_dir: Path, tmp_path: Path) -> None:
    folder = bad.linked(simulated_dir, tmp_path / "release")
    bad.rewrite(folder / "real.json", (folder / "real.json").read_text() + "\n")
    result = reproduce(load_release(folder))
    assert [line.identical for line in result.comparisons] == [True, False] + [True] * 6
    assert result.comparisons[1].differences == (
        "the same labels in the same order, but the file is written otherwise",
    )


def test_a_simulated_release(simulated: Release) -> None:
    result = reproduce(simulated)
    assert result.identical
    numbers = summary(simulated, result)
    assert numbers["simulated"] is True
    page = report_html(simulated, result, numbers, b"no picture")
    assert "<title>A SIMULATED release, recomputed: identical</title>" in page
    assert "SIMULATED: these votes were drawn from a model" in page


def test_report_of_a_difference(simulated: Release) -> None:
    scores = simulated.scores.copy()
    scores[3] = np.nextafter(scores[3], 0)
    altered = replace(simulated, scores=scores, simulated=False)
    result = reproduce(altered)
    page = report_html(altered, result, summary(altered, result), b"no picture")
    assert "<title>The ReaL scores and labels, recomputed: NOT identical</title>" in page
    assert html.escape(result.comparisons[0].differences[0]) in page
    assert '<td class="no">NO</td>' in page
    assert "SIMULATED" not in page


def test_summary_without_a_number_that_json_lacks(simulated: Release) -> None:
    """Keep every label: no threshold is too low, and nothing lies below the interval."""
    everything = replace(
        simulated,
        scores=np.ones(len(simulated.scores)),
        golden=replace(simulated.golden, raters=only_first_rater(simulated.golden.raters)),
    )
    result = reproduce(everything)
    figure3: Figure3 = result.figure3
    nothing = figure3.curve.at(math.inf)
    result = replace(
        result,
        interval=result.interval._replace(low=-math.inf),
        figure3=replace(figure3, chosen=nothing),
    )
    numbers = json.loads(json.dumps(summary(everything, result), allow_nan=False))
    assert numbers["thresholds_with_the_same_labels"]["above"] is None
    assert numbers["golden"]["at_threshold"]["precision"] is None
    assert numbers["rater_accuracy"]["raters"] == 1


def only_first_rater(votes: Votes) -> Votes:
    first = votes.raters == votes.raters[0]
    items, raters, answers = (
        column[first] for column in (votes.items, votes.raters, votes.answers)
    )
    only = Votes.from_triples(
        items,
        raters,
        answers,
        n_items=votes.n_items,
        n_raters=votes.n_raters,
        n_answers=votes.n_answers,
    )
    return replace(only, rater_names=votes.rater_names)


def test_scores_file_as_the_published_one(simulated: Release) -> None:
    stream = io.BytesIO()
    write_scores(stream, simulated, simulated.scores)
    stream.seek(0)
    published = bad.arrays_of(simulated.folder / "scores.npz")
    with np.load(stream) as written:
        assert list(written) == ["tensor", "info"]
        for name, array in published.items():
            np.testing.assert_array_equal(written[name], array, strict=True)
