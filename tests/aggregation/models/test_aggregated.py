"""Results come under the interface, for type checkers too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aggregation import Aggregated, Aggregation, VoteError, Votes, fit_dawid_skene, vote_share
from aggregation.models.aggregated import Call

from ...support.em_models import quiet_fit

VOTES = Votes.from_triples(["a", "a", "b"], ["ann", "bob", "ann"], ["yes", "no", "yes"])


def mine(votes: Votes) -> Aggregation:
    """The shortest method there can be."""
    return Aggregation(
        votes=votes,
        method="mine",
        posterior=np.tile([0.25, 0.75], (votes.n_items, 1)),
        objective=float("nan"),
        objective_kind="score",
        objective_trace=np.empty(0),
        n_steps=0,
        converged=True,
        options=Call(mine, {}),
    )


def test_results_of_all_kinds() -> None:
    results: list[Aggregated] = [mine(VOTES), vote_share(VOTES), quick_fit()]
    for found in results:
        assert found.n_classes == 2
        assert list(found.class_names) == ["no", "yes"]
        again = found.options.method(VOTES, **found.options.arguments())
        np.testing.assert_array_equal(again.posterior, found.posterior)


def quick_fit() -> Aggregated:
    return fit_dawid_skene(VOTES, error_rates=[[[0.8, 0.2], [0.3, 0.7]]] * 2, class_prior=[0.5] * 2)


def test_an_aggregation() -> None:
    found = mine(VOTES)
    np.testing.assert_array_equal(found.classes(), [1, 1])
    assert repr(found) == (
        "Aggregation(method='mine', objective=nan, objective_kind='score', n_steps=0, "
        "converged=True)"
    )
    with pytest.raises(VoteError, match="mine has no model of the answers"):
        found.answer_probabilities()
    with pytest.raises(VoteError, match="vote-share has no model of the answers"):
        vote_share(VOTES).answer_probabilities()


def test_kinds_of_objective() -> None:
    def kind(**options: Any) -> str:
        return quiet_fit(VOTES, **options).objective_kind

    assert kind() == "log likelihood"
    assert kind(pseudo_count=1.0) == "log posterior"
    assert kind(hard=True, pseudo_count=1.0) == "score"
    rates = [[[0.8, 0.2], [0.3, 0.7]]] * 2
    assert kind(error_rates=rates, pseudo_count=1.0) == "log likelihood"
    assert vote_share(VOTES).objective_kind == "score"
