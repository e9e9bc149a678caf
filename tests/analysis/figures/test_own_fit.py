"""Figures of one's own fit: its classes by name, marks where the numbers are, all inside."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray

from aggregation import Fit, Votes, fit_dawid_skene, simulate_votes, vote_share
from analysis import (
    AnalysisError,
    check_model,
    plot_agreement,
    plot_calibration,
    plot_error_rates,
    plot_model_check,
    plot_more_votes,
    plot_precision_recall,
    precision_recall,
    rater_quality,
)

from ...support.figures import texts

NAMES = ("capuchin", "cat", "dog <b>$x$</b>")
SHOWN = ("capuchin", "cat", r"dog <b>\$x\$</b>")
RATES = [[[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.3, 0.6]]] * 7


@pytest.fixture(scope="module")
def drawn() -> tuple[Votes, NDArray[np.int64]]:
    simulated = simulate_votes(
        RATES, class_prior=[0.5, 0.3, 0.2], n_items=400, votes_per_item=4, seed=3
    )
    votes = simulated.votes
    named = [NAMES[code] for code in votes.answers]
    truth = simulated.truth.copy()
    truth[200:] = -1
    return Votes.from_triples(votes.items, votes.raters, named), truth


@pytest.fixture(scope="module")
def fit(drawn: tuple[Votes, NDArray[np.int64]]) -> Fit:
    return fit_dawid_skene(drawn[0])


@pytest.fixture(scope="module")
def truth(drawn: tuple[Votes, NDArray[np.int64]]) -> NDArray[np.int64]:
    return drawn[1]


@pytest.fixture(scope="module")
def figures(fit: Fit, truth: NDArray[np.int64]) -> dict[str, Figure]:
    return {
        "error_rates": plot_error_rates(fit),
        "model_check": plot_model_check(fit, replicates=5),
        "agreement": plot_agreement(fit),
        "more_votes": plot_more_votes(fit, truth=truth),
        "calibration": plot_calibration(fit, truth=truth, replicates=20),
        "precision_recall": plot_precision_recall(fit, truth=truth, replicates=20),
    }


def test_classes_have_the_fits_own_names(figures: dict[str, Figure]) -> None:
    for name in ("error_rates", "model_check", "more_votes", "calibration", "precision_recall"):
        said = texts(figures[name])
        assert SHOWN[2].split()[1] in said, name
        assert "fits" not in said, name
        assert "misfit" not in said, name
        assert "golden" not in said.lower(), name


def test_all_stays_inside(figures: dict[str, Figure]) -> None:
    for name, figure in figures.items():
        figure.draw_without_rendering()
        box = figure.get_tightbbox()
        width, height = figure.get_size_inches()
        assert box.x0 >= 0, name
        assert box.y0 >= 0, name
        assert box.x1 <= width, name
        assert box.y1 <= height, name


def test_heat_map_has_the_rates(fit: Fit, figures: dict[str, Figure]) -> None:
    quality = rater_quality(fit)
    order = np.argsort(-quality.bits.value, kind="stable")
    (image,) = figures["error_rates"].axes[0].images
    expected = quality.shrunken[order].reshape(len(order), -1)
    np.testing.assert_array_equal(np.asarray(image.get_array()), expected)


def test_model_check_has_the_shares(fit: Fit, figures: dict[str, Figure]) -> None:
    kinds = sorted(check_model(fit, replicates=5).kinds, key=lambda kind: -kind.observed)
    left = figures["model_check"].axes[0]
    observed, expected = (np.asarray(line.get_xdata()).tolist() for line in left.lines)
    assert observed == [kind.observed for kind in kinds if kind.observed > 0]
    assert expected == [kind.expected for kind in kinds if kind.observed > 0]


def test_agreement_is_that_of_the_votes(fit: Fit, figures: dict[str, Figure]) -> None:
    """The two most alike raters in the picture are so in a count of the votes."""
    axes = figures["agreement"].axes[0]
    shares: NDArray[np.float64] = np.ma.filled(np.ma.asarray(axes.images[0].get_array()), np.nan)
    order = [int(text.get_text()) for text in axes.get_yticklabels()]
    given = np.full((fit.votes.n_items, fit.votes.n_raters), -1)
    given[fit.votes.items, fit.votes.raters] = fit.votes.answers
    counted = np.full_like(shares, np.nan)
    for row, one in enumerate(order):
        for column, other in enumerate(order):
            both = (given[:, one] >= 0) & (given[:, other] >= 0) & (one != other)
            if both.any():
                counted[row, column] = np.mean(given[both, one] == given[both, other])
    above = np.triu_indices(len(order), 1)
    np.testing.assert_allclose(shares[above], counted[above], atol=0.08)  # drawn to the mean
    assert np.ptp(shares[above]) < np.ptp(counted[above])
    of_shares = plot_agreement(vote_share(fit.votes)).axes[0]
    written = [[text.get_text() for text in each.texts] for each in (axes, of_shares)]
    assert written[0] == written[1]
    assert len(written[0]) == 2 * len(above[0])


def test_known_items_are_measured(
    fit: Fit, truth: NDArray[np.int64], figures: dict[str, Figure]
) -> None:
    known = truth >= 0
    curve = precision_recall(fit.posterior[known, 2], truth=truth[known] == 2)
    point = curve.at(0.8)
    axes = figures["precision_recall"].axes[0]
    dot = next(line for line in axes.lines if line.get_marker() == "o")
    assert (dot.get_xdata(), dot.get_ydata()) == ([point.recall], [point.precision])
    assert f"of which {curve.n_fits} are dog" in texts(figures["precision_recall"])
    of_cats = texts(plot_precision_recall(fit, truth=truth, cls=1, replicates=20))
    assert "share of the items of cat that are kept" in of_cats
    assert "Items whose class is known: 200." in texts(figures["calibration"])
    shares = plot_calibration(vote_share(fit.votes), truth=truth, cls=0, replicates=20)
    assert "posterior of capuchin" in texts(shares)


def test_items_that_the_fit_was_told_are_not_measured(fit: Fit, truth: NDArray[np.int64]) -> None:
    told = fit_dawid_skene(fit.votes, truth=np.where(np.arange(400) < 50, truth, -1))
    assert "known: 150." in texts(plot_calibration(told, truth=truth, replicates=20))
    all_told = fit_dawid_skene(fit.votes, truth=truth)
    with pytest.raises(AnalysisError, match="the fit was told them all"):
        plot_calibration(all_told, truth=truth)


def test_classes_can_be_named(fit: Fit) -> None:
    two = fit_dawid_skene(fit.votes, n_classes=2)
    said = texts(plot_error_rates(two, class_names=["small", "large"]))
    assert "| class: small |" in said
    assert "| class: large |" in said
    with pytest.raises(AnalysisError, match="class_names has 3 names: give one for each of the 2"):
        plot_error_rates(two, class_names=NAMES)


@pytest.mark.parametrize(
    ("plot", "why"),
    [
        (lambda fit: plot_calibration(fit, truth=[0, 1]), r"truth of shape \(2,\)"),
        (lambda fit: plot_calibration(fit, truth=[3] * 400), "truth has class 3: give 0..2"),
        (lambda fit: plot_calibration(fit, truth=[-1] * 400), "none is given"),
        (lambda fit: plot_calibration(fit, truth=[0] * 400, cls=3), "cls=3 is none of the 3"),
        (lambda fit: plot_more_votes(fit, cls=5), "cls=5 is none of the 3 classes"),
        (lambda fit: plot_model_check(*[fit] * 0), "0 fits: give one to three"),
        (lambda fit: plot_model_check(*[fit] * 4), "4 fits: give one to three"),
        (lambda fit: plot_error_rates(vote_share(fit.votes)), "VoteShare"),
    ],
)
def test_what_cannot_be_drawn_is_refused(fit: Fit, plot: Callable[[Fit], Figure], why: str) -> None:
    with pytest.raises(AnalysisError, match=why):
        plot(fit)


def test_fits_of_different_votes_are_refused(fit: Fit) -> None:
    fewer = fit_dawid_skene(fit.votes.select(np.arange(100)))
    with pytest.raises(AnalysisError, match=r"different votes \(1,600, 400\)"):
        plot_model_check(fit, fewer)


def test_raters_without_items_in_common_have_no_agreement() -> None:
    votes = Votes.from_triples([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 1])
    with pytest.raises(AnalysisError, match="no two raters have enough items in common"):
        plot_agreement(vote_share(votes))
