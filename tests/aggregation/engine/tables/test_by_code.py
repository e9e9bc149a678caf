"""Large tables: filled code by code, with the bits of small ones, and few of them at a time."""

from __future__ import annotations

import tracemalloc
import warnings
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import VoteError, Votes, fit_dawid_skene
from aggregation.engine.blocks import Blocks, Expectation
from aggregation.engine.tables import by_code
from aggregation.engine.tables.memory import (
    TABLES_AT_ONCE,
    TABLES_OF_GROUPS,
    TABLES_OF_OTHERS,
    Spares,
)
from aggregation.models.catalogue import method_of
from aggregation.models.given_rows import MOST_GIVEN

# Beside the tables: votes, posteriors, masks of a bit an entry, and a piece of a table at a time.
BESIDE = 0.6


@pytest.fixture
def all_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every table for a large one, in small pieces."""
    monkeypatch.setattr(by_code, "LARGE_BYTES", 0)
    monkeypatch.setattr(by_code, "CACHED_BYTES", 5_000)


def votes_of(
    n_items: int, n_raters: int, n_answers: int, *, per_item: int = 5, seed: int = 0
) -> Votes:
    rng = np.random.default_rng(seed)
    truth = rng.integers(n_answers, size=n_items)
    raters = np.concatenate([rng.choice(n_raters, per_item, replace=False) for _ in truth])
    wrong = rng.random(len(raters)) < 0.3
    answers = np.where(wrong, rng.integers(n_answers, size=len(raters)), truth.repeat(per_item))
    items = np.arange(n_items).repeat(per_item)
    return Votes.from_triples(items, raters, answers, n_raters=n_raters, n_answers=n_answers)


def slow_e_step(
    votes: Votes, rates: NDArray[np.float64], prior: NDArray[np.float64], *, hard: bool
) -> Expectation:
    """Eqs. 2.3 to 2.5, item by item, by logarithms; `rates` has a row a code."""
    counts, class_counts, height = np.zeros_like(rates), np.zeros_like(prior), 0.0
    for begin, end in zip(votes.starts, votes.starts[1:], strict=False):
        codes = votes.codes[begin:end]
        joint = np.log(prior) + np.log(rates[codes]).sum(axis=0)
        if hard:
            joint = np.where(np.arange(len(joint)) == joint.argmax(), joint, -np.inf)
        top = joint.max()
        posterior = np.exp(joint - top)
        height += top + np.log(posterior.sum())
        posterior /= posterior.sum()
        class_counts += posterior
        np.add.at(counts, codes, posterior)
    return Expectation(counts, class_counts, height)


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("n_classes", [1, 3, 8, 9, 13, 16, 20])
def test_counts_are_those_of_the_paper(n_classes: int, hard: bool) -> None:
    votes = votes_of(60, 7, max(n_classes, 2))
    rng = np.random.default_rng(n_classes)
    rates = rng.dirichlet(np.ones(votes.n_answers), size=(7, n_classes)).transpose(0, 2, 1)
    rates, prior = np.ascontiguousarray(rates), rng.dirichlet(np.ones(n_classes))
    with closing(Blocks(votes, n_classes, 1)) as blocks:
        assert blocks.is_large
        found = blocks.e_step(rates.reshape(-1), prior, hard)
        posterior, height = blocks.posterior(rates, prior)
    expected = slow_e_step(votes, rates.reshape(-1, n_classes), prior, hard=hard)
    np.testing.assert_allclose(
        found.counts.reshape(-1, n_classes), expected.counts, rtol=1e-12, atol=1e-14
    )
    np.testing.assert_allclose(found.class_counts, expected.class_counts, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found.log_likelihood, expected.log_likelihood, rtol=1e-12)
    if not hard:
        np.testing.assert_allclose(height, expected.log_likelihood, rtol=1e-12)
        np.testing.assert_allclose(posterior.sum(axis=0), expected.class_counts, rtol=1e-12)


def of_large_tables(
    votes: Votes, n_classes: int, rates: NDArray[np.float64], prior: NDArray[np.float64]
) -> list[Any]:
    affinity = np.full((votes.n_answers, n_classes), 1 / n_classes)
    affinity[0] = np.arange(1, n_classes + 1) / np.arange(1, n_classes + 1).sum()
    with closing(Blocks(votes, n_classes, 1)) as blocks:
        steps = [blocks.e_step(rates.reshape(-1), prior, hard) for hard in (False, True)]
        steps.append(blocks.affinity_step(affinity))
        return [*(array for step in steps for array in step), *blocks.posterior(rates, prior)]


@pytest.mark.parametrize("n_classes", [2, 3, 12, 16])
def test_large_tables_have_the_bits_of_small_ones(
    monkeypatch: pytest.MonkeyPatch, n_classes: int
) -> None:
    # patterns that many items share, items of 90 votes whose likelihood is below all doubles, and
    # one chunk or many
    shared, long = votes_of(300, 4, n_classes, per_item=2), votes_of(3, 100, n_classes, per_item=90)
    for votes, faintest in ((shared, 1.0), (long, 1e-7)):
        rng = np.random.default_rng(n_classes)
        rates = rng.random((votes.n_raters, votes.n_answers, n_classes)) * faintest
        prior = rng.dirichlet(np.ones(n_classes))
        monkeypatch.setattr(by_code, "LARGE_BYTES", 1 << 40)
        monkeypatch.setattr("aggregation.engine.blocks.MOST_BLOCKS", 1)
        small = of_large_tables(votes, n_classes, rates, prior)
        monkeypatch.setattr(by_code, "LARGE_BYTES", 0)
        for part in (8, 10_000):
            monkeypatch.setattr(by_code, "ROWS_PART", part)
            large = of_large_tables(votes, n_classes, rates, prior)
            for one, other in zip(small, large, strict=True):
                np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize("family", ["full", "one-coin", "shared"])
def test_threads_never_change_a_bit(family: Any) -> None:
    votes = votes_of(200, 9, 12)
    options: dict[str, Any] = {"family": family, "max_steps": 12, "pseudo_count": 0.1}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one, *others = (fit_dawid_skene(votes, threads=k, **options) for k in (1, 2, 3))
    for other in others:
        np.testing.assert_array_equal(one.error_rates, other.error_rates)
        np.testing.assert_array_equal(one.posterior, other.posterior)
        np.testing.assert_array_equal(one.objective_trace, other.objective_trace)
        assert one.optimality == other.optimality


@pytest.mark.parametrize("family", ["full", "one-coin", "shared"])
@pytest.mark.parametrize("accelerate", [False, True])
def test_fits_of_large_tables_are_those_of_small_ones(
    monkeypatch: pytest.MonkeyPatch, family: Any, accelerate: bool
) -> None:
    votes = votes_of(150, 6, 10)
    options: dict[str, Any] = {"family": family, "accelerate": accelerate, "max_steps": 25}
    fits = []
    monkeypatch.setattr("aggregation.engine.blocks.MOST_BLOCKS", 1)  # as large ones have
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for least in (1 << 40, 0):
            monkeypatch.setattr(by_code, "LARGE_BYTES", least)
            fits.append(fit_dawid_skene(votes, **options))
    small, large = fits
    assert len(small.objective_trace) == len(large.objective_trace)
    np.testing.assert_allclose(large.objective_trace, small.objective_trace, rtol=1e-12)
    np.testing.assert_allclose(large.error_rates, small.error_rates, atol=1e-9)
    if not accelerate:
        np.testing.assert_array_equal(large.error_rates, small.error_rates)
    assert large.optimality is not None
    assert small.optimality is not None
    assert large.optimality.n_violations == small.optimality.n_violations
    np.testing.assert_allclose(large.optimality.gain, small.optimality.gain, rtol=1e-6)


@pytest.mark.parametrize("some_known", [False, True])
@pytest.mark.parametrize("method", ["ibcc", "ibcc-learned", "ebcc"])
def test_bayesian_fits_of_large_tables_are_those_of_small_ones(
    monkeypatch: pytest.MonkeyPatch, method: str, some_known: bool
) -> None:
    votes = votes_of(150, 6, 10)
    options: dict[str, Any] = {"max_steps": 12}
    if method == "ebcc":
        options |= {"n_groups": 2, "restarts": 1}
    if some_known:
        options["truth"] = np.where(np.arange(150) % 10 == 0, np.arange(150) % 7, -1)
    monkeypatch.setattr("aggregation.engine.blocks.MOST_BLOCKS", 1)  # as large ones have
    monkeypatch.setattr(by_code, "CACHED_BYTES", 1_000)
    fits = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for least, threads in ((1 << 40, 1), (0, 1), (0, 3)):
            monkeypatch.setattr(by_code, "LARGE_BYTES", least)
            fits.append(method_of(method)(votes, threads=threads, **options))
    small, large, shared = fits
    np.testing.assert_allclose(large.objective_trace, small.objective_trace, rtol=1e-9)
    np.testing.assert_allclose(large.posterior, small.posterior, atol=1e-7)
    np.testing.assert_array_equal(large.objective_trace, shared.objective_trace)
    np.testing.assert_array_equal(large.posterior, shared.posterior)


@pytest.mark.usefixtures("all_large")
def test_impossible_votes_are_named() -> None:
    votes = Votes.from_triples([0, 0], [0, 1], [0, 1])
    rates = np.broadcast_to(np.array([1.0, 0.0]), (2, 2, 2))
    with pytest.raises(VoteError, match="probability 0 under every class"):
        fit_dawid_skene(votes, error_rates=rates)


def peak_of(call: Any) -> int:
    """Return the most bytes that Python and NumPy held more than before."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        call()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"accelerate": False},
        {"pseudo_count": 0.1},
        {"tol": 1e-3, "leave_zeros": True},
        {"family": "shared"},
        {"family": "one-coin"},
        {"hard": True},
    ],
    ids=["squarem", "plain", "pseudo-count", "zeros", "shared", "one-coin", "hard"],
)
def test_a_fit_holds_five_tables(options: dict[str, Any]) -> None:
    votes = votes_of(2_000, 300, 70)
    table = 300 * 70 * 70 * 8
    assert table > by_code.LARGE_BYTES

    def fit() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit_dawid_skene(votes, threads=2, **{"max_steps": 14} | options)

    fit()  # compiles, and imports
    assert 3 * table < peak_of(fit) < (TABLES_AT_ONCE + BESIDE) * table


TABLES_OF = {
    "dawid-skene-map": TABLES_AT_ONCE,
    "ibcc": TABLES_AT_ONCE,
    "ibcc-learned": TABLES_AT_ONCE,
    "ebcc": 2 * TABLES_OF_GROUPS,
    "one-coin-bayes": TABLES_OF_OTHERS,
    "mace": TABLES_OF_OTHERS,
    "mace-em": TABLES_OF_OTHERS,
    "bwa": TABLES_OF_OTHERS,
}


@pytest.mark.parametrize("some_known", [False, True])
@pytest.mark.parametrize("method", TABLES_OF)
def test_other_methods_hold_few_tables(method: str, some_known: bool) -> None:
    votes = votes_of(1_000, 120, 70)
    options: dict[str, Any] = {"max_steps": 7}
    if method == "ebcc":  # two groups, so that a table has twice as many columns
        options |= {"n_groups": 2, "restarts": 1}
    if some_known:
        options["truth"] = np.where(np.arange(1_000) % 10 == 0, np.arange(1_000) % 70, -1)

    def fit() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            method_of(method)(votes, **options)

    fit()
    most = TABLES_OF[method] + some_known * TABLES_OF[method] // TABLES_AT_ONCE + BESIDE
    assert peak_of(fit) < most * 120 * 70 * 70 * 8


@pytest.mark.parametrize("n_items", [6_000, 9_000])
def test_a_fit_holds_five_tables_however_many_rows_are_given(n_items: int) -> None:
    votes = votes_of(n_items, 300, 70)
    share = len(np.unique(votes.codes)) / (300 * 70)
    assert (share < MOST_GIVEN) == (n_items == 6_000)
    assert abs(share - MOST_GIVEN) < 0.1

    def fit() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit_dawid_skene(votes, threads=2, max_steps=14)

    fit()
    assert peak_of(fit) < (TABLES_AT_ONCE + BESIDE) * 300 * 70 * 70 * 8


def test_memory_comes_back_when_nobody_holds_it() -> None:
    spares = Spares()
    one = spares.empty(5)
    one[:] = 7
    view, address = one[2:], one.ctypes.data
    del one
    assert not spares.free
    assert view.tolist() == [7, 7, 7]
    del view
    assert len(spares.free) == 1
    assert spares.empty(5).ctypes.data == address
    assert len(spares.empty(6)) == 6
