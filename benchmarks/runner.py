"""Measure calls in this process, in turn with their rivals, and commands in fresh processes."""

from __future__ import annotations

import gc
import hashlib
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from .results import Facts, Timing

ROOT = Path(__file__).parents[1]
PACKAGES = ("numpy", "scipy", "numba", "matplotlib", "pandas", "crowd-kit", "polars", "duckdb")


class UnsteadyError(Exception):
    """Two runs of the same thing gave different results."""


@dataclass(frozen=True)
class Contender:
    """Something to be timed in turn with others.

    Attributes
    ----------
    what : str
        In words, for a table.
    call : callable
        What is timed, from its inputs to its result.
    digest : callable
        From the result to a digest; not timed.
    runs : int
        How often.
    warm_up : callable, optional
        Called once before, so that nothing is compiled or imported while the clock runs. Default:
        `call` itself.
    votes : int, optional
        That a run goes through.
    clock : callable
        Where one thread works alone, the processor's time tells more of it on a busy machine.
    """

    what: str
    call: Callable[[], Any]
    digest: Callable[[Any], str]
    runs: int
    warm_up: Callable[[], object] | None = None
    votes: int | None = None
    clock: Callable[[], float] = time.perf_counter


def digest(*values: Any) -> str:
    """Return the sha256 of arrays, with their types and shapes, shortened to 16 digits."""
    import numpy as np

    total = hashlib.sha256()
    for value in values:
        array = np.ascontiguousarray(value)
        total.update(f"{array.dtype.str} {array.shape}".encode())
        total.update(array.data)
    return total.hexdigest()[:16]


def alternate(contenders: Sequence[Contender]) -> list[Timing]:
    """Time contenders in turn, so that what else the machine does falls on all of them.

    There are as many rounds as the one with the fewest runs has; the others run several times a
    round.

    Raises
    ------
    UnsteadyError
        If a contender's result differs from run to run.
    """
    first = [_timed(each.warm_up or each.call, each.clock)[0] for each in contenders]
    seconds: list[list[float]] = [[] for _ in contenders]
    digests = [""] * len(contenders)
    rounds = min(contender.runs for contender in contenders)
    for turn in range(rounds):
        for k, contender in enumerate(contenders):
            for _ in range(contender.runs * turn // rounds, contender.runs * (turn + 1) // rounds):
                taken, result = _timed(contender.call, contender.clock)
                seconds[k].append(taken)
                digests[k] = same(contender.what, contender.digest(result), digests[k])
    return [
        Timing(
            contender.what,
            tuple(seconds[k]),
            digests[k],
            votes=contender.votes,
            facts={"seconds of the warm-up": first[k]},
        )
        for k, contender in enumerate(contenders)
    ]


def _timed(call: Callable[[], Any], clock: Callable[[], float]) -> tuple[float, Any]:
    gc.collect()
    start = clock()
    result = call()
    return clock() - start, result


def same(what: str, now: str, before: str) -> str:
    """Return a digest that is what it was before, if there was one."""
    if before and now != before:
        raise UnsteadyError(f"{what}: the result changed from {before} to {now}")
    return now


class Ended(NamedTuple):
    """How a command ended: wall-clock time, most memory, and standard output."""

    seconds: float
    peak_bytes: int
    out: str


def run_command(*command: str | Path, env: dict[str, str] | None = None) -> Ended:
    """Run a command in a fresh process, from the root of the project, and measure it from outside.

    Raises
    ------
    RuntimeError
        If the command fails; the message has its standard error.
    """
    read, write = os.pipe()
    # Without bytecode files each process would compile each module anew, which nobody's does.
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | (env or {})
    try:
        child = Path(__file__).with_name("child.py")
        run = subprocess.run(
            [sys.executable, "-I", "-S", child, str(write), *command],
            cwd=ROOT,
            env=environ,
            pass_fds=(write,),
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}\n{run.stderr}")
        seconds, peak = os.read(read, 100).split()
    finally:
        os.close(read)
        os.close(write)
    return Ended(float(seconds), int(peak), run.stdout)


def run_python(*arguments: str | Path, env: dict[str, str] | None = None) -> Ended:
    """Run this interpreter in a fresh process; see :func:`run_command`."""
    return run_command(sys.executable, *arguments, env=env)


def alternate_commands(
    commands: Mapping[str, Callable[[], Ended]], runs: int, digest_of: Callable[[Ended], str]
) -> list[Timing]:
    """Time commands in turn, as :func:`alternate` times calls; the first run is the warm-up."""
    ended: dict[str, list[Ended]] = {what: [] for what in commands}
    found = dict.fromkeys(commands, "")
    warm_up = {what: command().seconds for what, command in commands.items()}
    for _ in range(runs):
        for what, command in commands.items():
            ended[what].append(command())
            found[what] = same(what, digest_of(ended[what][-1]), found[what])
    return [
        Timing(
            what,
            tuple(one.seconds for one in runs_of_it),
            found[what],
            peak_bytes=max(one.peak_bytes for one in runs_of_it),
            facts={"seconds of the warm-up": warm_up[what]},
        )
        for what, runs_of_it in ended.items()
    ]


def environment() -> Facts:
    """Return versions, processor, threads, and how busy the machine is."""
    found: Facts = {
        "date": datetime.now(UTC).date().isoformat(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "processors available": available_processors(),
        "load before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def available_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor() -> str:
    """Return the processor's name, where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
