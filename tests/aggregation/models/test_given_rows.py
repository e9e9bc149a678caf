"""Climbs in the rows of answers that raters give: those in whole tables, without what is idle."""

from __future__ import annotations

import warnings
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import Fit, Votes, fit_dawid_skene
from aggregation.engine.checkpoint import Checkpoint
from aggregation.engine.climb import State
from aggregation.engine.tables import by_code
from aggregation.engine.tables.lines import PlainLine
from aggregation.models.dawid_skene.arguments import FixedParameters, nothing_added
from aggregation.models.dawid_skene.families import FAMILIES
from aggregation.models.dawid_skene.problem import Problem, problem_of
from aggregation.models.dawid_skene.starts import from_chance, from_vote_shares
from aggregation.models.given_rows import GivenRows, given_rows
from tests.support import oracle

N_ITEMS, N_RATERS, N_ANSWERS = 120, 30, 12


@pytest.fixture(autouse=True)
def all_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every table for a large one, in small pieces."""
    monkeypatch.setattr(by_code, "LARGE_BYTES", 0)
    monkeypatch.setattr(by_code, "CACHED_BYTES", 5_000)


def sparse_triples(seed: int = 0) -> list[tuple[int, int, int]]:
    """Three votes an item, of the raters but the last: each gives about half of the answers."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(N_ANSWERS, size=N_ITEMS)
    raters = np.concatenate([rng.choice(N_RATERS - 1, 3, replace=False) for _ in truth])
    wrong = rng.random(len(raters)) < 0.4
    answers = np.where(wrong, (truth.repeat(3) + 1) % N_ANSWERS, truth.repeat(3))
    items = np.arange(N_ITEMS).repeat(3)
    return list(zip(items.tolist(), raters.tolist(), answers.tolist(), strict=True))


@pytest.fixture(scope="module")
def votes() -> Votes:
    items, raters, answers = np.array(sparse_triples()).T
    return Votes.from_triples(items, raters, answers, n_raters=N_RATERS, n_answers=N_ANSWERS)


def whole_problem(
    votes: Votes, n_classes: int = N_ANSWERS, *, hard: bool = False, prior: Any = None
) -> Problem:
    return problem_of(
        votes,
        None,
        n_classes=n_classes,
        pseudo_counts=nothing_added(votes.n_raters, votes.n_answers, n_classes),
        family=FAMILIES["full"],
        hard=hard,
        fixed=FixedParameters(None, prior),
        threads=1,
    )


def in_rows(problem: Problem) -> GivenRows:
    rows = given_rows(problem)
    assert rows is not None
    return rows


def quiet_fit(votes: Votes, **options: Any) -> Fit:
    with warnings.catch_warnings(action="ignore"):  # it has not converged
        return fit_dawid_skene(votes, **options)


@pytest.mark.parametrize("n_classes", [3, N_ANSWERS, 17])
@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("is_fixed", [False, True])
def test_steps_have_the_bits_of_whole_tables(
    votes: Votes, n_classes: int, hard: bool, is_fixed: bool
) -> None:
    prior = np.random.default_rng(0).dirichlet(np.ones(n_classes)) if is_fixed else None
    problem = whole_problem(votes, n_classes, hard=hard, prior=prior)
    rows, x = in_rows(problem), from_vote_shares(problem)
    assert 0.2 < rows.given.mean() < 0.7
    assert not rows.given[-1].any()
    part = rows.in_rows(x)
    assert len(part) < 0.8 * len(x)
    for _ in range(8):
        assert rows.has_place_for(x)
        np.testing.assert_array_equal(rows.widened(part), x)
        whole, narrow = problem.step(x), rows.step(part)
        assert narrow.objective == whole.objective
        x, part = whole.next, narrow.next


Point = NDArray[np.float64]


def three_points(problem: Problem, rng: np.random.Generator) -> tuple[Point, Point, Point]:
    """Return points whose idle rows are alike, and 0 in some classes of some raters."""
    given, points = in_rows(problem).given, list[Point]()
    for _ in range(3):
        rates = rng.random(problem.shape)
        alike = rng.random((N_RATERS, 1, N_ANSWERS))
        alike *= (rng.random(alike.shape) < 0.5) | ~np.asarray(given.any(axis=1))[:, None, None]
        rates = np.where(given[:, :, None], rates, alike)
        prior = rng.dirichlet(np.ones(N_ANSWERS))
        points.append(np.append(rates / rates.sum(axis=1, keepdims=True), prior))
    return points[0], points[1], points[2]


@pytest.mark.parametrize("length", [1.5, 4.0, 30.0])
def test_points_lead_where_those_of_whole_tables_do(votes: Votes, length: float) -> None:
    problem = whole_problem(votes)
    rows, (x, y, z) = in_rows(problem), three_points(problem, np.random.default_rng(1))
    plain, (a, b, c) = PlainLine(problem.project), map(rows.in_rows, (x, y, z))
    np.testing.assert_allclose(rows.line.bend(a, b, c), plain.bend(x, y, z), rtol=1e-12)
    expected, there = plain.beyond(x, y, z, length), rows.line.beyond(a, b, c, length)
    np.testing.assert_allclose(rows.widened(there), expected, rtol=1e-11, atol=0)
    expected, there = problem.project(2 * y - x, z), rows.project(2 * b - a, c)
    np.testing.assert_allclose(rows.widened(there), expected, rtol=1e-12, atol=0)


def test_looks_beyond_a_plateau_are_those_of_whole_tables(votes: Votes) -> None:
    problem = whole_problem(votes)
    rows, x = in_rows(problem), from_vote_shares(problem)
    for _ in range(3):
        x = problem.step(x).next
    rates, prior = problem.split(x)
    prior[4] = 1e-14  # nothing is expected in it
    before = x.copy()
    problem.split(before)[0][rates > 0.3] = 1e-4  # has grown since
    whole = list(problem.outlooks(before, x))
    narrow = list(rows.outlooks(rows.in_rows(before), rows.in_rows(x)))
    assert len(whole) == len(narrow) == 2
    for one, other in zip(whole, narrow, strict=True):
        assert np.abs(one - x).max() > 0.01
        np.testing.assert_allclose(rows.widened(other), one, rtol=1e-12, atol=0)


def test_fits_are_those_of_the_paper(votes: Votes) -> None:
    triples, n_steps = sparse_triples(), 6
    weights = votes.answer_counts() / votes.answer_counts().sum(axis=1, keepdims=True)
    rows: Any = oracle.exact(weights)
    size: Any = {"n_raters": N_RATERS, "n_answers": N_ANSWERS}
    heights = []
    for _ in range(n_steps):
        floats: Any = [[float(weight) for weight in row] for row in rows]
        rates, prior = oracle.error_rates(triples, floats, **size), oracle.class_prior(floats)
        given: Any = {"n_items": N_ITEMS, "rates": rates, "prior": prior}
        heights.append(oracle.log_likelihood(triples, **given))
        rows = oracle.posterior(triples, **given)
    fit = quiet_fit(votes, accelerate=False, tol=0, max_steps=n_steps)
    np.testing.assert_allclose(fit.trace, heights, rtol=1e-12)
    expected = oracle.error_rates(triples, rows, **size)
    found = fit.error_rates[:, np.argsort(fit.switched)]
    np.testing.assert_allclose(found, np.array(expected, dtype=float), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {"accelerate": False, "max_steps": 25},
        {"max_steps": 25},
        {},
        {"restarts": 1, "max_steps": 25},
        {"leave_zeros": True},
        {"n_classes": 5, "max_steps": 25},
        {"max_steps": 0},
    ],
    ids=str,
)
def test_fits_are_those_of_small_tables(
    votes: Votes, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    large = quiet_fit(votes, threads=2, **options)
    monkeypatch.setattr(by_code, "LARGE_BYTES", 1 << 40)
    monkeypatch.setattr("aggregation.engine.blocks.MOST_BLOCKS", 1)  # as large ones have
    small = quiet_fit(votes, **options)
    if options.get("accelerate") is False:
        np.testing.assert_array_equal(large.error_rates, small.error_rates)
        np.testing.assert_array_equal(large.objective_trace, small.objective_trace)
    np.testing.assert_allclose(large.log_likelihood, small.log_likelihood, rtol=1e-9)
    np.testing.assert_allclose(large.error_rates, small.error_rates, atol=1e-7)
    np.testing.assert_allclose(large.posterior, small.posterior, atol=1e-7)
    assert large.converged == small.converged


def test_a_start_with_idle_rows_of_its_own_is_climbed_from_as_it_is(
    votes: Votes, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = whole_problem(votes)
    start = from_chance(problem, np.random.default_rng(3))
    assert not in_rows(problem).has_place_for(start)
    rates, prior = problem.split(start)
    options: Any = {"start": (rates.transpose(0, 2, 1), prior), "max_steps": 20, "tol": 0}
    large = quiet_fit(votes, **options)
    monkeypatch.setattr(by_code, "LARGE_BYTES", 1 << 40)
    small = quiet_fit(votes, **options)
    np.testing.assert_allclose(large.objective_trace, small.objective_trace, rtol=1e-9)
    np.testing.assert_allclose(large.error_rates, small.error_rates, atol=1e-7)


@pytest.mark.parametrize(
    "options",
    [
        {"pseudo_count": 0.1},
        {"family": "one-coin"},
        {"family": "shared"},
        {"truth": np.arange(N_ITEMS) % 7 - 1},
    ],
    ids=["pseudo-count", "one-coin", "shared", "truth"],
)
def test_whole_tables_are_taken_where_idle_rows_may_differ(
    votes: Votes, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    seen: list[bool] = []

    def spied(problem: Problem) -> GivenRows | None:
        rows = given_rows(problem)
        seen.append(rows is None)
        return rows

    monkeypatch.setattr("aggregation.models.given_rows.given_rows", spied)
    quiet_fit(votes, max_steps=3, **options)
    quiet_fit(votes, max_steps=3)
    assert seen == [True, False]


def test_a_climb_that_was_broken_off_comes_to_the_same_bits(
    votes: Votes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept, two tables, is read once."""
    options: dict[str, Any] = {"tol": 0, "max_steps": 40}
    whole, path = quiet_fit(votes, **options), tmp_path / "climb.npz"
    quiet_fit(votes, checkpoint=path, **options | {"max_steps": 17})
    with np.load(path) as kept:
        assert kept["x"].shape == (N_RATERS * N_ANSWERS**2 + N_ANSWERS,)
        assert 0 < int(kept["n_steps"]) < 17
    n_read, read = [0], Checkpoint.kept

    def counted(keeper: Checkpoint) -> State | None:
        n_read[0] += 1
        return read(keeper)

    monkeypatch.setattr(Checkpoint, "kept", counted)
    onward = quiet_fit(votes, checkpoint=path, **options)
    assert n_read == [1]
    np.testing.assert_array_equal(onward.objective_trace, whole.objective_trace)
    np.testing.assert_array_equal(onward.error_rates, whole.error_rates)


def test_threads_never_change_a_bit(votes: Votes) -> None:
    problem = whole_problem(votes)
    with closing(problem.blocks):
        assert given_rows(problem) is not None
    one, *others = (quiet_fit(votes, threads=k, max_steps=30, tol=0) for k in (1, 2, 3))
    for other in others:
        np.testing.assert_array_equal(one.error_rates, other.error_rates)
        np.testing.assert_array_equal(one.objective_trace, other.objective_trace)
