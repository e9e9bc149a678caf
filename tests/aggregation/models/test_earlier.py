"""What an earlier fit knows, by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aggregation import METHODS, VoteError, fit_dawid_skene, fit_ibcc, vote_share
from aggregation.models.earlier import SCORING, earlier_fit, places_of

from ...support.new_votes import drawn_rows, votes_of

VOTES = votes_of(drawn_rows())


def test_names_are_found_by_their_text() -> None:
    assert places_of(["b", "a", "c", 1], ["a", "b", "1"]).tolist() == [1, 0, -1, 2]
    assert places_of(range(3), range(3)).tolist() == [0, 1, 2]
    assert places_of(range(3), range(2)).tolist() == [0, 1, -1]
    assert places_of([1, "1"], [1, "1"]).tolist() == [0, 1]


@pytest.mark.parametrize("name", SCORING)
def test_its_tables_are_those_of_the_last_e_step(name: str) -> None:
    fit = METHODS[name](VOTES)
    earlier = earlier_fit(fit)
    rates, prior = earlier.tables
    for item in range(VOTES.n_items):
        held = slice(*VOTES.starts[item : item + 2])
        joint = prior * np.prod(rates[VOTES.raters[held], :, VOTES.answers[held]], axis=0)
        np.testing.assert_allclose(joint / joint.sum(), fit.posterior[item], rtol=1e-10, atol=1e-14)
    assert earlier.classes_are_answers
    assert repr(earlier).endswith(": 6 raters, 3 classes, 3 answers, 234 votes)")


def test_the_mean_rater_counts_rows_by_their_votes() -> None:
    fit = fit_dawid_skene(VOTES, tol=1e-14)
    rates = fit.error_rates
    mean = earlier_fit(fit).mean_rater(rates)
    # maximum likelihood of one rater who gave all votes
    counts = np.zeros((3, 3))
    for item, answer in zip(VOTES.items, VOTES.answers, strict=True):
        counts[:, answer] += fit.posterior[item]
    np.testing.assert_allclose(mean, counts / counts.sum(axis=1, keepdims=True), rtol=1e-7)
    unweighted = replace(earlier_fit(fit), counted=None).mean_rater(rates)
    np.testing.assert_allclose(unweighted, rates.mean(axis=0), rtol=1e-14)


def test_a_method_without_a_model_of_the_answers_is_refused() -> None:
    with pytest.raises(VoteError, match="has no model of the answers"):
        earlier_fit(vote_share(VOTES))


def test_classes_come_in_another_order() -> None:
    earlier = earlier_fit(fit_ibcc(VOTES))
    turned = earlier.of_classes(["emu", "cat", "dog"])
    np.testing.assert_array_equal(turned.error_rates, earlier.error_rates[:, [2, 0, 1]])
    np.testing.assert_array_equal(turned.tables.rates, earlier.tables.rates[:, [2, 0, 1]])
    np.testing.assert_array_equal(turned.weights, earlier.weights[:, [2, 0, 1]])
    with pytest.raises(VoteError, match="the earlier fit has the classes 'cat', 'dog', 'emu'"):
        earlier.of_classes(["cat", "dog"])
