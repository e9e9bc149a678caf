"""Threads take blocks of a step one by one, wait for the next step, and change no bit."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from functools import partial
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core.errors import TypingError
from numpy.typing import NDArray

import aggregation.kernels.threads
from aggregation import Votes
from aggregation.engine.blocks import Blocks
from aggregation.kernels import atomics, plain_atomics, turns
from aggregation.kernels.jit import kernel
from aggregation.kernels.threads import Threads
from aggregation.kernels.turns import DONE, LEAVE, NEXT, block_done, desk_of, next_block

from .test_rows import FITS, run

MANY = 200_000


@kernel
def count_blocks(desk: NDArray[np.int64], patience: int, add: Any, done: Any) -> None:
    """Add a number, which may be another one in the next step, to each block."""
    block = next_block(desk, patience)
    while block >= 0:
        done[block] += add[0]
        block_done(desk)
        block = next_block(desk, patience)


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def count_many(entries: NDArray[np.int64], seen: NDArray[np.int8]) -> None:
    for _ in range(MANY):
        seen[atomics.count(entries, 0)] += 1


def test_two_threads_count_each_number_once() -> None:
    entries, seen = np.zeros(1, dtype=np.int64), np.zeros(2 * MANY, dtype=np.int8)
    others = [threading.Thread(target=count_many, args=(entries, seen)) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert entries[0] == 2 * MANY
    np.testing.assert_array_equal(seen, 1)


@pytest.mark.parametrize("array", [np.zeros(4, dtype=np.int32), np.zeros(8, dtype=np.int64)[::2]])
def test_other_arrays_are_refused(array: NDArray[Any]) -> None:
    with pytest.raises(TypingError, match="a flat array of"):
        atomics.every_operation(array)


def test_desks_are_shared_where_they_can_be() -> None:
    assert turns.usable_atomics() is atomics
    assert turns.SHARED


def count_range(done: NDArray[np.float64], begin: int, end: int) -> None:
    done[begin:end] += 1


@given(st.integers(1, 5), st.lists(st.integers(0, 40), min_size=1, max_size=4))
def test_each_step_does_each_block_once(n_threads: int, sizes: list[int]) -> None:
    with closing(Threads(n_threads)) as threads:
        for size in sizes:
            add, done = np.zeros(1), np.zeros(size)
            arguments = add, done
            for step in range(1, 6):
                add[0] = step
                threads.take_turns(count_blocks, arguments, size)
                np.testing.assert_array_equal(done, step * (step + 1) / 2)
            again = np.zeros(size)
            threads.share(partial(count_range, again), size)
            np.testing.assert_array_equal(again, 1)


def test_one_who_waits_takes_part_in_the_next_step_and_leaves_when_told() -> None:
    desk, add, done = desk_of(4, 4), np.ones(1), np.zeros(4)
    count_blocks(desk, 0, add, done)  # compiled before the clock runs
    helper = threading.Thread(target=count_blocks, args=(desk, 10**12, add, done))
    helper.start()
    for step in range(1, 4):
        turns.begin_step(desk)
        assert turns.all_done(desk, 10**9)
        np.testing.assert_array_equal(done, step)
    assert helper.is_alive()
    turns.send_away(desk)
    helper.join(10)
    assert not helper.is_alive()
    assert (desk[DONE], desk[LEAVE]) == (4, 1)
    assert desk[NEXT] >= 4


def test_who_waits_in_vain_leaves() -> None:
    desk = desk_of(0, 0)
    assert not turns.all_done(desk_of(0, 1), 10)
    assert turns.next_block(desk, 10) == -1


def test_a_tired_helper_is_woken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregation.kernels.threads, "PATIENCE", 1)
    add, done = np.ones(1), np.zeros(8)
    arguments = add, done
    with closing(Threads(2)) as threads:
        for step in range(1, 20):
            threads.take_turns(count_blocks, arguments, 8)
            time.sleep(0.001)
            np.testing.assert_array_equal(done, step)


def fail(desk: NDArray[np.int64], _patience: int, caller: int) -> None:
    """Fail in one thread; take and do all blocks but one in the other."""
    here = threading.get_ident() == caller
    while (block := next_block(desk, 0)) >= 0:
        if block and not here:
            raise ArithmeticError("in the other thread")
        block_done(desk)
        time.sleep(0.01)


def test_an_error_of_another_thread_is_raised_and_holds_nothing_up() -> None:
    with closing(Threads(2)) as threads:
        with pytest.raises(ArithmeticError, match="in the other thread"):
            threads.take_turns(fail, (threading.get_ident(),), 40)
        done = np.zeros(4)
        threads.take_turns(count_blocks, (np.ones(1), done), 4)
        np.testing.assert_array_equal(done, 1)


def test_steps_of_two_threads_have_the_bits_of_one() -> None:
    """Each step has other rates and another class prior, between which a helper waits."""
    rng = np.random.default_rng(0)
    items = np.repeat(np.arange(20_000), 4)
    raters, answers = rng.integers(20, size=80_000), rng.integers(3, size=80_000)
    votes = Votes.from_triples(items, raters, answers)
    with closing(Blocks(votes, 3, 1)) as one, closing(Blocks(votes, 3, 2)) as two:
        assert two.n_blocks > 4
        for step in range(300):
            rates, prior = rng.dirichlet(np.ones(3), 60).reshape(-1), rng.dirichlet(np.ones(3))
            alone, shared = (blocks.e_step(rates, prior, step % 50 == 0) for blocks in (one, two))
            assert alone.log_likelihood == shared.log_likelihood
            np.testing.assert_array_equal(alone.counts, shared.counts)
            np.testing.assert_array_equal(alone.class_counts, shared.class_counts)
            time.sleep(step % 5 * 1e-4)


BROKEN = "import numba; from llvmlite import ir; del ir.IRBuilder.load_atomic"


def test_another_llvmlite_shares_by_parts_with_the_same_bits(tmp_path: Any) -> None:
    name = "import aggregation.kernels.turns as t; print(t.usable_atomics().__name__)"
    assert run(tmp_path / "name", f"{BROKEN}\n{name}").stdout == f"{plain_atomics.__name__}\n"
    two = FITS.replace("max_steps=5", "max_steps=5, threads=2")
    plain, shared = run(tmp_path, f"{BROKEN}\n{two}"), run(None, two)
    assert (plain.returncode, shared.returncode, shared.stderr) == (0, 0, ""), plain.stderr
    assert plain.stdout == shared.stdout
    (line,) = plain.stderr.splitlines()
    assert line.startswith("this llvmlite or Numba is not one that is known (")


def test_code_for_desks_of_one_thread_is_not_kept_for_others(tmp_path: Any) -> None:
    few = FITS.replace("(3, 20)", "(3,)")
    broken = run(tmp_path, f"{BROKEN}\n{few}")
    assert broken.returncode == 0, broken.stderr
    assert kept_steps(tmp_path) == []
    healthy = run(tmp_path, few)
    assert healthy.stdout == broken.stdout
    assert kept_steps(tmp_path) != []


def kept_steps(folder: Any) -> list[str]:
    """Return the files of compiled steps."""
    return [path.name for path in folder.rglob("*.nbc") if path.name.startswith("em.em_step")]


def test_no_more_threads_than_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    step = turns.Turns.step

    def counted(self: Any, others: Any, n_others: int, patience: int) -> None:
        asked.append(n_others)
        step(self, others, n_others, patience)

    monkeypatch.setattr(turns.Turns, "step", counted)
    with closing(Threads(5)) as threads:
        for size in (0, 1, 3, 9):
            done = np.zeros(size)
            threads.take_turns(count_blocks, (np.ones(1), done), size)
            np.testing.assert_array_equal(done, 1)
    assert asked == [2, 4]
