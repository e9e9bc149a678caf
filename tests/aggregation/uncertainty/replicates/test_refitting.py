"""The bootstrap of any method against the method on votes that are really drawn anew."""

from __future__ import annotations

import numpy as np
import pytest

from aggregation import METHODS, Method, bootstrap, predicts, simulate_votes, vote_share
from aggregation.uncertainty.replicates.refitting import trials_of_result

from ....support.methods import quietly

RATES = np.array([[[0.8, 0.2], [0.3, 0.7]], [[0.7, 0.3], [0.1, 0.9]], [[0.9, 0.1], [0.4, 0.6]]] * 2)
VOTES = simulate_votes(RATES, class_prior=[0.6, 0.4], n_items=80, votes_per_item=4, seed=2).votes
OTHERS = {name: method for name, method in METHODS.items() if "dawid" not in method.place}


@pytest.mark.parametrize("method", OTHERS.values(), ids=OTHERS)
def test_replicates_are_the_method_on_drawn_items(method: Method) -> None:
    result = quietly(method, VOTES)
    groups = np.arange(80) // 7 * 3
    boot = bootstrap(result, groups=groups, raters=[4, 0], replicates=2, seed=9)
    assert boot.error_rates.shape == (2, 2, 2, 2)
    assert len(boot) == 2
    for k in range(2):
        chosen = np.random.default_rng((9, k)).integers(12, size=12)
        items = np.sort(np.concatenate([np.flatnonzero(groups == 3 * group) for group in chosen]))
        onward = getattr(result, "onward", None)
        start = result.posterior if onward is None else onward
        options = {"start": start[items]} if "start" in method.takes else {}
        again = quietly(method, VOTES.select(items), **options)
        np.testing.assert_allclose(boot.class_prior[k], again.posterior.mean(axis=0), atol=1e-9)
        np.testing.assert_allclose(boot.error_rates[k].sum(axis=-1), 1, rtol=1e-9)
        if predicts(again):
            expected = again.answer_probabilities()[[4, 0]]
            np.testing.assert_allclose(boot.error_rates[k], expected, atol=1e-9)
    same = bootstrap(result, groups=groups, raters=[4, 0], replicates=2, seed=9, threads=1)
    assert same.error_rates.tobytes() == boot.error_rates.tobytes()


def test_known_items_stay_known() -> None:
    truth = np.full(80, -1)
    truth[::2] = 1
    method = METHODS["ibcc"]
    result = quietly(method, VOTES, truth=truth)
    boot = bootstrap(result, replicates=1, seed=3)
    items = np.sort(np.random.default_rng((3, 0)).integers(80, size=80))
    again = quietly(method, VOTES.select(items), truth=truth[items], start=result.posterior[items])
    np.testing.assert_allclose(boot.class_prior[0], again.posterior.mean(axis=0), atol=1e-9)


def test_shares_of_a_method_without_a_model_are_of_its_posteriors() -> None:
    share = bootstrap(vote_share(VOTES), replicates=300, seed=1)
    low, high = share.intervals().class_prior
    assert (low < vote_share(VOTES).posterior.mean(axis=0)).all()
    assert (vote_share(VOTES).posterior.mean(axis=0) < high).all()
    # the mean of means of items: its standard error is known
    by_item = vote_share(VOTES).posterior[:, 0]
    expected = by_item.std() / np.sqrt(80)
    np.testing.assert_allclose(share.standard_errors().class_prior, expected, rtol=0.15)
    trials = trials_of_result(vote_share(VOTES))
    np.testing.assert_allclose(trials.error_rates[:, :, 0].sum(axis=1), VOTES.votes_per_rater())
