"""What goes into a store, how it is cut, and the folder in which it is made."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

from ....errors import VoteError, listed
from ....reading.options import NONE, Reading
from ....reading.tables.sources import Source
from ..manifest import MANIFEST, PARTIAL, PLAN, described, read_manifest, write_whole
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
# Which files' votes a store holds: beside the manifest, for the same votes may come in other files.
INPUTS = "inputs.json"


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


class Fresh(NamedTuple):
    """What is put into a store: no file whose votes are in one of the stores among the inputs.

    Attributes
    ----------
    inputs : list of Input
    record : dict of str to str
        Names of all files whose votes the store will hold, by :func:`key_of`.
    left_out : list of str
        Names of files that are there already.
    """

    inputs: list[Input]
    record: dict[str, str]
    left_out: list[str]

    @property
    def notes(self) -> tuple[str, ...]:
        """Say how many files were left out."""
        if not self.left_out:
            return ()
        n_files = sum(len(one.paths) for one in self.inputs if one.kind != STORE)
        of_all = f"{len(self.left_out):,} of {len(self.left_out) + n_files:,}"
        names = listed(self.left_out)
        return (f"Left out {of_all} inputs, which are in the store already: {names}.",)


def fresh_of(inputs: Sequence[Input], options: Reading) -> Fresh:
    """Look which files are in one of the stores, by their content and how it is read."""
    fresh = Fresh([], {}, [])
    for one in inputs:
        if one.kind == STORE:
            take_store(one, fresh)
    known = frozenset(fresh.record)
    for one in inputs:
        if one.kind != STORE:
            take_files(one, fresh, known, options)
    return fresh


def take_store(one: Input, fresh: Fresh) -> None:
    """Put a store among the inputs, if its votes are not those of another.

    Raises
    ------
    VoteError
        If some of them are, and others not.
    """
    held = recorded(one.paths[0].parent)
    both = [name for key, name in held.items() if key in fresh.record]
    if (both and len(both) == len(held)) or one in fresh.inputs:
        fresh.left_out.append(one.name)
    elif both:
        raise VoteError(
            f"{one.name}: holds votes of {listed(both)}, and so does another of the stores: they "
            "would count twice. Take the files themselves"
        )
    else:
        fresh.inputs.append(one)
        fresh.record.update(held)


def take_files(one: Input, fresh: Fresh, known: frozenset[str], options: Reading) -> None:
    """Put those of the files among the inputs that are not known."""
    paths = []
    for path in one.paths:
        key = key_of(one, path, options) if path.is_file() else None
        if key in known:
            fresh.left_out.append(path.name)
            continue
        paths.append(path)
        if key is not None:
            fresh.record[key] = path.name
    if paths:
        fresh.inputs.append(replace(one, paths=tuple(paths)))


def key_of(one: Input, path: Path, options: Reading) -> str:
    """Return a hash of a file's content and of how it is read: other columns are other votes."""
    said: list[Any] = [described(path)["sha256"], as_json(options)]
    if one.several or one.folder is not None:
        said.append(path.stem)  # which may be the rater
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def recorded(folder: Path) -> dict[str, str]:
    """Return the names of files whose votes a store holds, by their keys."""
    try:
        held = json.loads((folder / INPUTS).read_bytes())
    except FileNotFoundError:  # nothing was kept of them when it was made
        return {}
    except (OSError, ValueError) as error:
        raise VoteError(
            f"{folder / INPUTS}: cannot be read ({error}): restore or delete it"
        ) from error
    return dict(held)


def write_record(folder: Path, record: dict[str, str]) -> None:
    """Write down which files' votes a store holds."""
    write_whole(folder / INPUTS, json.dumps(record, indent=1, sort_keys=True).encode() + b"\n")


def as_json(options: Reading) -> Any:
    """Return options as JSON has them."""
    return json.loads(json.dumps(asdict(options), default=str))


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
    return Plan(said, as_json(options), batch, partitions)


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


def clean_up(partial: Path) -> None:
    """Delete what was written on the way to a store that is whole now.

    The plan goes last: as long as it is there, the same command knows that it was the one.
    """
    for path in partial.iterdir():
        if path.name != PLAN:
            path.unlink()
    shutil.rmtree(partial)
