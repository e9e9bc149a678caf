"""Commands that are killed while they work: what they leave is whole, as it was, or said not to be.

A command is run into a folder that holds the results of an earlier run, or nothing, and is killed
at some moment: by the clock, or when so many files have been begun or have changed. The folder is
then looked at as a user would find it, and the next run has to mend it.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from analysis.release.files.download import RATERS, missing_files
from analysis.release.files.writing import SUFFIX, not_of_one_run

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
HANG_SECONDS = 120.0
VOTES = "item,rater,answer\n" + "".join(
    f"i{item},r{rater},{(item * rater) % 3}\n" for item in range(60) for rater in range(5)
)


@dataclass
class Outcome:
    """How kills ended.

    Attributes
    ----------
    kills : int
    ends : Counter
        Exit statuses of what was killed; 0 where it was done before.
    marked : int
        Sets that the kill left unfinished, and that say so.
    faults : list of str
        What must not be: tracebacks, half-written files, sets that do not tell, leftovers.
    """

    kills: int = 0
    ends: Counter[int] = field(default_factory=Counter)
    marked: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """A command that writes a set of files into a folder, and what tells that the set is whole."""

    name: str
    arguments: Callable[[Path, Path, int], list[str]]
    manifest: str | None
    seconds: float

    def names(self, folder: Path) -> set[str]:
        """Return the files of a folder, parts apart."""
        return {path.name for path in folder.glob("*") if not path.name.startswith(".")}

    def is_marked(self, folder: Path) -> bool:
        """Say whether a folder tells that its files are not of one run that ended."""
        return not self.is_whole(folder) and bool(self.manifest or missing_files(folder))

    def is_whole(self, folder: Path) -> bool:
        """Say whether a folder's files are of one run, or there are none."""
        if self.manifest is None:
            known = [contents(folder.parent / f"release{k}") for k in range(2)]
            return contents(folder) in [{}, *known]
        return not not_of_one_run(folder, self.manifest, self.names(folder))


JOBS = (
    Job(
        "fit",
        lambda place, out, k: ["fit", f"{place}/votes.csv", "--seed", f"{k}", "-o", f"{out}"],
        "fit.json",
        2.5,
    ),
    Job(
        "reproduce",
        lambda place, out, k: ["reproduce", "--data", f"{place}/release{k % 2}", "-o", f"{out}"],
        "summary.json",
        3.0,
    ),
    Job(
        "simulate",
        lambda _, out, k: [
            *("simulate", "--images", "40", "--raters", "8", "--seed", f"{k % 2}", "-o", f"{out}")
        ],
        None,
        2.0,
    ),
)
SIMULATE = JOBS[2]


def run(n: int, seed: int) -> Outcome:
    """Kill commands `n` times, and look at what they leave.

    Parameters
    ----------
    n : int
        Number of kills.
    seed : int
        The same seed draws the same commands and moments; processes keep no such time.
    """
    rng, outcome = random.Random(seed), Outcome()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        prepare(place)
        for k in range(n):
            kill_once(rng.choice(JOBS), place, rng, k, outcome)
    return outcome


def prepare(place: Path) -> None:
    """Write what the commands read."""
    (place / "votes.csv").write_text(VOTES)
    for k in range(2):
        run_through(SIMULATE, place, place / f"release{k}", k)


def kill_once(job: Job, place: Path, rng: random.Random, k: int, outcome: Outcome) -> None:
    """Kill one command, look at its folder, and have the next run mend it."""
    out = place / f"{job.name}-{rng.randrange(3)}"
    before, before_parts = contents(out), parts(out)
    number = rng.choice(SIGNALS)
    with subprocess.Popen(
        command(job, place, out, k), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        wait_for_moment(process, job, out, rng)
        process.send_signal(number)
        try:
            _, said = process.communicate(timeout=HANG_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            said = "it hangs"
            outcome.faults.append(f"kill {k} of {job.name}: hangs")
    outcome.kills += 1
    outcome.ends[process.returncode] += 1
    for fault in faults(job, out, before, before_parts, process.returncode, number, said):
        outcome.faults.append(f"kill {k} of {job.name} by {number.name}: {fault}")
    outcome.marked += job.is_marked(out)
    if rng.random() < 0.3:
        run_through(job, place, out, k)
        if not job.is_whole(out) or parts(out):
            outcome.faults.append(f"kill {k} of {job.name}: the next run does not mend it")


def wait_for_moment(
    process: subprocess.Popen[str], job: Job, out: Path, rng: random.Random
) -> None:
    """Wait for some time, or until so many files are begun or new, and a little more."""
    if rng.random() < 0.5:
        time.sleep(rng.uniform(0.0, job.seconds))
        return
    begun = time.time_ns()
    wanted, renamed = rng.randint(1, 8), rng.random() < 0.6
    while process.poll() is None:
        if changes(out, begun, renamed=renamed) >= wanted:
            time.sleep(rng.random() * 0.001)
            return
        time.sleep(0.0002)


def changes(out: Path, begun: int, *, renamed: bool) -> int:
    """Count the parts in a folder, or the files that have been put there since."""
    try:
        with os.scandir(out) as entries:
            return sum(
                entry.stat().st_ctime_ns >= begun and entry.name.endswith(SUFFIX) != renamed
                for entry in entries
            )
    except FileNotFoundError:
        return 0


def faults(
    job: Job,
    out: Path,
    before: dict[str, bytes],
    before_parts: set[str],
    status: int,
    number: signal.Signals,
    said: str,
) -> list[str]:
    """Return what must not be, where a command into a folder has been killed."""
    found = []
    if "Traceback" in said or "Exception ignored" in said or "Error" in said:
        found.append(f"traceback: {said[-2000:]!r}")
    if number != signal.SIGKILL and status not in (0, 128 + number, -number):
        found.append(f"exit status {status}: {said[-300:]!r}")
    if status == 128 + number and [*said.splitlines()][-1:] not in (
        ["Interrupted."],
        ["Terminated."],
    ):
        found.append(f"said {said!r}")
    after = contents(out)
    lost = before.keys() - after.keys() - {RATERS}
    if lost:
        found.append(f"lost: {sorted(lost)}")
    for name, content in after.items():
        if not content or (name.endswith(".json") and not content.rstrip().endswith((b"}", b"]"))):
            found.append(f"half-written: {name}")
    if not job.is_whole(out) and (status == 0 or not job.is_marked(out)):
        found.append("torn")
    left = parts(out) - before_parts
    if left and status == 128 + number:
        found.append(f"it left {len(left)} parts")
    return found


def parts(folder: Path) -> set[str]:
    """Name what is half-written in a folder."""
    return {path.name for path in folder.glob(f".*{SUFFIX}")}


def contents(folder: Path) -> dict[str, bytes]:
    """Read what lies in a folder, parts apart."""
    return {
        path.name: path.read_bytes()
        for path in folder.glob("*")
        if not path.name.startswith(".") and path.is_file()
    }


def command(job: Job, place: Path, out: Path, seed: int) -> list[str]:
    """Return the command's line."""
    return [sys.executable, "-m", "scripts", *job.arguments(place, out, seed)]


def run_through(job: Job, place: Path, out: Path, seed: int) -> None:
    """Run a command to its end."""
    subprocess.run(command(job, place, out, seed), check=True, capture_output=True)


if __name__ == "__main__":
    result = run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(f"{result.kills} kills, exit statuses {dict(result.ends)}, {result.marked} marked sets")
    print("\n".join(result.faults) or "no traceback, nothing lost or torn, nothing left behind")
