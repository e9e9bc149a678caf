"""Standard errors of chosen raters, without a matrix, are those of the dense solution."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from aggregation import (
    Fit,
    IdentifiabilityWarning,
    VoteError,
    Votes,
    fit_dawid_skene,
    simulate_votes,
    standard_errors,
)
from aggregation.uncertainty import conjugate_gradients as module

from ...support.curvature import PRIOR, RATES, SQUARE, small

# Sets are small here, so that numerical differences are quick.
pytestmark = pytest.mark.filterwarnings("ignore:.* votes a parameter:aggregation.VoteWarning")


@pytest.fixture(scope="module")
def moderate() -> Fit:
    rng = np.random.default_rng(2)
    rates = rng.dirichlet([1, 1, 1], size=(40, 3)) * 0.4 + np.eye(3) * 0.6
    votes = simulate_votes(
        rates, class_prior=[0.5, 0.3, 0.2], n_items=1500, votes_per_item=5, seed=1
    ).votes
    return fit_dawid_skene(votes, pseudo_count=0.1, truth=np.where(np.arange(1500) % 9, -1, 0))


@pytest.mark.parametrize("robust", [{}, {"robust": True, "groups": np.arange(1500) // 4}])
def test_a_moderate_fit_has_those_of_the_dense_solution(
    moderate: Fit, robust: dict[str, Any]
) -> None:
    dense = standard_errors(moderate, **robust)
    chosen = standard_errors(moderate, raters=[7, 3], **robust)
    np.testing.assert_array_equal(chosen.raters, [7, 3])
    np.testing.assert_allclose(chosen.error_rates, dense.error_rates[[7, 3]], rtol=1e-6)
    np.testing.assert_allclose(chosen.class_prior, dense.class_prior, rtol=1e-6)
    places = np.r_[7 * 9 : 8 * 9, 3 * 9 : 4 * 9, 40 * 9 : 40 * 9 + 3]
    np.testing.assert_allclose(
        chosen.covariance(), dense.covariance()[np.ix_(places, places)], rtol=1e-6, atol=1e-12
    )
    for some, everyone in zip(chosen.intervals(), dense.intervals(), strict=True):
        np.testing.assert_allclose(
            some, everyone[:, [7, 3]] if some.ndim == 4 else everyone, rtol=1e-6
        )


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"family": "one-coin"}, id="one-coin"),
        pytest.param({"family": "shared", "pseudo_count": 1.0}, id="shared"),
        pytest.param({"class_prior": PRIOR}, id="fixed class prior"),
        pytest.param({"error_rates": SQUARE[[0, 1, 2, 3, 0]]}, id="fixed error rates"),
    ],
)
def test_so_has_any_family(options: dict[str, Any]) -> None:
    fit = fit_dawid_skene(small(SQUARE).votes, n_classes=2, tol=1e-13, **options)
    dense, chosen = standard_errors(fit), standard_errors(fit, raters=[1, 4])
    np.testing.assert_allclose(chosen.error_rates, dense.error_rates[[1, 4]], rtol=1e-6)
    np.testing.assert_allclose(chosen.class_prior, dense.class_prior, rtol=1e-6)


def test_a_fit_that_is_refused_has_those_of_some_raters() -> None:
    rates = np.tile(SQUARE[:1], (1600, 1, 1))
    votes = simulate_votes(rates, class_prior=PRIOR, n_items=9000, votes_per_item=10, seed=0).votes
    fit = fit_dawid_skene(votes, pseudo_count=1)
    with pytest.raises(VoteError, match=re.escape("standard_errors(fit, raters=[...])")):
        standard_errors(fit)
    errors = standard_errors(fit, raters=range(5))
    # no error is less than if the classes were seen, and here they nearly are
    rows = fit.error_rates[:5] * (1 - fit.error_rates[:5])
    counts = np.array(
        [np.bincount(votes.items[votes.raters == r], minlength=9000) for r in range(5)]
    )
    least = np.sqrt(rows / (counts @ fit.posterior + 2)[:, :, None])
    assert (errors.error_rates > least).all()
    assert (errors.error_rates < 1.5 * least).all()
    assert (errors.class_prior > np.sqrt(PRIOR[0] * PRIOR[1] / 9000)).all()


def test_what_the_votes_do_not_tell_is_found() -> None:
    drawn = simulate_votes(RATES, class_prior=PRIOR, n_items=200, votes_per_item=4, seed=3)
    alone = np.arange(200, 260)
    start = np.concatenate((RATES, [[[0.4, 0.3, 0.3], [0.2, 0.3, 0.5]]])), PRIOR
    votes = Votes.from_triples(
        np.append(drawn.votes.items, alone),
        np.append(drawn.votes.raters, np.full(60, 4)),
        np.append(drawn.votes.answers, np.arange(60) % 3),
    )
    with pytest.warns(IdentifiabilityWarning, match="2 pieces"):
        fit = fit_dawid_skene(votes, n_classes=2, start=start, tol=1e-14)
    with pytest.warns(IdentifiabilityWarning, match="do not tell error rates of rater 4:"):
        dense = standard_errors(fit)
    with pytest.warns(IdentifiabilityWarning, match="do not tell error rates of rater 4:"):
        chosen = standard_errors(fit, raters=[4, 2])
    assert np.isnan(chosen.error_rates[0]).all()
    np.testing.assert_allclose(chosen.error_rates[1], dense.error_rates[2], rtol=1e-6)
    np.testing.assert_allclose(chosen.class_prior, dense.class_prior, rtol=1e-6)


def test_a_saddle_is_refused() -> None:
    votes = simulate_votes(SQUARE, class_prior=PRIOR, n_items=200, votes_per_item=4, seed=1).votes
    at_saddle = fit_dawid_skene(votes, start=np.full((200, 2), 0.5))
    with pytest.raises(VoteError, match=r"not at a maximum of the likelihood .* restarts"):
        standard_errors(at_saddle, raters=[0])


def test_steps_run_out_with_a_word(monkeypatch: pytest.MonkeyPatch, moderate: Fit) -> None:
    monkeypatch.setattr(module, "MOST_STEPS", 2)
    with pytest.raises(VoteError, match="2 steps of conjugate gradients"):
        standard_errors(moderate, raters=[0])


def test_raters_that_are_not_there_are_refused(moderate: Fit) -> None:
    with pytest.raises(VoteError, match="40"):
        standard_errors(moderate, raters=[40])
