"""Blocks of a step, which threads take one by one from a desk that all of them see.

A kernel that works in turns is called by each thread with the same arguments. It takes blocks until
there are none, and says of each that it is done::

    block = next_block(desk, patience)
    while block >= 0:
        ...
        block_done(desk)
        block = next_block(desk, patience)

What stands in its arguments may be that of the next step when it has taken the next block. A thread
that comes late, or is kept off its processor, holds the others up by no more than the block that it
has taken. One with `patience` waits for the next step, too: to wake a thread can take as long as a
step.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import ModuleType
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from . import plain_atomics
from .jit import keep_no_more, kernel

log = logging.getLogger(__name__)

Desk = NDArray[np.int64]
# Entries of a desk: the next block, how many are done, how many there are, and whether who waits is
# to leave. They are so far apart that processors need not take them from each other.
NEXT, DONE, SIZE, LEAVE, DESK_ENTRIES = 0, 16, 32, 48, 64
# How often one who has nothing left to do looks whether all is done before others get a chance.
LOOKS = 10_000


def usable_atomics() -> ModuleType:
    """Return operations for desks of several threads once they have done what they must.

    Where an llvmlite or a Numba is not as it was, or compilation is off, they are those for a desk
    of one thread.
    """
    if numba.config.DISABLE_JIT:
        return plain_atomics
    try:
        from . import atomics

        entries = np.zeros(1, dtype=np.int64)
        if (found := atomics.every_operation(entries)) != 765:
            raise ArithmeticError(f"{found} instead of 765")
        return atomics
    except Exception as error:
        log.warning(
            "this llvmlite or Numba is not one that is known (%s: %s): threads are given equal "
            "shares of the work, which is slower and has the same bits",
            type(error).__name__,
            next(iter(str(error).splitlines()), ""),
        )
        keep_no_more()  # of kernels with a desk, which several threads of others may share
        return plain_atomics


_atomics: Any = usable_atomics()
read, write, count, pause = _atomics.read, _atomics.write, _atomics.count, _atomics.pause
# Whether several threads can take blocks from one desk.
SHARED: bool = _atomics is not plain_atomics


def desk_of(begin: int, end: int) -> Desk:
    """Return a desk with blocks from `begin` to `end`."""
    desk = np.zeros(DESK_ENTRIES, dtype=np.int64)
    desk[NEXT], desk[SIZE] = begin, end
    return desk


@kernel
def next_block(desk: Desk, patience: int) -> int:
    """Take a block; wait for one so many times; return -1 where there is none."""
    waited = 0
    while True:
        if read(desk, NEXT) < desk[SIZE]:
            block: int = count(desk, NEXT)
            if block < desk[SIZE]:
                return block
        elif waited < patience and read(desk, LEAVE) == 0:
            waited += 1
            pause()
        else:
            return -1


@kernel
def block_done(desk: Desk) -> None:
    """Say that a block is done that was taken."""
    count(desk, DONE)


@kernel
def begin_step(desk: Desk) -> None:
    """Put all blocks on the desk again: those who wait begin at once."""
    write(desk, DONE, 0)
    write(desk, NEXT, 0)


@kernel
def all_done(desk: Desk, patience: int) -> bool:
    """Say whether all blocks are done, after waiting for it so many times."""
    for _ in range(patience):
        if read(desk, DONE) == desk[SIZE]:
            return True
        pause()
    return False


@kernel
def send_away(desk: Desk) -> None:
    """Have those leave who wait."""
    write(desk, LEAVE, 1)


class Turns:
    """Steps of the same kernel with the same arguments, whose blocks threads take one by one."""

    def __init__(
        self, kernel: Callable[..., object], arguments: tuple[Any, ...], size: int
    ) -> None:
        self.kernel, self.arguments = kernel, arguments
        self.desk = desk_of(size, size)
        self.helpers: list[Future[object]] = []

    def are_of(self, kernel: Callable[..., object], arguments: tuple[Any, ...]) -> bool:
        """Say whether they are of this kernel with these very arguments."""
        return self.kernel is kernel and self.arguments is arguments

    def step(self, others: ThreadPoolExecutor, n_others: int, patience: int) -> None:
        """Take a step, with those who wait for it, and with others that are woken for it."""
        begin_step(self.desk)
        self.helpers = self._at_work()
        for _ in range(n_others - len(self.helpers)):
            work = others.submit(self.kernel, self.desk, patience, *self.arguments)
            self.helpers.append(work)
        self.kernel(self.desk, 0, *self.arguments)
        while not all_done(self.desk, LOOKS):
            self._at_work()
            time.sleep(0)  # whoever has taken a block may be waiting for this processor

    def end(self) -> None:
        """Have who waits for the next step leave, and wait until they have."""
        send_away(self.desk)
        wait(self.helpers)

    def _at_work(self) -> list[Future[object]]:
        """Return who has not left; an error of one that has is raised."""
        for helper in self.helpers:
            if helper.done():
                helper.result()
        return [helper for helper in self.helpers if not helper.done()]
