"""CROWDLAB is the paper's, and cleanlab's where that is installed; and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation import VoteError, Votes, fit_crowdlab, vote_share

from ...support.crowdlab_oracle import crowdlab
from ...support.em_models import crowd

# get_label_quality_multiannotator(..., return_weights=True) of cleanlab 2.9.0, of the votes below
CONSENSUS = [0, 1, 2, 0, 1, 0]
WEIGHTS = [0.7619047619047619, 0.5238095238095238, 0.375]
MODEL_WEIGHT = 0.5091750772173155


def guesses(n_items: int, n_classes: int, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).dirichlet(np.ones(n_classes), n_items)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n_classes=st.integers(2, 4))
def test_it_is_the_paper_s(seed: int, n_classes: int) -> None:
    rng = np.random.default_rng(seed)
    n_votes = int(rng.integers(8, 60))
    votes = Votes.from_triples(
        np.append(rng.integers(9, size=n_votes), [0, 0]),
        np.append(rng.integers(5, size=n_votes), [0, 1]),
        np.append(rng.integers(n_classes, size=n_votes), [0, 0]),
        n_items=10,
        n_raters=6,
        n_answers=n_classes,
    )
    guess = guesses(10, n_classes, seed)
    np.testing.assert_allclose(
        fit_crowdlab(votes, probabilities=guess).posterior, crowdlab(votes, guess), rtol=1e-10
    )


def test_it_is_cleanlab_s() -> None:
    multiannotator = pytest.importorskip("cleanlab.multiannotator")
    votes = crowd(n_raters=6, n_classes=3, n_items=80, votes_per_item=4)
    wide = np.full((votes.n_items, votes.n_raters), np.nan)
    wide[votes.items, votes.raters] = votes.answers
    guess = guesses(votes.n_items, 3, 1)
    found = multiannotator.get_label_quality_multiannotator(
        wide, guess, return_weights=True, verbose=False
    )
    fit = fit_crowdlab(votes, probabilities=guess)
    consensus = found["label_quality"]["consensus_label"]
    np.testing.assert_array_equal(consensus, fit.parameters["consensus"])
    np.testing.assert_allclose(found["annotator_weight"], fit.parameters["weight"])
    np.testing.assert_allclose(found["model_weight"], fit.parameters["classifier_weight"][0])


def test_values_of_cleanlab_2_9() -> None:
    votes = Votes.from_triples(
        [0, 0, 0, 1, 1, 2, 2, 2, 3, 4, 4, 5, 5, 5],
        [0, 1, 2, 0, 2, 0, 1, 2, 1, 1, 2, 0, 1, 2],
        [0, 0, 1, 1, 1, 2, 2, 2, 0, 1, 2, 0, 0, 0],
    )
    guess = [
        [0.7, 0.2, 0.1],
        [0.3, 0.6, 0.1],
        [0.1, 0.3, 0.6],
        [0.2, 0.5, 0.3],
        [0.25, 0.35, 0.4],
        [0.3, 0.45, 0.25],
    ]
    fit = fit_crowdlab(votes, probabilities=guess)
    assert fit.parameters["consensus"].tolist() == CONSENSUS
    np.testing.assert_allclose(fit.parameters["weight"], WEIGHTS, rtol=1e-12)
    np.testing.assert_allclose(fit.parameters["classifier_weight"], MODEL_WEIGHT, rtol=1e-12)


def test_an_item_without_votes_is_the_classifier_s() -> None:
    votes = crowd(n_raters=4, n_classes=3, n_items=30, votes_per_item=3)
    votes = votes.where(votes.items % 3 > 0)
    guess = guesses(votes.n_items, 3, 2)
    found = fit_crowdlab(votes, probabilities=guess).posterior
    np.testing.assert_allclose(found[::3], guess[::3], rtol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-12)


def test_a_classifier_at_random_is_not_trusted_and_a_good_one_is() -> None:
    votes = crowd(n_raters=8, n_classes=3, n_items=300, votes_per_item=5)
    most = vote_share(votes, ties="first").classes()
    good = np.where(np.eye(3)[most] > 0, 0.8, 0.1)
    trust = [
        fit_crowdlab(votes, probabilities=guess).parameters["classifier_weight"][0]
        for guess in (guesses(300, 3, 3), good)
    ]
    assert trust[0] < 0.3 < 1.5 < trust[1]


def test_order_of_raters_does_not_matter_and_it_can_be_done_again() -> None:
    votes = crowd(n_raters=5, n_classes=3, n_items=40, votes_per_item=3)
    guess = guesses(40, 3, 4)
    fit = fit_crowdlab(votes, probabilities=guess)
    turned = Votes.from_triples(votes.items, 4 - votes.raters, votes.answers, n_items=40)
    other = fit_crowdlab(turned, probabilities=guess)
    np.testing.assert_allclose(other.posterior, fit.posterior, rtol=1e-12)
    again = fit.options.method(votes, **fit.options.arguments())
    np.testing.assert_array_equal(again.posterior, fit.posterior)


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [
        ([[0.5, 0.5]], r"of shape \(1, 2\) do not fit \(item, answer\) = \(2, 2\)"),
        ([[0.5, 0.5], [0.5, 0.4]], r"of item 1 are \[0.5, 0.4\]: give 0 or more, with a sum of 1"),
        ([[0.5, 0.5], [1.5, -0.5]], r"of item 1 are \[1.5, -0.5\]"),
        ([[0.5, np.nan], [0.5, 0.5]], "of item 0"),
    ],
)
def test_what_are_no_probabilities(probabilities: list[list[float]], message: str) -> None:
    votes = Votes.from_triples([0, 0, 1], [0, 1, 0], [0, 1, 1])
    with pytest.raises(VoteError, match=message):
        fit_crowdlab(votes, probabilities=probabilities)


def test_agreement_needs_two_votes() -> None:
    votes = Votes.from_triples([0, 1], [0, 1], [0, 1])
    with pytest.raises(VoteError, match="no item has two votes"):
        fit_crowdlab(votes, probabilities=np.full((2, 2), 0.5))
