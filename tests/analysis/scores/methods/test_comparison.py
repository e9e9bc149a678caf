from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from sklearn.metrics import average_precision_score

from analysis import AnalysisError, Release, compare_methods
from analysis.figures import bands_figure, comparison_figure, figure_bytes
from analysis.figures.comparison import difference_in_words, reach_of, round_below
from analysis.scores.figure3 import votes_alone
from analysis.scores.golden_curves import golden_bands
from analysis.scores.methods.comparison import Comparison, comparison_csv
from analysis.scores.methods.optimism import in_and_out_of_sample
from analysis.statistics.estimates import Estimate

pytestmark = pytest.mark.filterwarnings("ignore::aggregation.errors.IdentifiabilityWarning")


@pytest.fixture(scope="module")
def data(simulated: Release) -> Comparison:
    return compare_methods(simulated, folds=3, replicates=80, seed=5)


def texts(figure: Figure) -> str:
    """Join all that can be read in the figure, each line break a space."""
    found = [text.get_text().replace("\n", " ") for text in figure.findobj(Text)]
    return f"| {' | '.join(found)} |"


def test_average_precision_is_that_of_scikit_learn(simulated: Release, data: Comparison) -> None:
    truth = simulated.golden.fits()
    for method in data.methods:
        for measured, scores in (
            (method.in_sample, method.scores.in_sample),
            (method.out_of_sample, method.scores.out_of_sample),
        ):
            expected = average_precision_score(truth, scores)
            np.testing.assert_allclose(measured.value, expected, rtol=1e-12)
            assert measured.low < measured.value < measured.high


def test_differences_are_those_of_the_averages_on_the_same_draws(
    simulated: Release, data: Comparison
) -> None:
    first, *others = data.methods
    assert [*first.difference, *first.difference_in_sample] == [0] * 6
    for method in others:
        assert method.difference.value == method.out_of_sample.value - first.out_of_sample.value
        in_sample = method.in_sample.value - first.in_sample.value
        assert method.difference_in_sample.value == in_sample
        drawn = [
            golden_bands(
                simulated, of.scores.out_of_sample, replicates=80, seed=5
            ).replicates.average_precision
            for of in (method, first)
        ]
        ends = np.quantile(drawn[0] - drawn[1], (0.025, 0.975))
        np.testing.assert_allclose(method.difference[1:], ends, rtol=1e-12)


def test_rules_are_those_of_figure_3(simulated: Release, data: Comparison) -> None:
    assert tuple(rule.point for rule in data.votes_alone) == votes_alone(simulated)
    assert list(data.rules)[1] == "votes alone: at least 2 of 5 are yes"


def test_seed_and_threads(simulated: Release, data: Comparison) -> None:
    again = compare_methods(simulated, folds=3, replicates=80, seed=5, threads=1)
    assert comparison_csv(again) == comparison_csv(data)
    other = compare_methods(simulated, folds=3, replicates=80, seed=6)
    assert comparison_csv(other) != comparison_csv(data)


def test_csv(data: Comparison) -> None:
    rows = list(csv.DictReader(io.StringIO(comparison_csv(data))))
    assert [row["method"] for row in rows] == [*(m.name for m in data.methods), *data.rules]
    for row, method in zip(rows, data.methods, strict=False):
        assert float(row["average_precision_in_sample"]) == method.in_sample.value
        assert float(row["average_precision_out_of_sample_low"]) == method.out_of_sample.low
        assert float(row["difference_out_of_sample_high"]) == method.difference.high
        assert float(row["precision"]) == method.point.precision.value
        assert int(row["kept"]) == method.point.point.kept
    last = rows[-1]
    assert last["average_precision_in_sample"] == last["difference_in_sample"] == ""
    assert (last["threshold"], int(last["hits"])) == ("5.0", data.votes_alone[-1].point.hits)


def test_progress_is_told(simulated: Release) -> None:
    told: list[tuple[str, float]] = []
    compare_methods(
        simulated, folds=2, replicates=5, progress=lambda what, done: told.append((what, done))
    )
    assert ("published recipe", 0.0) in told[:1]
    assert ("EM, golden truth clamped", 2 / 3) in told
    assert told[-1][0] == "bootstrap"
    assert all(0 <= done <= 1 for _, done in told)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 1.5}, r"threshold 1\.5 is not in 0\.\.1"),
        ({"folds": 1}, "folds=1: give 2 to 60"),
        ({"replicates": 0}, "replicates=0"),
        ({"confidence": 2.0}, "confidence 2"),
    ],
)
def test_refuses(simulated: Release, options: dict[str, float], message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        compare_methods(simulated, **options)  # type: ignore[arg-type]


def test_figure_names_every_method(data: Comparison) -> None:
    found = texts(comparison_figure(data))
    for method in data.methods:
        assert f"| {method.name} |" in found or f"| {method.name} (1 of" in found
        assert f"| {method.out_of_sample.value:.3f} |" in found
    for method in data.methods[1:]:
        assert f"| {difference_in_words(method.difference)} |" in found
    assert "SIMULATED release" in found
    assert "of 60 images" in found


def test_figures_stay_on_the_page(data: Comparison, simulated: Release) -> None:
    for figure in (
        comparison_figure(data),
        bands_figure(in_and_out_of_sample(simulated, replicates=40)),
    ):
        figure.draw_without_rendering()
        page = figure.bbox
        for text in figure.findobj(Text):
            # an empty tick label has no place
            if text.get_text() and text.get_visible() and text.get_text() != "SIMULATED":
                box = text.get_window_extent()
                assert page.x0 <= box.x0 <= box.x1 <= page.x1, text.get_text()
                assert page.y0 <= box.y0 <= box.y1 <= page.y1, text.get_text()


def test_same_figure_same_bytes(data: Comparison) -> None:
    assert figure_bytes(comparison_figure(data), "pdf") == figure_bytes(
        comparison_figure(data), "pdf"
    )


def test_bands_figure_states_the_optimism(simulated: Release) -> None:
    data = in_and_out_of_sample(simulated, replicates=40)
    found = texts(bands_figure(data))
    optimism = f"{data.optimism.value:.4f} [{data.optimism.low:.4f}, {data.optimism.high:.4f}]"
    assert f"less that out of sample is {optimism}, a paired interval, given the" in found
    area = data.out_of_sample.average_precision
    assert f"out of sample: average precision {area.value:.3f} [{area.low:.3f}" in found
    assert "SIMULATED release" in found


def test_axis_of_differences_leaves_out_what_is_far() -> None:
    gaps = [Estimate(0.0, -0.01, 0.01), Estimate(0.0, -0.02, 0.01), Estimate(-0.5, -0.6, -0.4)]
    assert reach_of(gaps) == 1.15 * 0.02
    assert reach_of([Estimate(0, 0, 0)]) > 0
    assert [round_below(value) for value in (0.0199, 0.02, 0.06, 1.0)] == [0.01, 0.02, 0.05, 1.0]


@pytest.mark.release
def test_release(release: Release) -> None:
    data = compare_methods(release)
    found = {method.name: method for method in data.methods}
    areas = {name: round(method.in_sample.value, 5) for name, method in found.items()}
    assert areas["published recipe"] == 0.89324
    assert areas["EM, 2 classes"] == areas["EM, golden truth as start"] == 0.89221
    assert areas["EM, 3 classes"] == 0.88862
    # Out of sample no method but votes alone is told apart from the published recipe.
    for name, method in found.items():
        apart = not method.difference.low <= 0 <= method.difference.high
        assert apart == (name in ("votes alone: share of yes", "GLAD, 3 classes")), name
