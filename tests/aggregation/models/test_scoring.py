"""Scores of new votes are those that the earlier fit would have given, whatever else there is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from aggregation import METHODS, VoteError, Votes, VoteStore, fit_dawid_skene, score_votes
from aggregation.models.earlier import SCORING, earlier_fit

from ...support.em_models import quiet_fit
from ...support.new_votes import Row, drawn_rows, votes_of
from ...support.stores import write_csv

OLD = drawn_rows()
NEW = drawn_rows("hgedcba", ("dog", "cat"), n_items=40, seed=1)


def table_of(rows: list[Row]) -> pa.Table:
    columns = map(list, zip(*rows, strict=True))
    return pa.table(dict(zip(("item", "rater", "answer"), columns, strict=True)))


@pytest.mark.parametrize("name", SCORING)
def test_the_fit_s_own_votes_have_the_fit_s_own_bits(name: str) -> None:
    votes = votes_of(OLD)
    fit = METHODS[name](votes)
    scores = score_votes(votes, fit)
    np.testing.assert_array_equal(scores.posterior, fit.posterior)
    some = score_votes(votes.select([7, 3, 30]), fit, threads=2)
    np.testing.assert_array_equal(some.posterior, fit.posterior[[7, 3, 30]])
    assert (scores.n_impossible, scores.method) == (0, fit_method(name))
    assert list(scores.class_names) == list(fit.class_names)
    np.testing.assert_array_equal(scores.answer_probabilities(), fit.answer_probabilities())


def fit_method(name: str) -> str:
    """Return what a result calls its method: all of Dawid & Skene's are one function."""
    return name if "ibcc" in name or "bayes" in name else "dawid-skene"


def test_switched_classes_have_the_same_bits() -> None:
    votes = votes_of(drawn_rows(answers=("a", "b", "c", "d"), n_items=200, seed=4))
    for seed in range(6):
        fit = quiet_fit(votes, restarts=2, seed=seed, pseudo_count=0.1)
        turned = replace(
            fit,
            switched=np.array([2, 0, 3, 1]),
            error_rates=fit.error_rates[:, [2, 0, 3, 1]],
            class_prior=fit.class_prior[[2, 0, 3, 1]],
        )
        back = score_votes(votes, turned).posterior[:, np.argsort([2, 0, 3, 1])]
        np.testing.assert_array_equal(
            back, score_votes(votes, replace(fit, switched=np.arange(4))).posterior
        )


def slow_scores(rows: list[Row], votes: Votes, fit: Any) -> np.ndarray:
    """Multiply rates of names, a vote at a time; who is unknown has the mean of the others."""
    earlier = earlier_fit(fit)
    rates, prior = earlier.tables
    raters, answers = list(earlier.rater_names), list(earlier.answer_names)
    weights = earlier.weights
    mean = (
        np.array(
            [
                [
                    sum(w * r for w, r in zip(weights[:, c], rates[:, c, a], strict=True))
                    for a in range(3)
                ]
                for c in range(3)
            ]
        )
        / weights.sum(axis=0)[:, None]
    )
    found = np.tile(prior, (votes.n_items, 1))
    for item, rater, answer in rows:
        of_rater = rates[raters.index(rater)] if rater in raters else mean
        found[votes.item_names.index(item)] *= of_rater[:, answers.index(answer)]
    return np.asarray(found / found.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("name", ["dawid-skene-map", "ibcc", "one-coin-bayes"])
def test_new_votes_are_scored_by_name(name: str) -> None:
    fit, votes = METHODS[name](votes_of(OLD)), votes_of(NEW)
    scores = score_votes(votes, fit)
    np.testing.assert_allclose(scores.posterior, slow_scores(NEW, votes, fit), rtol=1e-11)
    assert (scores.votes.answer_names, scores.held.n_unknown) == (fit.votes.answer_names, 2)
    assert scores.held.said("fitted") == (
        f"Scored with {fit_method(name)} from fitted: 5 of 7 raters are known; 2 take the mean of "
        "their rates."
    )
    for item in range(votes.n_items):
        codes = scores.votes.codes[slice(*scores.votes.starts[item : item + 2])]
        assert (np.diff(codes) >= 0).all()


def test_a_store_is_scored_to_the_same_bits(tmp_path: Path) -> None:
    paths = [write_csv(tmp_path / f"{k}.csv", table_of(rows)) for k, rows in enumerate((OLD, NEW))]
    old, new = (VoteStore.ingest(path, tmp_path / path.stem, partitions=3) for path in paths)
    fit = fit_dawid_skene(old)
    parts = [part.posterior for part in score_votes(old, fit).parts()]
    own = [part.posterior for part in fit.parts()]
    np.testing.assert_array_equal(np.concatenate(parts), np.concatenate(own))
    scores = score_votes(new, fit)
    found = np.concatenate([part.posterior for part in scores.parts(threads=2)])
    np.testing.assert_array_equal(found, score_votes(new.votes(), fit).posterior)
    assert scores.class_names == ("cat", "dog", "emu")
    assert scores.n_classes == 3


def test_an_impossible_item_is_scored_beside_the_others() -> None:
    rows = [(f"i{k}", rater, "no" if k % 2 else "yes") for k in range(20) for rater in "ab"]
    fit = quiet_fit(votes_of(rows))
    new = votes_of([("x", "a", "no"), ("x", "b", "no"), ("y", "a", "no"), ("y", "b", "yes")])
    scores = score_votes(new, fit)
    assert scores.n_impossible == 1
    np.testing.assert_array_equal(scores.posterior[0], [1.0, 0.0])
    np.testing.assert_allclose(scores.posterior[1], [0.5, 0.5], rtol=1e-12)


def test_other_classes_than_answers_keep_their_names() -> None:
    fit = earlier_fit(quiet_fit(votes_of(OLD), n_classes=2))
    scores = score_votes(votes_of(NEW), replace(fit, class_names=("tame", "wild")))
    assert set(scores.labels()["label"]) <= {"tame", "wild"}
    assert "tame" in scores.summary()


def test_what_cannot_be_scored_is_refused() -> None:
    votes = votes_of(OLD)
    fit = fit_dawid_skene(votes)
    with pytest.raises(VoteError, match="the posteriors of mace rest on more than rates"):
        score_votes(votes, METHODS["mace"](votes))
    with pytest.raises(VoteError, match=r"2 of 7 raters are not in the fit \('g', 'h'\)"):
        score_votes(votes_of(NEW), fit, unknown_raters="error")
    strange = votes_of([*NEW, ("item 0", "a", "fox"), ("item 1", "b", "fox")])
    with pytest.raises(VoteError, match=r"2 votes are for answers that are not in the fit \('fox'"):
        score_votes(strange, fit)
    given = strange.where(strange.answers != list(strange.answer_names).index("fox"))
    np.testing.assert_array_equal(  # an answer that nobody gave does no harm
        score_votes(given, fit).posterior, score_votes(votes_of(NEW), fit).posterior
    )
