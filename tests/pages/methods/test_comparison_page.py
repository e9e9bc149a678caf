"""The numbers of docs/comparison.md, and the README's, are those of the release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregation import METHODS, Aggregation, HeldOut, fit_ebcc, held_out_log_likelihood
from analysis import Release, check_model, compare_methods, recalibrate
from analysis.scores.calibration_report import (
    ISOTONIC,
    MAJORITY,
    PLATT,
    report_calibration,
    scored_by,
    scores_to_calibrate,
)
from analysis.scores.methods.comparison import Comparison
from analysis.scores.methods.methods import EBCC, GLAD, OWN, PUBLISHED
from analysis.scores.methods.optimism import in_and_out_of_sample
from analysis.scores.recalibration import PlattMap
from analysis.statistics.bands import Bands
from analysis.statistics.estimates import Estimate

PAGE = Path(__file__).parents[3] / "docs" / "comparison.md"
pytestmark = pytest.mark.release


@pytest.fixture(scope="module")
def page() -> str:
    return " ".join(PAGE.read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def comparison(release: Release) -> Comparison:
    return compare_methods(release)


@pytest.fixture(scope="module")
def ebcc(release: Release) -> Aggregation:
    """Fit EBCC to the release, which takes a while."""
    return fit_ebcc(release.votes, **MODELS[EBCC][1])


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
    some = {name: scores[name] for name in (PUBLISHED, GLAD, EBCC, ISOTONIC, PLATT)}
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


MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "Dawid & Skene, 2 classes": ("dawid-skene", {"n_classes": 2}),
    "Dawid & Skene, 3 classes": ("dawid-skene", {"n_classes": 3}),
    "IBCC, 2 classes": ("ibcc", {"n_classes": 2, "diagonal": OWN}),
    GLAD: ("glad", {}),
    EBCC: ("ebcc", {"n_classes": 2, "diagonal": OWN, "restarts": 0}),
}


def test_models_of_the_votes(release: Release, ebcc: Aggregation, page: str) -> None:
    votes, kept, baseline = release.votes, release.scores >= 0.8, None
    assert f"of the {kept.sum():,} published ones" in page
    for name, (method, options) in MODELS.items():
        fit = ebcc if name == EBCC else METHODS[method](votes, **options)
        check = check_model(fit, replicates=20)
        added = options | ({"pseudo_count": 0.1} if method == "dawid-skene" else {})
        held_out = held_out_log_likelihood(votes, method=method, **added)
        above = fit.posterior[:, -1] >= 0.8
        baseline = baseline or held_out
        cells = (
            name,
            f"{check.chi_square.observed:,.0f}, {check.chi_square.expected:.0f}",
            f"{100 * check.misplaced.observed:.1f} %",
            f"{100 * check.agreement.expected:.1f} %",
            f"{held_out.log_likelihood:.4f}",
            "" if held_out is baseline else gain(held_out, baseline),
            f"{above.sum():,}, +{(above & ~kept).sum():,} -{(~above & kept).sum():,}",
        )
        assert f"| {' | '.join(cells)} |".replace("|  |", "| |") in page
        assert f"Of the votes {100 * check.agreement.observed:.1f} % of pairs agree." in page


def gain(held_out: HeldOut, baseline: HeldOut) -> str:
    """Write the mean paired difference, and its standard error, in thousandths of a nat."""
    voted = baseline.votes_of_item > 0
    sizes = baseline.votes_of_item[voted]
    by_item = (held_out.by_item - baseline.by_item)[voted]
    mean = by_item.sum() / sizes.sum()
    error = np.sqrt(len(sizes) * np.var(by_item - mean * sizes, ddof=1)) / sizes.sum()
    return f"{1000 * mean:+.1f} ± {1000 * error:.1f}"


def test_another_start_of_ebcc_ends_no_higher(
    release: Release, ebcc: Aggregation, page: str
) -> None:
    other = fit_ebcc(release.votes, seed=0, **MODELS[EBCC][1])
    assert other.objective != ebcc.objective
    assert abs(other.objective - ebcc.objective) < 1e-3
    used = ebcc.parameters["group_counts"] > 100
    assert used.sum(axis=1).tolist() == [3, 3]
    assert "It uses three groups for either class." in page
