"""What goes into a store, how it is cut, and the folder in which it is made."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from ....arguments import is_whole
from ....errors import VoteError, shown
from ....reading.options import NONE, Reading
from ....reading.tables.sources import Source
from ..manifest import MANIFEST, PARTIAL, PLAN, partition_files, read_manifest, write_whole
from .fresh import as_json
from .inputs import STORE, Input

# A batch of text takes so many times its size until it is written, and a vote of a partition so
# many bytes until it is grouped.
MEMORY_PER_BATCH_BYTE = 20
MEMORY_PER_VOTE = 200
LEAST_BATCH, MOST_BATCH = 1 << 20, 1 << 25
LEAST_MEMORY = 1 << 24
# Votes are counted in Parquet, and guessed from the size of other files; packed ones are larger.
GUESSED_BYTES_PER_VOTE = 10
PACKED = 6
MOST_VOTES_IN_PARTITION = 1 << 21
MOST_PARTITIONS = 4096


class Plan(NamedTuple):
    """What goes into a store, and how it is cut: the same plan comes to the same bytes.

    Attributes
    ----------
    inputs : list of list
        Name, size and time of change of each file.
    options : dict
        How they are read.
    batch_bytes : int
    n_partitions : int
    """

    inputs: list[list[Any]]
    options: dict[str, Any]
    batch_bytes: int
    n_partitions: int


def check_options(
    paths: Sequence[Path], options: Reading, memory: int, partitions: int | None
) -> None:
    """Refuse what cannot be done a batch at a time."""
    if not paths:
        raise VoteError("no votes: name a file, a folder or a pattern")
    if options.truth_column not in (None, NONE) and not options.without_golden:
        raise VoteError(
            "a store keeps no known classes: leave truth_column (--truth-column) out, and give "
            "them to the fit"
        )
    for name, number in (("memory", memory), ("partitions", partitions)):
        if number is not None and not is_whole(number):
            raise VoteError(f"{name}={shown(number)}: give a whole number")
    if memory < LEAST_MEMORY:
        raise VoteError(f"memory={memory!r}: {LEAST_MEMORY:,} bytes are the least")
    if partitions is not None and not 1 <= partitions <= MOST_PARTITIONS:
        raise VoteError(f"partitions={partitions!r}: give 1 to {MOST_PARTITIONS:,}")


def plan_of(inputs: Sequence[Input], options: Reading, memory: int, partitions: int | None) -> Plan:
    """Say how large batches are, and how many partitions there are."""
    batch = min(max(memory // MEMORY_PER_BATCH_BYTE, LEAST_BATCH), MOST_BATCH)
    if partitions is None:
        votes = sum(map(guessed_votes, inputs))
        most = min(memory // MEMORY_PER_VOTE, MOST_VOTES_IN_PARTITION)
        partitions = min(1 << max(-(-votes // most) - 1, 0).bit_length(), MOST_PARTITIONS)
    files = [path for one in inputs for path in one.paths]
    said = [
        [str(path), path.stat().st_size, path.stat().st_mtime_ns] if path.is_file() else [str(path)]
        for path in files
    ]
    return Plan(said, as_json(options), int(batch), int(partitions))


def guessed_votes(one: Input) -> int:
    """Guess how many votes there are, for better too many."""
    if one.kind == STORE and one.folder is not None:
        return read_manifest(one.folder).n_votes
    if one.kind == "parquet" and all(map(Path.is_file, one.paths)):
        from pyarrow import ArrowInvalid, parquet

        try:
            return sum(int(parquet.read_metadata(path).num_rows) for path in one.paths)
        except (ArrowInvalid, OSError):
            pass
    packed = PACKED if Source(one.paths[0]).packing else 1
    return one.size * packed // GUESSED_BYTES_PER_VOTE


def prepared(folder: Path, plan: Plan) -> Path | None:
    """Return the folder of what is being made, None where the plan has been carried out."""
    if folder.exists() and not folder.is_dir():
        raise VoteError(f"{folder}: is a file: name a new or an empty folder")
    partial = folder / PARTIAL
    said = json.dumps(plan._asdict(), indent=1).encode()
    try:
        before = (partial / PLAN).read_bytes()
    except FileNotFoundError:
        if (folder / MANIFEST).exists():
            with suppress(OSError):
                partial.rmdir()  # killed as this was all that was left to do
            raise VoteError(
                f"{folder}: holds a store already: name another folder, or add to it (--add, "
                "VoteStore.add)"
            ) from None
        others = any(path != partial for path in folder.iterdir()) if folder.is_dir() else False
        if others or any(partial.glob("[!.]*")):
            raise VoteError(
                f"{folder}: holds something else: name a new or an empty folder"
            ) from None
        partial.mkdir(parents=True, exist_ok=True)
        write_whole(partial / PLAN, said)
        return partial
    if before != said:
        raise VoteError(
            f"{folder}: an ingest of other files or with other options was broken off here: say "
            f"the same as then, or delete {partial} and what lies beside it"
        )
    if (folder / MANIFEST).exists():  # killed as it was cleaning up
        clean_up(partial)
        return None
    return partial


@contextmanager
def forgotten_if_unusable(folder: Path, n_partitions: int, is_new: bool) -> Iterator[None]:
    """Delete what was made of votes that turn out unusable, for the same would end there again."""
    try:
        yield
    except VoteError:
        for number in range(n_partitions):
            for name in partition_files(number):
                (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / PARTIAL)
        if is_new:
            with suppress(OSError):  # somebody has put something else there
                folder.rmdir()
        raise


def clean_up(partial: Path) -> None:
    """Delete what was written on the way to a store that is whole now.

    The plan goes last: as long as it is there, the same command knows that it was the one.
    """
    for path in partial.iterdir():
        if path.name != PLAN:
            path.unlink()
    shutil.rmtree(partial)
