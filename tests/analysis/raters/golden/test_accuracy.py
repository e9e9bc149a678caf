from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import Votes
from analysis import Release, rater_accuracy
from analysis.raters.golden.accuracy import KINDS, RaterAccuracy, majority_of_others, raters_csv
from analysis.release.files.readers import ANSWERS
from analysis.release.published import original_label_answers
from analysis.release.release import Golden
from analysis.statistics.estimates import Estimates
from analysis.tables import to_csv

PROPORTIONS = ("accuracy", "precision", "recall", "specificity")


@pytest.fixture(scope="module")
def accuracy(simulated: Release) -> RaterAccuracy:
    return rater_accuracy(simulated)


def said(tensor: NDArray[np.int64], rater: int, question: int) -> str | None:
    """Look up one answer in a dense tensor, or None."""
    given = [answer for code, answer in enumerate(ANSWERS) if tensor[rater, question, code]]
    return given[0] if given else None


def one_by_one(answers: list[str | None], truth: list[bool | None]) -> dict[str, float]:
    """Count one rater's answers with a loop, and divide."""
    pairs = [(a, t) for a, t in zip(answers, truth, strict=True) if a is not None and t is not None]
    yes = [(a == "yes", t) for a, t in pairs]

    def share(of: list[bool]) -> float:
        return sum(of) / len(of) if of else math.nan

    found = {
        "accuracy": share([y == t for y, t in yes]),
        "precision": share([t is True for y, t in yes if y]),
        "recall": share([y for y, t in yes if t]),
        "specificity": share([not y for y, t in yes if not t]),
    }
    for name, fits in (("misfit", False), ("fits", True)):
        of_truth = [a for a, t in pairs if t == fits]
        for answer in ANSWERS:
            found[f"{answer}_if_{name}"] = share([a == answer for a in of_truth])
    return found


def as_row(accuracy: RaterAccuracy, row: int) -> dict[str, float]:
    """Take one row's estimates by the names of the csv columns."""
    found = {name: float(getattr(accuracy, name).value[row]) for name in PROPORTIONS}
    for cls, truth in enumerate(("misfit", "fits")):
        for code, answer in enumerate(ANSWERS):
            found[f"{answer}_if_{truth}"] = float(accuracy.error_rates.value[row, cls, code])
    return found


def expected_rows(release: Release) -> list[dict[str, float]]:
    """Every row by loops over the dense tensors."""
    golden = release.golden
    experts, raters = golden.experts.to_tensor(), golden.raters.to_tensor()
    n_questions = len(golden.questions)
    yes = [
        [said(experts, expert, q) == "yes" for expert in range(len(experts))]
        for q in range(n_questions)
    ]
    truth: list[bool | None] = [sum(votes) >= 3 for votes in yes]
    rows = [
        one_by_one([said(raters, rater, q) for q in range(n_questions)], truth)
        for rater in range(len(raters))
    ]
    for expert in range(len(experts)):
        others = [votes[:expert] + votes[expert + 1 :] for votes in yes]
        majority = [
            None if 2 * sum(votes) == len(votes) else 2 * sum(votes) > len(votes)
            for votes in others
        ]
        rows.append(one_by_one([said(experts, expert, q) for q in range(n_questions)], majority))
    original = []
    for question in golden.questions:
        image, label = release.questions.images[question], release.questions.labels[question]
        original.append("yes" if release.original_labels[image - 1] == label else "no")
    return [*rows, one_by_one(list(original), truth)]


def assert_rows_are(accuracy: RaterAccuracy, expected: list[dict[str, float]]) -> None:
    assert len(accuracy.raters) == len(expected)
    for row, numbers in enumerate(expected):
        found = as_row(accuracy, row)
        assert found.keys() == numbers.keys()
        np.testing.assert_array_equal(list(found.values()), list(numbers.values()))


def test_counted_one_by_one(simulated: Release, accuracy: RaterAccuracy) -> None:
    assert_rows_are(accuracy, expected_rows(simulated))


def test_rows(simulated: Release, accuracy: RaterAccuracy) -> None:
    votes, experts = simulated.votes, simulated.golden.experts
    assert accuracy.raters == (*votes.rater_names, *experts.rater_names, "original label")
    kinds = ["rater"] * votes.n_raters + ["expert"] * experts.n_raters + ["original label"]
    assert accuracy.kinds.tolist() == kinds
    by_rater = votes.to_tensor().sum(axis=(1, 2))
    assert accuracy.votes.tolist() == [*by_rater, *[0] * experts.n_raters, 0]
    answered = simulated.golden.raters.to_tensor().sum(axis=(1, 2))
    n_golden = len(simulated.golden.questions)
    assert accuracy.golden_answers.tolist() == [*answered, *[n_golden] * experts.n_raters, n_golden]
    assert (accuracy.undecided[accuracy.kinds != "expert"] == 0).all()


def test_raters_without_golden_answers(simulated: Release, accuracy: RaterAccuracy) -> None:
    without = np.flatnonzero(accuracy.golden_answers == 0)
    assert 0 < len(without) < simulated.votes.n_raters
    for name in (*PROPORTIONS, "error_rates"):
        for part in getattr(accuracy, name):
            assert np.isnan(part[without]).all()
    assert not np.isnan(np.delete(accuracy.accuracy.value, without)).any()


def test_every_estimate_is_in_its_interval(accuracy: RaterAccuracy) -> None:
    for name in (*PROPORTIONS, "error_rates"):
        estimate, low, high = getattr(accuracy, name)
        known = ~np.isnan(estimate)
        assert known.any()
        assert (low[known] <= estimate[known]).all()
        assert (estimate[known] <= high[known]).all()
    rates = accuracy.error_rates.value
    sums = rates.sum(axis=2)
    np.testing.assert_allclose(sums[~np.isnan(sums)], 1, rtol=1e-15)


def test_of_kind_takes_the_rows_of_one_kind(accuracy: RaterAccuracy) -> None:
    parts = [accuracy.of_kind(kind) for kind in KINDS]
    assert sum((part.raters for part in parts), ()) == accuracy.raters
    for name in ("kinds", "votes", "golden_answers", "counts", "undecided"):
        together = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(together, getattr(accuracy, name))


def golden_of(answers: list[str]) -> Golden:
    """Golden questions from one string of n, m, y and - (no answer) for each expert."""
    tensor = np.zeros((len(answers), len(answers[0]), 3), dtype=np.int64)
    for expert, row in enumerate(answers):
        for question, answer in enumerate(row):
            if answer != "-":
                tensor[expert, question, "nmy".index(answer)] = 1
    votes = Votes.from_tensor(tensor, answer_names=ANSWERS)
    return Golden(np.arange(len(answers[0])), votes, votes)


def test_majority_of_others() -> None:
    #                   3:1   2:2   1:3   2 yes, 2 maybe   1:0   nobody else
    golden = golden_of(["yyynny", "yyny--", "yynm--", "ynnm--", "nnyyy-"])
    assert majority_of_others(golden, 0).tolist() == [1, -1, 0, -1, 1, -1]
    # without the last expert, the first question is 4:0 and the third 1:3
    assert majority_of_others(golden, 4).tolist() == [1, 1, 0, 0, 0, 1]


def test_experts_answers_without_a_majority_are_counted_apart(simulated: Release) -> None:
    golden = golden_of(["yyynny", "yyny--", "yynm--", "ynnm--", "nnyyy-"])
    release = replace(simulated, golden=golden, votes=golden.raters)
    experts = rater_accuracy(release).of_kind("expert")
    assert experts.golden_answers.tolist() == [6, 4, 4, 4, 5]
    assert experts.undecided[0] == 3
    # truth 1, 0, 1 on the first, third and fifth question; the answers are yes, yes, no
    assert experts.counts[0].tolist() == [[0, 0, 1], [1, 0, 1]]
    assert experts.accuracy.value[0] == 1 / 3


def test_original_label_says_yes_to_itself_alone(simulated: Release) -> None:
    answers = original_label_answers(simulated)
    golden = simulated.golden.questions
    assert answers.n_votes == answers.n_items == len(golden)
    questions = simulated.questions
    for question, answer in zip(golden, answers.answers, strict=True):
        original = simulated.original_labels[questions.images[question] - 1]
        assert ANSWERS[answer] == ("yes" if original == questions.labels[question] else "no")


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_holds_every_number(accuracy: RaterAccuracy) -> None:
    rows = read(raters_csv(accuracy))
    assert [row["rater"] for row in rows] == [str(name) for name in accuracy.raters]
    assert [row["kind"] for row in rows] == accuracy.kinds.tolist()
    for name in ("votes", "golden_answers", "undecided"):
        assert [int(row[name]) for row in rows] == getattr(accuracy, name).tolist()
    for name in PROPORTIONS:
        assert_columns_are(rows, name, getattr(accuracy, name))
    for cls, truth in enumerate(("misfit", "fits")):
        for code, answer in enumerate(ANSWERS):
            rates = Estimates(*(part[:, cls, code] for part in accuracy.error_rates))
            assert_columns_are(rows, f"{answer}_if_{truth}", rates)


def assert_columns_are(rows: list[dict[str, str]], name: str, expected: Estimates) -> None:
    for suffix, part in zip(("", "_low", "_high"), expected, strict=True):
        found = [float(row[name + suffix] or "nan") for row in rows]
        np.testing.assert_array_equal(found, part)


def test_csv_header(accuracy: RaterAccuracy) -> None:
    lines = raters_csv(accuracy).splitlines()
    assert lines[0].startswith("rater,votes,accuracy,accuracy_low,accuracy_high,kind,")
    assert "nan" not in "".join(lines)
    assert len(lines) == len(accuracy.raters) + 1


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ([0.1, 1 / 3, math.nan, 1e-300], ["0.1", "0.3333333333333333", "", "1e-300"]),
        (np.array([0.1, np.nan]), ["0.1", ""]),
        (np.array([1, 20_000]), ["1", "20000"]),
        (["a,b", 'quote"', None], ['"a,b"', '"quote"""', ""]),
    ],
)
def test_cells(column: Any, cells: list[str]) -> None:
    rows = [f"{row},{cell}" for row, cell in enumerate(cells)]
    assert to_csv({"row": range(len(cells)), "x": column}).splitlines() == ["row,x", *rows]


def test_columns_of_unequal_length() -> None:
    with pytest.raises(ValueError, match="equally long"):
        to_csv({"a": [1, 2], "b": [1]})


@pytest.mark.release
def test_numbers_of_the_release(release: Release) -> None:
    accuracy = rater_accuracy(release)
    raters = accuracy.of_kind("rater")
    known = raters.accuracy.value[raters.golden_answers > 0]
    assert (len(raters.raters), len(known)) == (85, 78)
    summary = [np.median(known), known.min(), known.max()]
    assert [round(float(value), 5) for value in summary] == [0.87004, 0.25815, 0.91013]
    assert raters.votes.sum() == 924_810
    assert set(np.unique(raters.golden_answers)) == {0, 1135}
    without = {raters.raters[row] for row in np.flatnonzero(raters.golden_answers == 0)}
    assert without == {111, 132, 134, 146, 153, 167, 189}

    original = accuracy.of_kind("original label")
    assert round(float(original.precision.value[0]), 5) == 0.78710
    assert round(float(original.recall.value[0]), 5) == 0.49194
    assert original.counts[0, :, 2].sum() == 155
    assert original.counts[0].sum(axis=1).tolist() == [887, 248]


@pytest.mark.release
def test_release_counted_one_by_one(release: Release) -> None:
    assert_rows_are(rater_accuracy(release), expected_rows(release))
