"""Work is shared out whole, whoever is given how much of it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aggregation.engine.blocks
from aggregation import simulate_votes
from aggregation.engine.patterns import common_size, distinct_patterns
from aggregation.kernels.threads import Threads

from ...support.em_models import quiet_fit


@given(st.integers(1, 7), st.integers(0, 50))
def test_all_is_done_once(n_threads: int, size: int) -> None:
    done = np.zeros(size, dtype=int)
    pieces: list[tuple[int, int]] = []

    def work(begin: int, end: int) -> None:
        pieces.append((begin, end))
        done[begin:end] += 1

    with closing(Threads(n_threads)) as threads:
        threads.share(work, size)
    np.testing.assert_array_equal(done, 1)
    assert len(pieces) == (n_threads if size > 1 else 1)


def test_who_imports_threads_does_not_wait_for_numba() -> None:
    code = "import sys, aggregation.kernels.threads; print('numba' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_an_error_in_another_thread_is_raised() -> None:
    def fail(begin: int, _end: int) -> None:
        if begin:
            raise ArithmeticError("second piece")

    with (
        closing(Threads(2)) as threads,
        pytest.raises(ArithmeticError, match="second piece"),
    ):
        threads.share(fail, 10)


@pytest.mark.parametrize("n_classes", [1, 2, 3, 5, 8, 9])
def test_what_the_compiler_knows_of_patterns_changes_no_bit(
    n_classes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = np.random.default_rng(0).dirichlet(np.ones(3), size=(30, 3))
    votes = simulate_votes(
        rates, class_prior=[0.2, 0.3, 0.5], n_items=300, votes_per_item=5, seed=0
    ).votes
    assert common_size(distinct_patterns(votes)) == 5
    fits = []
    for least_work in (0, 10**9):
        monkeypatch.setattr(aggregation.engine.blocks, "WORTH_COMPILING", least_work)
        fits.append(quiet_fit(votes, n_classes=n_classes, tol=1e-6, pseudo_count=1))
    np.testing.assert_array_equal(fits[0].posterior, fits[1].posterior)
    assert fits[0].trace.tolist() == fits[1].trace.tolist()


def test_patterns_that_differ_have_no_common_size() -> None:
    votes = simulate_votes(
        np.full((4, 2, 2), 0.5), class_prior=[0.5, 0.5], n_items=9, votes_per_item=2, seed=0
    ).votes
    assert common_size(distinct_patterns(votes)) == 2
    assert common_size(distinct_patterns(votes.with_rater([0], [1], name="new"))) == 0
    assert common_size(distinct_patterns(votes.select([]))) == 0
