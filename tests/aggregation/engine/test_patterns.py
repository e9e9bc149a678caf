"""Distinct patterns of votes, and the kernels that run over them in blocks."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import Votes
from aggregation.engine import patterns
from aggregation.engine.patterns import Patterns, distinct_patterns
from aggregation.kernels.em import em_step, em_step_many_classes
from aggregation.kernels.patterns import MOST_SORTED
from aggregation.kernels.turns import DONE, desk_of

from ...support import em_oracle
from ...support.em_models import compiles, crowd, distributions, quiet_fit, ragged
from ...support.em_oracle import Model, model_of


def rows(starts: Any, codes: Any) -> list[tuple[int, ...]]:
    """Votes of each item, or of each pattern."""
    return [tuple(codes[a:b].tolist()) for a, b in pairwise(starts)]


def assert_patterns_of(votes: Votes, found: Patterns) -> None:
    """Each item has the votes of its pattern, and weights count the items."""
    of_pattern, of_item = rows(found.starts, found.codes), rows(votes.starts, votes.codes)
    if found.of_item is None:
        assert of_pattern == of_item
        assert (found.weights == 1).all()
        return
    assert [of_pattern[p] for p in found.of_item] == of_item
    assert len(set(of_pattern)) == len(of_pattern) == found.n_patterns
    assert dict(zip(of_pattern, found.weights.tolist(), strict=True)) == Counter(of_item)
    sorted_part = np.minimum(found.weights, MOST_SORTED)
    assert (np.diff(sorted_part) <= 0).all()


@compiles
@given(ragged(), st.integers(1, 3))
def test_patterns_are_those_of_a_dictionary(model: Model, times: int) -> None:
    # Each item several times over, so that most patterns are shared.
    triples = [(i + c * model.n_items, k, l) for i, k, l in model.triples for c in range(times)]  # noqa: E741
    votes = model._replace(triples=triples, n_items=times * model.n_items).votes()
    assert_patterns_of(votes, distinct_patterns(votes))


def test_codes_that_cancel_the_length_are_told_apart() -> None:
    # The first code of an item, combined with how many there are, must not lose the others:
    # [1] against [3, 3], [7] against [3, 5], whatever the multiplier.
    items = np.repeat(np.arange(8), [1, 2, 1, 2, 1, 2, 1, 2])
    codes = [1, 3, 3, 7, 3, 5, 1, 3, 3, 7, 3, 5]
    votes = Votes.from_triples(items, np.array(codes) // 2, np.array(codes) % 2)
    found = distinct_patterns(votes)
    assert found.n_patterns == 4
    assert_patterns_of(votes, found)


@pytest.mark.parametrize("n_codes", [2, 6, 40])
def test_all_small_patterns_are_told_apart(n_codes: int) -> None:
    every = [(a,) for a in range(n_codes)] + [
        (a, b) for a in range(n_codes) for b in range(a, n_codes)
    ]
    items = [i for copy in range(2) for i, row in enumerate(every) for _ in row]
    shift = [copy * len(every) for copy in range(2) for row in every for _ in row]
    codes = np.array([code for _ in range(2) for row in every for code in row])
    votes = Votes.from_triples(np.array(items) + shift, codes // 2, codes % 2, n_answers=2)
    found = distinct_patterns(votes)
    assert found.n_patterns == len(every)
    assert_patterns_of(votes, found)


def test_a_hash_that_fails_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = crowd(n_items=500, votes_per_item=2)
    good = distinct_patterns(votes)
    assert good.of_item is not None
    monkeypatch.setattr(patterns, "MULTIPLIERS", (0, *patterns.MULTIPLIERS))
    again = distinct_patterns(votes)
    np.testing.assert_array_equal(again.of_item, good.of_item)
    np.testing.assert_array_equal(again.codes, good.codes)


def test_without_a_hash_each_item_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = crowd(n_items=500, votes_per_item=2)
    expected = quiet_fit(votes)
    monkeypatch.setattr(patterns, "MULTIPLIERS", (0,))
    assert_patterns_of(votes, found := distinct_patterns(votes))
    assert found.of_item is None
    fit = quiet_fit(votes)
    np.testing.assert_allclose(fit.trace[:3], expected.trace[:3], rtol=1e-12)


def test_items_that_share_nothing_are_not_copied() -> None:
    votes = crowd(n_raters=40, n_items=300, votes_per_item=9)
    found = distinct_patterns(votes)
    assert found.of_item is None
    assert found.codes is votes.codes
    assert found.starts is votes.starts


@pytest.mark.parametrize(("n_different", "worth"), [(20_000, False), (12_000, True), (50, True)])
def test_a_sample_says_whether_all_differ(
    n_different: int, worth: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "LEAST_SAMPLED", 20_000)
    # item i has the votes of pattern i % n_different: its number in base 28, digit by digit
    items = np.arange(20_000)
    pattern = items % n_different
    answers = np.stack([pattern // 28**place % 28 for place in range(4)], axis=1)
    votes = Votes.from_triples(np.repeat(items, 4), np.tile(np.arange(4), 20_000), answers.ravel())
    assert patterns.all_differ_in_a_sample(votes) is not worth
    found = distinct_patterns(votes)
    assert (found.of_item is not None) is worth
    assert_patterns_of(votes, found)


def test_heavy_patterns_come_first() -> None:
    times = [1, 3, 400, 2, 300, 3]
    answers = np.repeat(np.arange(6), times)
    votes = Votes.from_triples(np.arange(len(answers)), np.zeros_like(answers), answers)
    found = distinct_patterns(votes)
    heaviest, rest = found.weights[:2].tolist(), found.weights[2:].tolist()
    assert sorted(heaviest) == [300, 400]  # above 256 the order is of no use, and by hash
    assert rest == [3, 3, 2, 1]
    assert_patterns_of(votes, found)


def test_no_items_have_no_patterns() -> None:
    votes = crowd().select([])
    found = distinct_patterns(votes)
    assert found.n_patterns == 0
    assert found.starts.tolist() == [0]


# --- kernels --------------------------------------------------------------------------------------


def run(model: Model, rates: Any, prior: Any, hard: bool, *, row: int, n_blocks: int) -> Any:
    """Counts, class counts and log-likelihood by block; classes take rows of a width, or one."""
    found = distinct_patterns(model.votes())
    borders = np.linspace(0, found.n_patterns, n_blocks + 1).astype(np.int64)
    more = [(0, 0), (0, 0), (0, -model.n_classes % row)]
    padded = np.pad(rates.transpose(0, 2, 1), more)
    width = padded.shape[2]
    counts = np.full((n_blocks, padded.size), np.nan)
    class_counts = np.full((n_blocks, width), np.nan)
    logs = np.full(n_blocks, np.nan)
    kernel: Any = em_step if width == row else em_step_many_classes
    data = found.starts, found.codes, found.weights, padded.reshape(-1), np.pad(prior, more[2])
    size: Any = ((),) if width == row else ()
    desk = desk_of(0, n_blocks)
    kernel(desk, 0, *data, (0.0,) * row, *size, hard, borders, counts, class_counts, logs)
    assert desk[DONE] == n_blocks
    by_rater = counts.reshape(n_blocks, model.n_raters, model.n_answers, width)
    for padding in (by_rater[..., model.n_classes :], class_counts[:, model.n_classes :]):
        np.testing.assert_array_equal(padding, 0)
    by_rater = by_rater[..., : model.n_classes].transpose(0, 1, 3, 2)
    return by_rater, class_counts[:, : model.n_classes], logs


@compiles
@given(ragged(most_classes=8), st.booleans(), st.integers(1, 4), st.data())
def test_kernels_are_the_oracle(
    model: Model, hard: bool, n_blocks: int, data: st.DataObject
) -> None:
    model = model._replace(hard=hard)
    rates = data.draw(distributions(model.shape, least=1))
    prior = data.draw(distributions((model.n_classes,), least=1))
    assigned = em_oracle.assignment(model, rates, prior)
    for row in (1, 2, 4, 8):
        counts, class_counts, logs = run(model, rates, prior, hard, row=row, n_blocks=n_blocks)
        log_likelihood = em_oracle.log_likelihood(model, rates, prior)
        np.testing.assert_allclose(logs.sum(), log_likelihood, rtol=1e-12, atol=1e-12)
        terms = np.sort(em_oracle.log_joint(model, rates, prior), axis=1)
        if hard and model.n_classes > 1 and (np.diff(terms[:, -2:]) < 1e-9).any():
            continue  # rounding decides a tie
        np.testing.assert_allclose(
            counts.sum(axis=0), em_oracle.counts(model, assigned), rtol=1e-11, atol=1e-13
        )
        np.testing.assert_allclose(class_counts.sum(axis=0), assigned.sum(axis=0), rtol=1e-11)


@pytest.mark.parametrize("n_classes", [9, 10, 15])
@pytest.mark.parametrize("hard", [False, True])
def test_many_classes_are_the_oracle(n_classes: int, hard: bool) -> None:
    votes = crowd(n_classes=n_classes, n_items=60, votes_per_item=4)
    model = model_of(votes, n_classes, hard=hard)
    rng = np.random.default_rng(0)
    rates, prior = (
        rng.dirichlet(np.ones(n_classes), (6, n_classes)),
        np.full(n_classes, 1 / n_classes),
    )
    counts, class_counts, logs = run(model, rates, prior, hard, row=8, n_blocks=3)
    assigned = em_oracle.assignment(model, rates, prior)
    np.testing.assert_allclose(counts.sum(axis=0), em_oracle.counts(model, assigned), atol=1e-11)
    np.testing.assert_allclose(class_counts.sum(axis=0), assigned.sum(axis=0), rtol=1e-11)
    expected = em_oracle.log_likelihood(model, rates, prior)
    assert logs.sum() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("row", [1, 2, 4])
def test_blocks_are_each_their_own_patterns(row: int) -> None:
    votes = crowd(n_items=50, votes_per_item=3)
    model = model_of(votes, 3)
    rng = np.random.default_rng(1)
    rates, prior = rng.dirichlet(np.ones(3), (6, 3)), np.array([0.2, 0.3, 0.5])
    whole = run(model, rates, prior, False, row=row, n_blocks=1)
    parts = run(model, rates, prior, False, row=row, n_blocks=7)
    for one, several in zip(whole, parts, strict=True):
        np.testing.assert_allclose(several.sum(axis=0), one[0], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("row", [1, 2, 4])
def test_impossible_votes_are_minus_infinity(row: int) -> None:
    model = Model([(0, 0, 0), (1, 0, 1)], 2, 1, 2, 2)
    rates, prior = np.array([[[1.0, 0.0], [1.0, 0.0]]]), np.array([0.5, 0.5])
    _, class_counts, logs = run(model, rates, prior, False, row=row, n_blocks=1)
    assert np.isneginf(logs).all()
    np.testing.assert_allclose(class_counts, [[0.5, 0.5]])
