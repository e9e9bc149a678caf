"""Votes of any number into a store: batches first, then partition by partition.

Each batch and each partition is a file that is there when it is whole. What was broken off goes on
with those that are missing, and comes to the same bytes.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from ....errors import VoteError
from ....reading.layouts.doubts import doubtful_answers, looks_swapped, words_for_nothing
from ....reading.options import Duplicates, Reading
from ...arrays import check_code_range
from ...coded import left_out_notes, rows_repeat
from ..alone import alone
from ..files import brought_back, exchange
from ..manifest import (
    ANSWERS,
    PARTIAL,
    PLAN,
    RATERS,
    Manifest,
    described,
    read_manifest,
    write_manifest,
    write_whole,
)
from .fresh import fresh_of, moved_answers, write_record
from .inputs import STORE, Input, inputs_of
from .merge import Codes, kind_of, merge, merged_before, numbered_names, write_names
from .plan import Plan, check_options, clean_up, forgotten_if_unusable, plan_of, prepared
from .spill import Batch, write_batch

Progress = Callable[[str, float], object]
SPILLING, MERGING = "reading", "grouping"
# Said when there is not enough room on disk.
FULL = (errno.ENOSPC, errno.EDQUOT)
# So many inputs are named that hold no votes.
MOST_NAMED = 3


class Found(NamedTuple):
    """What is to be said of the votes of a store that has been made.

    Attributes
    ----------
    notes : tuple of str
        What was guessed, found or left out, a sentence each.
    """

    notes: tuple[str, ...]


def ingest(
    paths: Sequence[Path],
    folder: Path,
    options: Reading,
    *,
    memory: int,
    partitions: int | None,
    progress: Progress | None,
) -> Found:
    """Make a store in a folder; see :meth:`aggregation.VoteStore.ingest`."""
    check_options(paths, options, memory, partitions)
    fresh = fresh_of([one for path in paths for one in inputs_of(path, options)], options)
    plan = plan_of(fresh.inputs, options, memory, partitions)
    tell = progress or (lambda _stage, _share: None)
    with full_disk_said(folder), alone(folder):
        is_new = not folder.exists()
        partial = prepared(folder, plan)
        if partial is None:
            return Found(())
        with forgotten_if_unusable(folder, plan.n_partitions, is_new):
            found = [*batches_of(fresh.inputs, options, plan, partial, tell)]
            check_votes(fresh.inputs, found)
            manifest, notes = made(folder, partial, found, options, plan, tell)
        write_record(folder, fresh.record)
        write_manifest(folder, manifest)
        clean_up(partial)
        said = options.answer_names is not None
        moved = () if said else moved_answers(fresh.inputs, folder, manifest)
    return Found((*fresh.notes, *notes, *moved))


def add(
    paths: Sequence[Path],
    folder: Path,
    options: Reading,
    *,
    memory: int,
    progress: Progress | None,
) -> Found:
    """Add votes to a store in its place; see :meth:`aggregation.VoteStore.add`.

    The larger store is made beside it, and the two change places. Broken off before that, the same
    goes on; broken off after it, the record of the store says that the files are there.
    """
    folder = folder.resolve()  # a link stays one
    with alone(folder):
        return added(paths, folder, options, memory, progress)


def added(
    paths: Sequence[Path], folder: Path, options: Reading, memory: int, progress: Progress | None
) -> Found:
    """Make the larger store, and let the two change places."""
    brought_back(folder)
    n_partitions = len(read_manifest(folder).partitions)
    check_options(paths, options, memory, None)
    if not os.access(folder, os.W_OK):  # whoever protects it means its files to stay
        raise VoteError(f"{folder}: may not be written to: votes are added in its place")
    if folder.is_mount():
        raise VoteError(
            f"{folder}: is a mount point, which cannot change places with a larger store: put both "
            "into a new folder (reassess ingest STORE FILES -o NEW), or keep the store in a folder "
            "below"
        )
    beside = folder.with_name(f".{folder.name}.adding")
    if beside.exists() and not (beside / PARTIAL / PLAN).exists():
        shutil.rmtree(beside)  # of the store of before, which a kill left there
    inputs = [one for path in (folder, *paths) for one in inputs_of(path, options)]
    fresh = fresh_of(inputs, options)
    if all(one.kind == STORE and one.folder == folder for one in fresh.inputs):
        return Found(fresh.notes)
    found = ingest(
        [folder, *paths],
        beside,
        options,
        memory=memory,
        partitions=n_partitions,
        progress=progress,
    )
    exchange(beside, folder)
    shutil.rmtree(beside)
    return found


def batches_of(
    inputs: Sequence[Input], options: Reading, plan: Plan, partial: Path, tell: Progress
) -> Iterator[Batch]:
    """Write the batches that are not there yet; yield all of them."""
    total = max(sum(one.size for one in inputs), 1)
    number, before = 0, 0
    complete = partial / "batches.json"
    if complete.exists():
        yield from batches_before(complete)
        return
    names = []
    for one in inputs:
        for votes, read in one.pieces(options, plan.batch_bytes):
            path = partial / f"batch-{number:06}.arrow"
            batch = written_before(path)
            if batch is None:
                try:
                    write_batch(path, votes, plan.n_partitions, normalise=options.normalise)
                except VoteError as error:  # of names that cannot be kept
                    raise VoteError(f"{one.name}: {error}") from error
                batch = Batch(path)
            del votes  # the next piece takes as much
            names.append(path.name)
            number += 1
            yield batch
            tell(SPILLING, (before + read * one.size) / total)
        before += one.size
    write_whole(complete, json.dumps(names).encode())


def batches_before(complete: Path) -> list[Batch]:
    """Return the batches that are all there, as a file says."""
    folder = complete.parent
    batches = []
    for name in json.loads(complete.read_bytes()):
        batch = written_before(folder / name)
        if batch is None:
            raise VoteError(f"{folder / name}: is missing or damaged: the same command starts anew")
        batches.append(batch)
    return batches


def written_before(path: Path) -> Batch | None:
    """Return a batch that is there and whole."""
    import pyarrow as pa

    try:
        return Batch(path)
    except (FileNotFoundError, pa.ArrowInvalid):
        return None


def made(
    folder: Path,
    partial: Path,
    batches: Sequence[Batch],
    options: Reading,
    plan: Plan,
    tell: Progress,
) -> tuple[Manifest, tuple[str, ...]]:
    """Merge the batches into partitions; return what is written down, and what is to be said."""
    normalise = options.normalise
    raters = numbered_names(batches, "rater", normalise=normalise)
    answers = numbered_names(batches, "answer", options.answer_names, normalise=normalise)
    codes = Codes(raters.codes, answers.codes, len(raters.names), len(answers.names))
    check_code_range(codes.n_raters, codes.n_answers)
    parts = []
    for number in range(plan.n_partitions):
        note = partial / f"partition-{number:04}.json"
        part = merged_before(folder, note)
        if part is None:
            part = merge(folder, number, batches, codes, options.duplicates, normalise=normalise)
            write_whole(note, json.dumps(part).encode())
        parts.append(part)
        tell(MERGING, (number + 1) / plan.n_partitions)
    write_names(folder / RATERS, raters.names)
    write_names(folder / ANSWERS, answers.names)
    manifest = summed(folder, batches, parts, codes)
    doubts = looks_swapped(manifest.n_votes, manifest.n_items, manifest.n_raters)
    if options.answer_names is None:
        names = answers.names.to_pylist()
        doubts += words_for_nothing(names) + doubtful_answers(names, manifest.n_votes)
    return manifest, (*said_of(batches, parts, options.duplicates), *doubts)


def check_votes(inputs: Sequence[Input], batches: Sequence[Batch]) -> None:
    """Refuse a store without votes."""
    if not any(batch.told.n_votes for batch in batches):
        left_out = ", ".join(f"{n:,} {reason}" for reason, n in left_out_of(batches).items())
        names = ", ".join(one.name for one in inputs[:MOST_NAMED])
        more = f" and {len(inputs) - MOST_NAMED:,} more" if len(inputs) > MOST_NAMED else ""
        raise VoteError(f"{names}{more}: no votes are left{f': {left_out}' if left_out else ''}")


def summed(
    folder: Path, batches: Sequence[Batch], parts: Sequence[dict[str, Any]], codes: Codes
) -> Manifest:
    """Put together what is written down of a store."""
    counts = [part["counts"] for part in parts]
    files = {name: said for part in parts for name, said in part["files"].items()}
    names = (RATERS, ANSWERS)
    return Manifest(
        n_items=sum(n_items for n_items, _ in counts),
        n_raters=codes.n_raters,
        n_answers=codes.n_answers,
        n_votes=sum(n_votes for _, n_votes in counts),
        n_repeated=sum(part["n_repeated"] for part in parts),
        item_type=kind_of(batches, "item", whole=all(part["whole"] for part in parts)),
        partitions=counts,
        files=files | {name: described(folder / name) for name in names},
    )


def left_out_of(batches: Sequence[Batch]) -> dict[str, int]:
    """Count the votes that were left out, by reason."""
    found: dict[str, int] = {}
    for batch in batches:
        for reason, count in batch.told.left_out.items():
            found[reason] = found.get(reason, 0) + count
    return found


def said_of(
    batches: Sequence[Batch], parts: Sequence[dict[str, Any]], duplicates: Duplicates | None
) -> tuple[str, ...]:
    """Say what was guessed, left out and found."""
    notes = dict.fromkeys(note for batch in batches for note in batch.told.notes)
    left_out = left_out_notes(left_out_of(batches))
    n_again = sum(part["n_repeated"] + part.get("n_dropped", 0) for part in parts)
    each = ", and each counts as a vote (--duplicates keep, first, last or error)."
    said = rows_repeat(n_again) + (f": the {duplicates} is kept." if duplicates else each)
    return (*notes, *left_out, *((said,) if n_again and duplicates != "keep" else ()))


@contextmanager
def full_disk_said(folder: Path) -> Iterator[None]:
    """Say so if the disk is full: what is written so far is kept."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise VoteError(
            f"{folder}: no space is left on the disk: make some, and the same command goes on from "
            "where it stopped"
        ) from error


def paths_of(paths: str | PathLike[str] | Sequence[str | PathLike[str]]) -> list[Path]:
    """Return one path or several as a list."""
    return [Path(path) for path in ([paths] if isinstance(paths, str | PathLike) else paths)]
