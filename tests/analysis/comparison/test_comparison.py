"""Methods side by side: each number is that of the function it comes from, or of a plain count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import (
    METHODS,
    IdentifiabilityWarning,
    VoteError,
    Votes,
    compare_fits,
    fit_ibcc,
    held_out_log_likelihood,
    simulate_votes,
)
from analysis import AnalysisError, compare_on_votes, measure_rightness
from analysis.comparison.comparison import USUAL, VotesComparison
from analysis.comparison.measures import known_items
from analysis.comparison.tables import methods_csv

RATES = np.array([[[0.8, 0.2], [0.3, 0.7]], [[0.7, 0.3], [0.1, 0.9]], [[0.9, 0.1], [0.4, 0.6]]] * 2)
DRAWN = simulate_votes(RATES, class_prior=[0.6, 0.4], n_items=90, votes_per_item=4, seed=2)
TRUTH = np.where(np.arange(90) % 4 == 0, -1, DRAWN.truth)
NAMES = ["vote-share", "dawid-skene", "ibcc", "ibcc-learned", "mace-em"]


@pytest.fixture(scope="module")
def comparison() -> VotesComparison:
    return compare_on_votes(DRAWN.votes, truth=TRUTH, methods=NAMES, replicates=50, seed=4)


def own(votes: Votes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    found = fit_ibcc(votes)
    return found.posterior, found.answer_probabilities()


def test_methods_are_measured_as_by_themselves(comparison: VotesComparison) -> None:
    posteriors = {name: METHODS[name](DRAWN.votes).posterior for name in NAMES}
    measured, less = measure_rightness(posteriors, TRUTH, replicates=50, seed=4)
    models: dict[str, dict[str, Any]] = {name: {"method": name} for name in NAMES}
    rows = compare_fits(DRAWN.votes, models, folds=5, seed=4)
    for method, row in zip(comparison.methods, rows, strict=True):
        np.testing.assert_array_equal(method.result.posterior, posteriors[method.name])
        assert method.rightness == measured[method.name]
        assert method.difference == less[method.name]
        both = (method.behind, method.standard_error)
        assert both == pytest.approx((row.difference, row.standard_error), nan_ok=True)
        assert method.seconds > 0
    assert comparison.n_known == np.count_nonzero(TRUTH >= 0)
    assert comparison.methods[0].held_out is None
    alone = held_out_log_likelihood(DRAWN.votes, method="ibcc", folds=5, seed=4)
    assert comparison.methods[2].held_out is not None
    assert comparison.methods[2].held_out.log_likelihood == alone.log_likelihood


def test_agreement_and_confidence_are_counted(comparison: VotesComparison) -> None:
    counts = DRAWN.votes.answer_counts()
    untied = np.flatnonzero(counts[:, 0] != counts[:, 1])
    for method in comparison.methods:
        labels = method.result.posterior.argmax(axis=1)
        agreed = np.mean([labels[item] == counts[item].argmax() for item in untied])
        assert method.majority_agreement == pytest.approx(agreed)
        assert method.mean_confidence == method.result.posterior.max(axis=1).mean()


def test_only_objectives_of_one_kind_are_compared(comparison: VotesComparison) -> None:
    behind = {method.name: method.objective_behind for method in comparison.methods}
    assert [name for name in NAMES if np.isnan(behind[name])] == [
        *("vote-share", "dawid-skene", "mace-em")
    ]
    objectives = [method.result.objective for method in comparison.methods]
    assert behind["ibcc-learned"] == 0
    assert behind["ibcc"] == objectives[2] - objectives[3] < 0


def test_without_truth_nothing_is_said_of_it() -> None:
    found = compare_on_votes(DRAWN.votes, methods=["ibcc"], folds=2)
    assert found.n_known == 0
    assert found.methods[0].rightness is None
    text = methods_csv(found)
    assert "accuracy" not in text
    assert text.startswith("method,held_out,held_out_behind,")


def test_the_table_has_every_number(comparison: VotesComparison) -> None:
    header, *lines = methods_csv(comparison).splitlines()
    columns = header.split(",")
    assert len(columns) == len(set(columns))
    for method, line in zip(comparison.methods, lines, strict=True):
        row = dict(zip(columns, line.split(","), strict=True))
        assert row["method"] == method.name
        assert method.rightness is not None
        assert float(row["macro_f1_high"]) == method.rightness.macro_f1.high
        assert (row["held_out"] == "") == (method.held_out is None)
        assert row["objective_kind"] == METHODS[method.name].objective_kind


def test_own_methods_stand_beside_the_catalogues() -> None:
    told: list[tuple[str, float]] = []
    found = compare_on_votes(
        DRAWN.votes,
        truth=TRUTH,
        methods={"mine": own, "ibcc": "ibcc"},
        replicates=10,
        progress=lambda what, done: told.append((what, done)),
    )
    mine, ibcc = found.methods
    assert told == [("mine", 0.0), ("ibcc", 0.5)]
    assert mine.rightness == ibcc.rightness
    assert (mine.behind, ibcc.behind) == (0, 0)
    assert mine.result.objective_kind == "score"


def test_the_usual_methods_are_there() -> None:
    assert set(USUAL) <= METHODS.keys()


def test_what_does_not_fit_is_refused() -> None:
    votes = DRAWN.votes
    wrong: list[tuple[type[ValueError], str, Any]] = [
        (AnalysisError, "no methods to compare", {"methods": []}),
        (AnalysisError, "give a list of methods", {"methods": "ibcc"}),
        (AnalysisError, "two methods are called alike: ibcc, ibcc", {"methods": ["ibcc", "ibcc"]}),
        (VoteError, "method 'best' is not one of", {"methods": ["best"]}),
        (VoteError, "folds=1 of 360 votes", {"methods": ["ibcc"], "folds": 1}),
        (AnalysisError, "truth of item 0 is 7", {"truth": np.full(90, 7)}),
        (VoteError, "mine has 3 classes, but there are 2 answers", {"methods": {"mine": thirds}}),
    ]
    for error, message, options in wrong:
        with pytest.raises(error, match=message):
            compare_on_votes(votes, **options)


def thirds(votes: Votes) -> NDArray[np.float64]:
    return np.full((votes.n_items, 3), 1 / 3)


def test_what_a_method_warns_of_is_kept() -> None:
    codes = np.arange(30)
    few = Votes.from_triples(codes // 3, codes, codes * 7 % 11 % 3)  # a vote a rater
    with pytest.warns(IdentifiabilityWarning) as caught:
        METHODS["dawid-skene"](few)
    found = compare_on_votes(few, methods=["dawid-skene", "ibcc"], folds=2)
    assert found.methods[0].doubts == tuple(dict.fromkeys(str(one.message) for one in caught))
    assert found.methods[1].doubts == ()


def test_truth_is_read_before_the_work_whatever_memory_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What stands for the posteriors that are not there yet must not be what memory held."""
    looked_at: list[NDArray[np.float64]] = []

    def look(by_name: dict[str, NDArray[np.float64]], truth: Any) -> None:
        looked_at.extend(by_name.values())
        known_items(by_name, truth)

    monkeypatch.setattr("analysis.comparison.comparison.known_items", look)
    with monkeypatch.context() as memory:
        memory.setattr(np, "empty", lambda shape: np.full(shape, np.nan))
        with pytest.raises(AnalysisError, match="does not fit 90 items"):
            compare_on_votes(DRAWN.votes, truth=TRUTH[1:], methods=["vote-share"])
    assert np.isfinite(looked_at[0]).all()
