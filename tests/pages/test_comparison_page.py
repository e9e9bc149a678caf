"""The numbers of docs/comparison.md, and the README's, are those of the release."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import Release, compare_methods, recalibrate
from analysis.scores.calibration_report import (
    ISOTONIC,
    MAJORITY,
    PLATT,
    report_calibration,
    scored_by,
    scores_to_calibrate,
)
from analysis.scores.methods.comparison import Comparison
from analysis.scores.methods.methods import PUBLISHED
from analysis.scores.methods.optimism import in_and_out_of_sample
from analysis.scores.recalibration import PlattMap
from analysis.statistics.bands import Bands
from analysis.statistics.estimates import Estimate

PAGE = Path(__file__).parents[2] / "docs" / "comparison.md"
pytestmark = pytest.mark.release


@pytest.fixture(scope="module")
def page() -> str:
    return " ".join(PAGE.read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def comparison(release: Release) -> Comparison:
    return compare_methods(release)


def written(measured: Estimate) -> str:
    return f"{measured.value:.4f} [{measured.low:.4f}, {measured.high:.4f}]"


def test_bands(release: Release, page: str) -> None:
    data = in_and_out_of_sample(release)

    def rows(bands: Bands) -> list[str]:
        point = bands.at(0.8)
        return [*map(written, (bands.average_precision, *point[1:]))]

    names = ("average precision", "precision at 0.8", "recall at 0.8", "F1 at 0.8")
    for name, fitted, left_out in zip(
        names, rows(data.in_sample), rows(data.out_of_sample), strict=True
    ):
        assert f"| {name} | {fitted} | {left_out} |" in page
    optimism = data.optimism
    about = f"about {optimism.low:.3f} to {optimism.high:.3f}"
    assert f"{about}, given the fitted scores: {written(optimism)}, small beside" in page
    readme = " ".join((PAGE.parents[1] / "README.md").read_text(encoding="utf-8").split())
    assert f"by {about} of average precision" in readme


def test_no_golden_question_changes_sides(release: Release, comparison: Comparison) -> None:
    scores = comparison.methods[0].scores
    assert ((scores.in_sample >= 0.8) == (scores.out_of_sample >= 0.8)).all()


def test_methods(comparison: Comparison, page: str) -> None:
    for method in comparison.methods:
        gap = method.difference
        less = f"{gap.value:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}] |"
        assert (
            f"| {method.name} | {method.in_sample.value:.4f} | {written(method.out_of_sample)} | "
            + ("" if method.name == PUBLISHED else less)
        ) in page


def test_calibration(release: Release, comparison: Comparison, page: str) -> None:
    scores = scores_to_calibrate(release, scored_by(comparison))
    some = {name: scores[name] for name in (PUBLISHED, ISOTONIC, PLATT)}
    report = report_calibration(release, some)
    for name, by_outcome in report.of.items():
        found = by_outcome[MAJORITY]
        measures = (found.brier, found.log_loss, found.expected_calibration_error)
        assert f"| {name} | {' | '.join(map(written, measures))} |" in page
    bins = report.of[PUBLISHED][MAJORITY].bins
    assert f"of the {bins.n[-1]} golden questions with a score of 0.9 or more" in page
    assert f"the mean score is {bins.mean_score[-1]:.3f}, and the experts agree in " in page
    assert f"{bins.outcome[-1]:.3f} [{bins.low[-1]:.3f}, {bins.high[-1]:.3f}]" in page


def test_platt(release: Release, page: str) -> None:
    mapping = recalibrate(release, method="platt").mapping
    assert isinstance(mapping, PlattMap)
    assert f"multiplies the log-odds by {mapping.slope:.2f}." in page
