"""Ingests and fits of stores that are killed: what is started again comes to the same bytes.

    python -m tests.hostile.kills.stores ROUNDS [SEED]

In a round an ingest, or a fit with its checkpoint, is killed at some moments, by the clock or when
so many files are there, and started again each time; the last run is left to its end. No vote may
be lost or doubled: the files are to the byte those of a run that nothing disturbed.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from aggregation.votes.store.making.fresh import INPUTS

from ...support.commands import PROGRAM
from ...support.stores import bytes_of, shuffled_table, write_csv

N_VOTES, PARTITIONS = 60_000, 8
MOST_KILLS = 4
SECONDS = 300.0
EM = ("--method", "dawid-skene", "--pseudo-count", "0.1", "--tol", "0", "--max-steps", "60")


@dataclass
class Outcome:
    """How kills ended.

    Attributes
    ----------
    kills : int
        Runs that were killed before they had ended by themselves.
    faults : list of str
        What must not be: tracebacks, other bytes, leftovers.
    """

    kills: int = 0
    faults: list[str] = field(default_factory=list)


class End(NamedTuple):
    """How a process ended, and what it said on standard error."""

    status: int
    said: str


@dataclass(frozen=True)
class Job:
    """A command that goes on where it was broken off, and what it wrote when nothing disturbed it.

    Attributes
    ----------
    name : str
    line : callable
        From the folder that it writes to, its arguments.
    n_files : int
        Files that it makes on its way.
    seconds : float
        Until it ends, about.
    wanted : dict of str to bytes
    """

    name: str
    line: Callable[[Path], list[str]]
    n_files: int
    seconds: float
    wanted: dict[str, bytes]


def run(rounds: int, seed: int) -> Outcome:
    """Kill ingests and fits in so many rounds, and look at what they come to."""
    rng, outcome = random.Random(seed), Outcome()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "tmp").mkdir()
        jobs = jobs_in(place)
        for number in range(rounds):
            job = jobs[number % len(jobs)]
            for fault in faults_of(job, place, place / f"{job.name}-{number}", rng, outcome):
                outcome.faults.append(f"round {number}, {job.name}: {fault}")
    return outcome


def jobs_in(place: Path) -> list[Job]:
    """Make what is compared with: a store, and a fit to it."""
    csv = write_csv(place / "votes.csv", shuffled_table(N_VOTES))
    store = place / "store"

    def ingest(folder: Path) -> list[str]:
        options = ["--partitions", str(PARTITIONS), "--memory", "17M"]
        return ["ingest", str(csv), "-o", str(folder), *options]

    def fit(folder: Path) -> list[str]:
        return ["fit", str(store), "-o", str(folder), "--resume", *EM]

    jobs = []
    for name, line, n_files in (("ingest", ingest, 4 * PARTITIONS + 6), ("fit", fit, 6)):
        out = store if name == "ingest" else place / "fitted"
        begun = time.monotonic()
        ended = end_of(started(line(out), place))
        assert ended.status == 0, ended.said
        jobs.append(Job(name, line, n_files, time.monotonic() - begun, bytes_of(out)))
    return jobs


def faults_of(
    job: Job, place: Path, folder: Path, rng: random.Random, outcome: Outcome
) -> list[str]:
    """Kill a job some times, let it end, and return what must not be."""
    found: list[str] = []
    for left in reversed(range(rng.randint(1, MOST_KILLS) + 1)):
        process = started(job.line(folder), place)
        if left:
            wait_for_moment(process, job, folder, rng)
            process.kill()
        end = end_of(process)
        if "Traceback" in end.said or "Exception ignored" in end.said:
            found.append(f"traceback: {end.said[-2000:]!r}")
        if left_behind := [path.name for path in (place / "tmp").iterdir()]:
            found.append(f"left behind: {left_behind}")
        if end.status != -signal.SIGKILL:
            break
        outcome.kills += 1
    # it may have been killed when all was done but the exit
    if end.status != 0 and not (left < MOST_KILLS and "holds a store already" in end.said):
        found.append(f"exit status {end.status}: {end.said[-300:]!r}")
    names = {path.name for path in folder.iterdir()} - {INPUTS}
    if names != job.wanted.keys():
        found.append(f"other files: {sorted(names)}")
    elif bytes_of(folder) != job.wanted:
        found.append("other bytes")
    return found


def started(arguments: list[str], place: Path) -> subprocess.Popen[str]:
    """Start a command whose temporary files lie in a folder of their own."""
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        env=os.environ | {"TMPDIR": str(place / "tmp")},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def wait_for_moment(
    process: subprocess.Popen[str], job: Job, folder: Path, rng: random.Random
) -> None:
    """Wait for some time, or until so many files are there, and a little more."""
    if rng.random() < 0.4:
        time.sleep(rng.uniform(0.3, job.seconds))
        return
    wanted = rng.randint(1, job.n_files)
    while process.poll() is None and sum(len(files) for *_, files in os.walk(folder)) < wanted:
        time.sleep(0.0005)
    time.sleep(rng.random() * 0.02)


def end_of(process: subprocess.Popen[str]) -> End:
    """Wait for a process to end."""
    _, said = process.communicate(timeout=SECONDS)
    return End(process.returncode, said)


if __name__ == "__main__":
    result = run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(f"{result.kills} kills")
    print("\n".join(result.faults) or "nothing lost, doubled, torn or left behind")
    raise SystemExit(bool(result.faults))
