"""Reads damaged files in a process of its own, and says how each ended."""

from __future__ import annotations

import multiprocessing
import random
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import numpy as np

from aggregation import Table, VoteError, Votes
from analysis import ReleaseError, load_release
from analysis.release.files import download
from analysis.release.files.readers import (
    read_label_sets,
    read_original_labels,
    read_questions,
    read_scores,
    read_votes,
)

from .mutations import mutate

LONGEST_MESSAGE = 1000
MOST_SECONDS = 20.0
# More than what a good file takes, in bytes; arrays of 512 MB may be held, and copied once.
MOST_MEMORY = 1200 << 20
READ, REFUSED = "read", "refused"


class End(NamedTuple):
    """How the reading of a damaged file ended.

    `how` is "read", "refused", or what should not be: an exception, a long message, no answer.
    """

    file: str
    number: int
    how: str
    what: str
    seconds: float
    memory: int


@dataclass
class Report:
    """What was found of many damaged files."""

    ends: list[End] = field(default_factory=list)

    @property
    def failures(self) -> list[End]:
        """Those that ended as none should."""
        return [end for end in self.ends if end.how not in (READ, REFUSED)]

    def __str__(self) -> str:
        lines = [f"{'file':<24}{'damaged':>9}{'read':>7}{'refused':>9}{'failed':>8}"]
        files = dict.fromkeys(end.file for end in self.ends)
        for name in files:
            found = Counter(end.how for end in self.ends if end.file == name)
            total = sum(found.values())
            bad = total - found[READ] - found[REFUSED]
            lines.append(
                f"{Path(name).name[:23]:<24}{total:>9,}{found[READ]:>7,}{found[REFUSED]:>9,}{bad:>8,}"
            )
        longest = max((len(end.what) for end in self.ends if end.how == REFUSED), default=0)
        slowest = max(self.ends, key=lambda end: end.seconds)
        largest = max(self.ends, key=lambda end: end.memory)
        lines += [
            f"{len(self.ends):,} damaged files, {len(self.failures):,} failures",
            f"longest message: {longest:,} characters",
            f"slowest: {slowest.seconds:.1f} s ({slowest.file}, number {slowest.number})",
            f"most memory: {largest.memory / 2**20:,.0f} MB ({largest.file}, {largest.number})",
            *(f"FAILED {end.file} {end.number}: {end.how}: {end.what}" for end in self.failures),
        ]
        return "\n".join(lines)


def readers(release: Path) -> dict[str, Callable[[Path], object]]:
    """Return what reads each kind of file, by its name."""
    raters, golden, raters_golden, scores, labels, original = download.FILES
    good = load_release(release)

    def archive(path: Path) -> object:
        return read_votes(path, len(read_questions(path)))

    return {
        **dict.fromkeys((raters, golden, raters_golden), archive),
        scores: lambda path: read_scores(path, good.questions),
        labels: read_label_sets,
        original: read_original_labels,
        **dict.fromkeys(("votes.csv", "votes.parquet", "votes.npz"), read_and_write),
    }


def read_and_write(path: Path) -> None:
    """Read votes, and write their names: what is read must not fail after a fit."""
    votes = Votes.read(path)
    for names in (votes.item_names, votes.rater_names, votes.answer_names):
        table = Table({"name": names})
        table.to_csv().encode()
        table.to_arrow()


def write_votes(folder: Path) -> None:
    """Write good votes as csv, Parquet and npz."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    rng = np.random.default_rng(0)
    n_items, n_raters = 40, 6
    items, raters = np.divmod(np.arange(n_items * n_raters), n_raters)
    answers = rng.integers(0, 3, items.size)
    names = np.array(["ann", 'bob, "the" 2nd', "ça\u0301", "李", "e@example.org", "00 7"])
    table = pa.table(
        {
            "item": items + 10**9,
            "rater": names[raters],
            "label": pa.array(np.array(["no", "maybe", "yes"])[answers]).dictionary_encode(),
            "time": pa.array(items * 10**12, pa.timestamp("us", "UTC")),
            "score": rng.random(items.size),
        }
    )
    csv.write_csv(table, folder / "votes.csv")
    parquet.write_table(table, folder / "votes.parquet", row_group_size=100)
    tensor = np.zeros((n_raters, n_items, 3), bool)
    tensor[raters, items, answers] = True
    ids = np.array([f"rater {rater}" for rater in range(n_raters)])
    info = np.array([[f"{item}.png", str(item % 7)] for item in range(n_items)])
    np.savez_compressed(folder / "votes.npz", tensor=tensor, ids=ids, info=info)


def damaged(
    sources: Mapping[str, bytes], count: int, seed: int
) -> Iterator[tuple[str, int, bytes]]:
    """Yield so many damaged files: name, number and content; the same for the same seed."""
    names = list(sources)
    for number in range(count):
        name = names[number % len(names)]
        yield name, number, mutate(sources[name], random.Random(f"{seed} {name} {number}"))


def run(release: Path, folder: Path, count: int, seed: int = 0) -> Report:
    """Damage the release's six files and three of votes, and read each.

    Parameters
    ----------
    release : Path
        Folder of a release.
    folder : Path
        To write damaged files to.
    count : int
    seed : int
    """
    write_votes(folder)
    sources = {name: (release / name).read_bytes() for name in download.FILES}
    sources |= {
        name: (folder / name).read_bytes() for name in ("votes.csv", "votes.parquet", "votes.npz")
    }
    report = Report()
    reader = Reader(release)
    try:
        for name, number, content in damaged(sources, count, seed):
            path = folder / f"damaged {Path(name).name}"
            path.write_bytes(content)
            report.ends.append(reader.read(name, number, path))
    finally:
        reader.stop()
    return report


class Reader:
    """A process that reads one file after another; a new one where it hangs or dies."""

    def __init__(self, release: Path) -> None:
        self.release = release
        self.start()

    def start(self) -> None:
        """Start the process, and wait until it has read the good release."""
        context = multiprocessing.get_context("spawn")
        self.ours, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, self.release), daemon=True)
        self.process.start()
        theirs.close()
        assert self.ours.recv() == "ready"

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()

    def read(self, name: str, number: int, path: Path) -> End:
        """Have a file read."""
        begun = time.perf_counter()
        self.ours.send((name, path))
        if not self.ours.poll(MOST_SECONDS):
            self.stop()
            self.start()
            return End(name, number, "hangs", "", MOST_SECONDS, 0)
        try:
            how, what, memory = self.ours.recv()
        except EOFError:
            self.process.join()
            code = self.process.exitcode
            self.start()
            return End(name, number, "dies", f"exit status {code}", time.perf_counter() - begun, 0)
        return End(name, number, how, what, time.perf_counter() - begun, memory)


def serve(pipe: Connection, release: Path) -> None:
    """Read the files that are sent, and answer how that ended."""
    warnings.simplefilter("ignore")
    by_name = readers(release)
    pipe.send("ready")
    while True:
        name, path = pipe.recv()
        before = memory_now()
        how, what = outcome(by_name[name], path)
        memory = memory_peak() - before
        if memory > MOST_MEMORY:
            how, what = "memory", f"{memory >> 20} MB"
        pipe.send((how, what, memory))


def outcome(reader: Callable[[Path], object], path: Path) -> tuple[str, str]:
    """Read a file; it is read, or refused in one short line that names it."""
    try:
        reader(path)
    except (VoteError, ReleaseError) as error:
        message = str(error)
        short = len(message) <= LONGEST_MESSAGE and "\n" not in message and str(path) in message
        return (REFUSED if short else "message"), message
    except BaseException as error:
        return type(error).__name__, "".join(traceback.format_exception(error)[-3:])
    return READ, ""


def memory_now() -> int:
    """Begin to measure memory anew; return what is held, in bytes, 0 where nothing tells."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return 0
    return memory_peak()


def memory_peak() -> int:
    """Return the most that was held since then, in bytes."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return 1024 * int(line.split()[1])
