from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.contingency_tables import SquareTable

from aggregation import Votes
from analysis import AnalysisError, Release, retest
from analysis.raters.agreement.retest import answered_twice, symmetry_p


def one_by_one(release: Release) -> list[tuple[int, int, int, int]]:
    """Find second answers by looking each vote up among the golden answers."""
    golden = release.golden
    answers = zip(golden.raters.items, golden.raters.raters, golden.raters.answers, strict=True)
    first = {(int(item), int(rater)): int(answer) for item, rater, answer in answers}
    place = {int(question): row for row, question in enumerate(golden.questions)}
    votes = release.votes
    return [
        (place[item], rater, first[place[item], rater], answer)
        for item, rater, answer in zip(
            votes.items.tolist(), votes.raters.tolist(), votes.answers.tolist(), strict=True
        )
        if item in place and (place[item], rater) in first
    ]


def test_second_answers_one_by_one(simulated: Release) -> None:
    found = zip(*(column.tolist() for column in answered_twice(simulated)), strict=True)
    assert sorted(found) == sorted(one_by_one(simulated))


def test_tables(simulated: Release) -> None:
    found = retest(simulated, scale="interval", replicates=200)
    rows = one_by_one(simulated)
    expected = np.zeros((simulated.votes.n_raters, 3, 3))
    for _, rater, first, second in rows:
        expected[rater, first, second] += 1
    np.testing.assert_array_equal(found.tables, expected)
    before, after = [row[2] for row in rows], [row[3] for row in rows]
    kappa = cohen_kappa_score(before, after, weights="quadratic")
    assert found.kappa.value == pytest.approx(kappa, rel=1e-12)
    same = np.mean(np.equal(before, after))
    assert found.agreement.value == pytest.approx(same)
    assert found.agreement.low < same < found.agreement.high
    for rater in range(simulated.votes.n_raters):
        mine = [row for row in rows if row[1] == rater]
        share = np.mean([row[2] == row[3] for row in mine]) if mine else math.nan
        assert found.by_rater.value[rater] == pytest.approx(share, nan_ok=True)
        assert (len(mine) == 0) == bool(np.isnan(found.kappa_by_rater[rater, 0]) or not mine)


def test_other_raters(simulated: Release) -> None:
    golden = simulated.golden.raters.to_tensor()
    same = asked = 0
    for question, rater, _, second in one_by_one(simulated):
        others = np.delete(golden[:, question], rater, axis=0)
        same += others[:, second].sum()
        asked += others.sum()
    assert retest(simulated, replicates=10).others.value == pytest.approx(same / asked)


def test_a_rater_who_remembers_everything(simulated: Release) -> None:
    rows = one_by_one(simulated)
    given = {(row[0], row[1]): row[2] for row in rows}
    place = {int(question): row for row, question in enumerate(simulated.golden.questions)}
    votes = simulated.votes
    answers = [
        given.get((place.get(item, -1), rater), answer)
        for item, rater, answer in zip(
            votes.items.tolist(), votes.raters.tolist(), votes.answers.tolist(), strict=True
        )
    ]
    remembered = Votes.from_triples(
        votes.items, votes.raters, answers, n_items=votes.n_items, n_raters=votes.n_raters
    )
    found = retest(replace(simulated, votes=remembered), replicates=50)
    np.testing.assert_allclose(found.agreement, 1, rtol=1e-12)
    np.testing.assert_allclose(found.kappa, 1, rtol=1e-12)
    assert found.changed_p == 1
    assert found.others.value < 1


def test_nobody_was_asked_again(simulated: Release) -> None:
    golden = np.zeros(len(simulated.questions), dtype=bool)
    golden[simulated.golden.questions] = True
    votes = simulated.votes
    elsewhere = ~golden[votes.items]
    without = Votes.from_triples(
        votes.items[elsewhere],
        votes.raters[elsewhere],
        votes.answers[elsewhere],
        n_items=votes.n_items,
        n_raters=votes.n_raters,
        n_answers=3,
    )
    with pytest.raises(AnalysisError, match="no rater answered a golden question a second time"):
        retest(replace(simulated, votes=without))


@pytest.mark.parametrize("seed", range(5))
def test_symmetry_is_that_of_a_peer(seed: int) -> None:
    table = np.random.default_rng(seed).integers(1, 30, (3, 3))
    assert symmetry_p(table) == pytest.approx(SquareTable(table).symmetry().pvalue, rel=1e-9)


@pytest.mark.release
def test_release(release: Release) -> None:
    found = retest(release, replicates=200)
    assert found.table.sum() == 5497
    assert np.trace(found.table) == 3970 + 246 + 579
    assert found.agreement.value == pytest.approx(0.87229, abs=5e-6)
    assert found.others.high < found.agreement.low
    rows = answered_twice(release)
    kappa = cohen_kappa_score(rows[2], rows[3])
    assert retest(release, scale="nominal", replicates=10).kappa.value == pytest.approx(kappa)
