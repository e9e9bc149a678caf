"""docs/recipe.md: its code gives the published scores, and its numbers are those of the release."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregation import fit_dawid_skene
from analysis import Release, precision_recall, published_scores, rater_accuracy
from analysis.raters.golden.accuracy import RATER
from analysis.release.labels.label_sets import published_order
from analysis.reproduction import Comparison, reproduce
from analysis.scores.figure3 import figure3_data
from analysis.statistics.precision_recall import OperatingPoint

from ..support.commands import REPRODUCED, Command
from ..support.page_code import run_page, words
from ..support.recipe_oracle import factors_of, multiplied

PAGE = Path(__file__).parents[2] / "docs" / "recipe.md"
# Order of factors as the page has it: five votes are 0 to 4, the original label 5, the prior 6.
ORDERS = {
    "votes, original label, prior": [0, 1, 2, 3, 4, 5, 6],
    "votes, prior, original label": [0, 1, 2, 3, 4, 6, 5],
    "original label, votes, prior": [5, 0, 1, 2, 3, 4, 6],
    "votes from the last rater to the first, original label, prior": [4, 3, 2, 1, 0, 5, 6],
    "prior, votes, original label": [6, 0, 1, 2, 3, 4, 5],
}


@pytest.fixture(scope="module")
def page() -> str:
    return words(PAGE.read_text(encoding="utf-8"))


def run_on(
    release: Release, reassess: Command, monkeypatch: pytest.MonkeyPatch, *, compare: bool
) -> dict[str, Any]:
    monkeypatch.setenv("REASSESS_DATA", str(release.folder))
    names = run_page(PAGE, reassess, compare=compare)
    np.testing.assert_array_equal(names["scores"], published_scores(release))
    return names


def test_the_steps_are_those_of_the_package(
    reassess: Command, simulated: Release, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    names = run_on(simulated, reassess, monkeypatch, compare=False)
    assert names["labels"] == simulated.label_sets
    written = {path.name for path in Path("reproduction").iterdir()}
    assert written == REPRODUCED
    assert all(f"`{name}`" in page for name in written)


@pytest.mark.release
def test_the_steps_give_the_published_scores(
    reassess: Command, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = run_on(release, reassess, monkeypatch, compare=True)
    np.testing.assert_array_equal(names["scores"], release.scores)


def of_golden_questions(release: Release) -> Iterator[str]:
    golden = release.golden
    fits, n_golden = golden.fits(at_least=3), len(golden.questions)
    accuracy = rater_accuracy(release).of_kind(RATER)
    answered = accuracy.golden_answers > 0
    images = np.unique(release.questions.images[golden.questions])
    yield f"{len(answered)} raters gave five votes on each of {release.votes.n_items:,} questions"
    assert set(np.bincount(release.votes.items)) == {5}
    yield f"{n_golden:,} are golden questions, on {len(images)} images: five experts"
    yield f"{fits.sum()} of {n_golden:,}. Of {np.sum(~fits)} it does not"
    yield f"{np.sum(~fits)} + 3 and {fits.sum()} + 3"
    yield f"They are {np.sum(~answered)} of the {len(answered)}"
    yield f"mean of the other {answered.sum()} raters' error rates"
    yield f'{fits.sum()} / {n_golden:,} for "fits"'
    truth = golden.fits(at_least=2)
    yield f"say yes, which are {truth.sum()}"
    says_yes = release.is_original()[golden.questions]
    for name, of_truth in (("does not fit", ~truth), ("fits", truth)):
        no, yes = (np.sum(of_truth & said) for said in (~says_yes, says_yes))
        yield f"| the label {name} | {no} | 0 | {yes} |"
    found = accuracy.accuracy.value[answered]
    yield f"in {np.median(found):.5f} of cases"
    yield f"the least is {found.min():.5f}, the most {found.max():.5f}"


def of_orders(release: Release) -> Iterator[str]:
    factors = factors_of(release)
    for name, order in ORDERS.items():
        equal = np.sum(multiplied(factors, order) == release.scores)
        yield f"| {name} | {equal:,} |"
    logs = np.log(factors).sum(axis=1)
    equal = np.sum(1 / (1 + np.exp(logs[:, 0] - logs[:, 1])) == release.scores)
    assert 25_000 < equal < 31_000  # another machine's logarithm, other last bits
    yield "about 28,000"


def of_em(release: Release) -> Iterator[str]:
    golden = release.golden
    yield f"On the same {release.votes.n_votes:,} votes"
    yield f"| recipe | | {average_precision(release, release.scores):.5f} |"
    for n_classes in (2, 3):
        fit = fit_dawid_skene(release.votes, n_classes=n_classes)
        found = average_precision(release, fit.posterior[:, -1])
        yield f"| EM, {n_classes} classes | {fit.log_likelihood:,.2f} | {found:.5f} |"
        assert not np.any(fit.posterior[golden.questions, -1] == release.scores[golden.questions])


def average_precision(release: Release, scores: np.ndarray[Any, Any]) -> float:
    golden = release.golden
    return precision_recall(scores[golden.questions], truth=golden.fits()).average_precision


def of_labels(release: Release) -> Iterator[str]:
    interval = reproduce(release).interval
    yield f"between {interval.low!r} and {interval.high!r}"
    asked = np.unique(release.questions.images)
    yield f"there are {50_000 - len(asked):,} of them"
    sets = release.label_sets
    yield f"{sum(not labels for labels in sets):,} images have no label left"
    yield f"of the {sum(len(labels) > 1 for labels in sets):,} lists with several labels"
    yield f"{sum(labels != sorted(labels) for labels in sets):,} do not ascend"
    yield f"and {sum(in_todays_order(release))} images would come out in another order"


def in_todays_order(release: Release) -> Iterator[bool]:
    """Say of each image that was asked about whether this interpreter's set has another order."""
    labels_of: dict[int, list[int]] = {}
    order = published_order(release.questions)
    for image, label in zip(
        release.questions.images[order].tolist(),
        release.questions.labels[order].tolist(),
        strict=True,
    ):
        labels_of.setdefault(image, []).append(label)
    for image, labels in labels_of.items():
        published = release.label_sets[image - 1]
        ascending = sorted(labels)
        yield [label for label in set(ascending) if label in published] != published


def of_figure3(release: Release) -> Iterator[str]:
    data = figure3_data(release)

    def row(name: str, point: OperatingPoint) -> str:
        return f"| {name} | {point.precision:.5f} | {point.recall:.5f} | {point.kept} |"

    yield row("score of at least 0.8", data.chosen)
    yield row("score of at least 0.5", data.curve.at(0.5))
    yield row("original ILSVRC label", data.original_label)
    yield row("at least 2 of 5 votes are yes", data.votes_alone[1])


def in_short(line: Comparison) -> str:
    """A row of the table that ends `reassess reproduce`, hashes cut as on the page."""
    cells = (
        f"{text[:8]}…{text[-7:]}" if re.fullmatch(r"[0-9a-f]{64}", text) else text
        for text in (line.published, line.recomputed)
    )
    return f"| {' | '.join((line.what, *cells, 'yes' if line.identical else 'NO'))} |"


@pytest.mark.release
@pytest.mark.parametrize(
    "part", [of_golden_questions, of_orders, of_em, of_labels, of_figure3], ids=lambda f: f.__name__
)
def test_numbers_on_the_page(release: Release, page: str, part: Any) -> None:
    said = list(part(release))
    assert len(said) > 3
    assert [text for text in said if text not in page] == []


@pytest.mark.release
def test_the_table_is_what_reproduce_finds(release: Release, page: str) -> None:
    rows = map(in_short, reproduce(release).comparisons)
    assert " ".join(rows) in page
