from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray

from aggregation import Votes, simulate_votes
from aggregation.datasets.simulate import draw_error_rates
from analysis import Release, rater_pairs, report_on_release, report_on_votes, without_raters
from analysis.defaults import FORMATS
from analysis.diagnostics.report import ModelReport, model_report_on_release, model_report_on_votes
from analysis.figures import figure_bytes, rater_figures, raters_figure, without_figure
from analysis.figures.error_rates import what_is_drawn
from analysis.raters.pairs.clusters import _shrunken, cluster_raters
from analysis.raters.report import RaterReport, clusters_of_report

from ...support.figures import texts


@pytest.fixture(scope="module")
def report(simulated: Release) -> RaterReport:
    return report_on_release(simulated)


@pytest.fixture(scope="module")
def model(simulated: Release, report: RaterReport) -> ModelReport:
    return model_report_on_release(simulated, fit=report.fit, replicates=5)


@pytest.fixture(scope="module")
def figures(report: RaterReport, model: ModelReport) -> dict[str, Figure]:
    return rater_figures(report, model)


NAMES = ("agreement", "error_rates", "golden_em", "model_check", "more_votes", "raters")


def test_all_figures_are_drawn(figures: dict[str, Figure]) -> None:
    assert sorted(figures) == [*NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_all_stays_inside(figures: dict[str, Figure], name: str) -> None:
    figure = figures[name]
    figure.draw_without_rendering()
    box = figure.get_tightbbox()  # in inches; of ticks only those that are drawn
    width, height = figure.get_size_inches()
    assert box.x0 >= 0
    assert box.y0 >= 0
    assert box.x1 <= width
    assert box.y1 <= height


@pytest.mark.parametrize("name", NAMES)
def test_a_simulated_release_says_so(figures: dict[str, Figure], name: str) -> None:
    assert "SIMULATED release" in texts(figures[name])


@pytest.mark.parametrize("form", FORMATS)
def test_same_figure_same_bytes(report: RaterReport, figures: dict[str, Figure], form: str) -> None:
    assert report.golden is not None
    again = raters_figure(report.golden.accuracy, simulated=True)
    assert figure_bytes(again, form) == figure_bytes(figures["raters"], form)


def test_heat_map_holds_the_rates(report: RaterReport, figures: dict[str, Figure]) -> None:
    (image,) = figures["error_rates"].axes[0].images
    drawn = np.asarray(image.get_array())
    bits = report.quality.bits.value
    assert drawn.shape == (25, 6)
    best, worst = report.quality.shrunken[[bits.argmax(), bits.argmin()]]
    assert np.array_equal(drawn[0], best.ravel())
    assert np.array_equal(drawn[-1], worst.ravel())
    assert "95 % intervals given the items' classes;" in texts(figures["error_rates"])
    refitted = replace(report.quality, refits=200)
    assert "95 % intervals with 200 refits;" in what_is_drawn(refitted)


def test_raters_are_where_they_are(report: RaterReport, figures: dict[str, Figure]) -> None:
    assert report.golden is not None
    raters = report.golden.accuracy.of_kind("rater")
    places = np.asarray(figures["raters"].axes[0].collections[0].get_offsets())
    np.testing.assert_array_equal(places[:, 0], raters.recall.value)
    np.testing.assert_array_equal(places[:, 1], raters.precision.value)
    areas = figures["raters"].axes[0].collections[0].get_sizes()  # type: ignore[attr-defined]
    assert np.argmax(areas) == np.argmax(raters.votes)


def test_clusters_put_copies_beside_each_other() -> None:
    rates = draw_error_rates(10, 2, 3, seed=1, spammers=0)
    votes = simulate_votes(
        rates, class_prior=[0.5, 0.5], n_items=300, votes_per_item=10, seed=1
    ).votes
    answers = votes.answers.reshape(300, 10).copy()
    answers[:, 7] = answers[:, 2]
    answers[:, 5] = answers[:, 2]
    copied = Votes.from_triples(votes.items, votes.raters, answers.ravel())
    pairs = rater_pairs(copied, error_rates=rates, class_prior=[0.5, 0.5])
    found = cluster_raters(pairs)
    assert sorted(found.raters.tolist()) == list(range(10))
    places = [found.raters.tolist().index(rater) for rater in (2, 5, 7)]
    assert max(places) - min(places) == 2
    assert np.array_equal(found.agreement, found.agreement.T, equal_nan=True)
    one, other = found.raters[:2]
    agree = np.mean(answers[:, one] == answers[:, other])
    assert found.agreement[0, 1] == pytest.approx(agree)
    few = cluster_raters(pairs, most=4)
    assert {2, 5, 7} < set(few.raters.tolist())
    assert len(few.raters) == 4
    assert few.n_comparable == 10
    votes_of = np.arange(10)  # the most votes: rater 9
    assert set(cluster_raters(pairs, votes=votes_of, most=4).raters.tolist()) == {2, 5, 7, 9}


def test_both_sides_of_the_diagonal_have_the_same_raters(
    report: RaterReport, figures: dict[str, Figure]
) -> None:
    job, golden = clusters_of_report(report).values()
    assert np.array_equal(job.raters, golden.raters)
    axes = figures["agreement"].axes[0]
    cells: NDArray[np.float64] = np.ma.filled(np.ma.asarray(axes.images[0].get_array()), np.nan)
    below, above = np.tril_indices(len(cells), -1), np.triu_indices(len(cells), 1)
    np.testing.assert_array_equal(cells[below], job.shrunken[below])
    np.testing.assert_array_equal(cells[above], golden.shrunken[above])
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names == [str(report.quality.rater_names[rater]) for rater in job.raters]


def test_shares_of_few_items_are_drawn_towards_the_others() -> None:
    """Two pairs in ten agree on 9 of 10 items, the others on 160 of 200: chance, mostly."""
    agreed = np.array([10, 160, 150, 170, 155, 165])
    n_items = np.array([10, 200, 200, 200, 200, 200])
    found = _shrunken(agreed, n_items)
    mean = agreed.sum() / n_items.sum()
    raw = agreed / n_items
    moved = (found - raw) / (mean - raw)
    assert mean < found[0] < 0.9
    assert np.all((moved > 0) & (moved < 1))
    assert moved[0] > moved[1:].max()
    alike = _shrunken(np.array([80, 80, 80]), np.array([100, 100, 100]))
    np.testing.assert_allclose(alike, 0.8)
    np.testing.assert_array_equal(_shrunken(agreed[:2], n_items[:2]), raw[:2])


def test_model_check_says_shares_as_per_cent(
    figures: dict[str, Figure], model: ModelReport
) -> None:
    figure = figures["model_check"]
    figure.draw_without_rendering()
    ticks = [text.get_text() for text in figure.axes[0].get_xticklabels() if text.get_text()]
    assert ticks
    assert all(tick.endswith(" %") for tick in ticks)
    observed = figure.axes[0].lines[0].get_xdata()
    kinds = sorted((kind.observed for kind in model.checks[0].kinds), reverse=True)
    assert np.asarray(observed).tolist() == [kind for kind in kinds[:24] if kind > 0]
    said = texts(figure)
    unanimous = model.checks[0].unanimous
    assert f"{100 * unanimous.observed:.1f} % are unanimous." in said
    assert f"{100 * unanimous.expected:.1f} % are expected to be unanimous" in said
    assert " not " not in said


def test_raters_who_share_nothing_are_no_cluster() -> None:
    votes = Votes.from_triples([0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 0, 1])
    pairs = rater_pairs(votes, error_rates=[[[0.8, 0.2], [0.2, 0.8]]] * 2, class_prior=[0.5, 0.5])
    assert len(cluster_raters(pairs).raters) == 0


def test_without_figure_has_both_curves(simulated: Release) -> None:
    found = without_raters(simulated, simulated.votes.rater_names[:2], replicates=20)
    figure = without_figure(found)
    said = texts(figure)
    assert "all raters" in said
    assert "without 2 raters" in said
    assert "SIMULATED release" in said
    assert f"{found.after.average_precision.value:.4f}" in said


def test_votes_of_a_user() -> None:
    rates = draw_error_rates(6, 3, seed=2)
    votes = simulate_votes(
        rates, class_prior=[0.5, 0.3, 0.2], n_items=150, votes_per_item=4, seed=3
    ).votes
    shown: dict[str, object] = {}
    report = report_on_votes(votes, show=lambda name, found, **_: shown.update({name: found}))
    assert list(shown) == ["error_rates", "agreement"]
    model = model_report_on_votes(report.fit, replicates=5, show=shown.__setitem__)
    assert list(shown) == ["error_rates", "agreement", "model_check", "more_votes"]
    assert shown["error_rates"] is report.quality
    assert shown["model_check"] == model.checks
    assert shown["more_votes"] == model.bought
    assert sorted(rater_figures(report, model)) == [
        "agreement",
        "error_rates",
        "model_check",
        "more_votes",
    ]
    assert max(row.n_votes for row in model.bought) == 6


def test_of_many_raters_heat_maps_show_some() -> None:
    rates = draw_error_rates(150, 3, seed=4)
    votes = simulate_votes(
        rates,
        class_prior=[0.4, 0.3, 0.3],
        n_items=1200,
        votes_per_item=8,
        rater_weights=np.random.default_rng(5).lognormal(0, 1, 150),
        seed=5,
    ).votes
    report = report_on_votes(votes)
    model = model_report_on_votes(report.fit, replicates=2)
    figures = rater_figures(report, model)
    (rates_drawn,) = figures["error_rates"].axes[0].images
    assert np.asarray(rates_drawn.get_array()).shape == (60, 9)
    sizes = votes.votes_per_rater()
    shown = {text.get_text() for text in figures["error_rates"].axes[0].get_yticklabels()}
    busiest = np.argsort(-sizes, kind="stable")[:60]
    assert shown == {str(rater) for rater in busiest}
    assert "The 60 of 150 raters with the most votes." in texts(figures["error_rates"])
    comparable = len(np.unique(report.pairs.raters[report.pairs.tested]))
    assert f"Shown: 60 of {comparable} raters" in texts(figures["agreement"])
    for figure in figures.values():
        width, height = figure.get_size_inches() * figure.dpi
        assert width <= 1540
        assert height <= 2500


def test_names_of_kinds_are_not_cut_off() -> None:
    """Kinds of three long answers are named in full, inside the figure."""
    names = ["a long answer", "another answer", "the third answer"]
    drawn = simulate_votes(
        draw_error_rates(5, 3, seed=6), class_prior=[0.4, 0.3, 0.3], n_items=200, seed=6
    ).votes
    votes = Votes.from_triples(drawn.items, drawn.raters, [names[k] for k in drawn.answers])
    report = report_on_votes(votes)
    model = model_report_on_votes(report.fit, replicates=2)
    figure = rater_figures(report, model)["model_check"]
    figure.draw_without_rendering()
    assert figure.get_tightbbox().x0 >= 0
