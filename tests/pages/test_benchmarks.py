"""The benchmarks measure what they say, and notice a result that changes; nothing about speed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from aggregation import Votes, fit_dawid_skene
from analysis import Release
from benchmarks import __main__ as command
from benchmarks import cases, peers, process_cases, report, runner
from benchmarks.data import Columns, load, release_columns, save, simulated_columns
from benchmarks.fits import FITTERS, ours
from benchmarks.memory import measured_fit
from benchmarks.results import Plan, SkippedError

from ..support.benchmark_results import read_results

pytest.importorskip("psutil", reason="needs the bench extra")

TINY = Plan(runs=2, slow_runs=1, peer_runs=1, votes=3000, curve=(2000, 4000), most_peer_steps=2)


@pytest.fixture(scope="module")
def columns() -> Columns:
    return simulated_columns(3000, n_raters=20, seed=3)


def test_digests_tell_results_apart() -> None:
    one = np.arange(6.0)
    assert runner.digest(one) == runner.digest(one.copy())
    others = [one.reshape(2, 3), one.astype(np.float32), np.nextafter(one, 7), one[::-1]]
    assert len({runner.digest(array) for array in (one, *others)}) == 5
    assert runner.digest(one, one) != runner.digest(one)


def test_contenders_take_turns() -> None:
    order: list[str] = []
    fast, slow = (
        runner.Contender(name, partial(order.append, name), str, runs)
        for name, runs in (("fast", 6), ("slow", 2))
    )
    timings = runner.alternate([fast, slow])
    assert order == ["fast", "slow", *2 * ["fast", "fast", "fast", "slow"]]  # each warmed up first
    assert [len(timing.seconds) for timing in timings] == [6, 2]
    assert all("seconds of the warm-up" in timing.facts for timing in timings)


def test_a_result_that_changes_is_an_error() -> None:
    numbers: Iterator[int] = count()
    contender = runner.Contender("counter", lambda: next(numbers), runner.digest, runs=2)
    with pytest.raises(runner.UnsteadyError, match="counter: the result changed from"):
        runner.alternate([contender])


def test_commands_are_measured_from_outside() -> None:
    million = 1_000_000
    waste = np.ones(30 * million)  # what this process holds must not count for the commands
    small = runner.run_python("-c", "print('done')")
    large = runner.run_python("-c", f"x = bytearray({100 * million}); x[:] = b'1' * len(x)")
    assert small.out == "done\n"
    assert 1 * million < small.peak_bytes < 100 * million < waste.nbytes
    assert large.peak_bytes - small.peak_bytes > 100 * million
    asleep = runner.run_python("-c", "import time; time.sleep(0.3)")
    assert asleep.seconds >= 0.3
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        runner.run_python("-c", "1 / 0")


def test_the_environment_names_versions_and_processor() -> None:
    found = runner.environment()
    assert found["numpy"] == np.__version__
    assert found["python"] == sys.version.split()[0]
    assert isinstance(found["processors available"], int)
    assert found["processor"]


def test_simulated_votes_are_five_an_item_and_informative() -> None:
    items, raters, answers = simulated_columns(2_500_000, n_raters=200)
    assert np.array_equal(np.bincount(items), np.full(500_000, 5))
    assert raters.max() == 199
    # each answer is as frequent, and the best raters agree with each other more than by chance
    assert np.allclose(np.bincount(answers) / len(answers), 1 / 3, atol=0.002)
    # skilled raters agree on an item more often than chance, a third, would have it
    best = raters >= 150
    neighbours = best[1:] & best[:-1] & (items[1:] == items[:-1])
    assert np.mean(answers[1:][neighbours] == answers[:-1][neighbours]) > 0.6


def test_columns_survive_a_file_and_a_shuffle(columns: Columns, tmp_path: Path) -> None:
    save(tmp_path / "votes.npy", columns)
    assert all(map(np.array_equal, load(tmp_path / "votes.npy"), columns))
    shuffled = columns.shuffled(1)
    assert not np.array_equal(shuffled.items, columns.items)
    assert np.array_equal(Votes.from_triples(*shuffled).codes, Votes.from_triples(*columns).codes)


def test_release_columns_are_its_votes(simulated: Release) -> None:
    votes = Votes.from_triples(*release_columns(simulated.folder))
    assert np.array_equal(votes.codes, simulated.votes.codes)


def test_sparse_matrices_do_the_plain_steps(columns: Columns) -> None:
    steps = 7
    with pytest.warns(UserWarning, match="not converged"):
        fit = fit_dawid_skene(Votes.from_triples(*columns), accelerate=False, max_steps=steps)
    found = peers.sparse_matrices(columns, steps)
    np.testing.assert_allclose(found.error_rates, fit.error_rates, atol=1e-10)
    np.testing.assert_allclose(found.class_prior, fit.class_prior, atol=1e-10)


def test_crowd_kit_does_the_plain_steps(columns: Columns) -> None:
    pytest.importorskip("crowdkit", reason="needs the bench extra")
    model = peers.crowd_kit(columns, 7)
    assert len(model.loss_history_) == 7
    found, expected = peers.fit_of_crowd_kit(model), peers.sparse_matrices(columns, 7)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-8)


def test_plain_steps_are_counted(columns: Columns) -> None:
    votes = Votes.from_triples(*columns)
    fit = fit_dawid_skene(votes, accelerate=False)
    assert cases.plain_steps(votes, float(fit.trace[4])) == 4
    beyond = cases.plain_steps(votes, 0.0)
    assert beyond >= len(fit.trace)


def test_memory_above_the_inputs_grows_with_them() -> None:
    less, more = (measured_fit("reassess", n_votes, 0) for n_votes in (100_000, 2_000_000))
    assert less.peak_bytes is not None
    assert less.above_bytes is not None
    assert more.above_bytes is not None
    # posteriors alone take three doubles an item, an item has five votes
    assert more.above_bytes - less.above_bytes > 1_900_000 / 5 * 24
    expected = ours(simulated_columns(100_000, n_raters=500))
    assert less.digest == FITTERS["reassess"].digest(expected)


@pytest.mark.parametrize("name", ["step", "large-tables", "grouping", "threads", "curve", "start"])
def test_cases_on_little(name: str) -> None:
    result = command.CASES[name](TINY)
    assert result.case == name
    assert all(timing.seconds and min(timing.seconds) > 0 for timing in result.timings)
    assert list(report.lines(result))


def test_steps_are_timed_one_by_one() -> None:
    timings = {timing.what: timing for timing in cases.step(TINY).timings}
    one, two = (
        timings[f"200 raters, 3 classes, 0.003 M votes, {k}"] for k in ("1 thread", "2 threads")
    )
    assert len(one.seconds) == TINY.runs
    assert one.digest == two.digest


def test_release_cases_on_a_simulated_one(simulated_dir: Path) -> None:
    pytest.importorskip("crowdkit", reason="needs the bench extra")
    plan = replace(TINY, data=simulated_dir, most_peer_steps=None)
    fits = cases.release(plan)
    by_who = {timing.facts["who"]: timing for timing in fits.timings}
    assert set(by_who) == set(FITTERS)
    nats = {who: float(timing.facts["nats from the optimum"]) for who, timing in by_who.items()}
    assert abs(nats["reassess"]) < 1e-3
    assert nats["reassess, 1 thread"] == nats["reassess"]
    # plain EM ends on a lower top of these votes; crowd-kit clips rates that are next to nothing
    assert nats["crowd-kit"] == pytest.approx(nats["scipy.sparse"], abs=0.1)
    assert 1 < abs(nats["scipy.sparse"]) < 3
    assert by_who["crowd-kit"].facts["steps"] == by_who["scipy.sparse"].facts["steps"]
    assert len(fits.limits) == 3
    loading = process_cases.loading(plan)
    assert loading.timings[0].digest == loading.timings[1].digest
    (raters,) = process_cases.raters(plan).timings
    assert raters.digest


def test_peers_that_stop_early_are_not_compared(simulated_dir: Path) -> None:
    pytest.importorskip("crowdkit", reason="needs the bench extra")
    fits = cases.release(replace(TINY, data=simulated_dir, most_peer_steps=1))
    assert len(fits.limits) == 1


@pytest.mark.parametrize("name", ["release", "loading", "reproduce", "raters"])
def test_cases_without_the_release_are_left_out(name: str) -> None:
    with pytest.raises(SkippedError, match="set REASSESS_DATA"):
        command.CASES[name](TINY)


def test_the_command_runs_the_cases_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    readme = report.README.read_bytes()
    monkeypatch.delenv("REASSESS_DATA", raising=False)
    monkeypatch.setattr(command, "QUICK", TINY)
    monkeypatch.setattr(
        sys, "argv", ["benchmarks", "grouping", "loading", "--quick", "--out", str(tmp_path)]
    )
    command.main()
    out, err = capsys.readouterr()
    assert out.startswith("grouping: Votes.from_triples")
    assert err.startswith("loading: left out, needs the release")
    assert [path.name for path in tmp_path.iterdir()] == ["grouping.json"]
    (result,) = read_results(tmp_path, list(command.CASES))
    assert result.environment["numpy"] == np.__version__
    assert report.README.read_bytes() == readme


def test_an_unknown_case_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "speed"])
    with pytest.raises(SystemExit, match="2"):
        command.main()
    assert "no case speed: there are release, step" in capsys.readouterr().err
