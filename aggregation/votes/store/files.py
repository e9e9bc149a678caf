"""The files of a store: arrays that are mapped into memory, and names."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import VoteError
from .manifest import (
    ANSWERS,
    CODES,
    MANIFEST,
    MEND,
    RATERS,
    STARTS,
    Manifest,
    partition_files,
)
from .names import typed

# Of Linux' renameat2: relative to the working folder, and RENAME_EXCHANGE.
HERE, EXCHANGE = -100, 2


def mapped_partition(
    folder: Path, manifest: Manifest, number: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Map a partition's starts, shape (n_items + 1,), and codes, shape (n_votes,), into memory.

    Raises
    ------
    VoteError
        If a file is missing, of another size or cannot be read.
    """
    files = partition_files(number)
    n_items, n_votes = manifest.partitions[number]
    starts = mapped(folder / files.starts, STARTS, n_items + 1)
    return starts, mapped(folder / files.codes, CODES, n_votes)


def check_range(
    folder: Path,
    manifest: Manifest,
    number: int,
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
) -> None:
    """Refuse a partition whose numbers lead out of its arrays: no kernel would notice.

    Raises
    ------
    VoteError
        The message names the file.
    """
    files = partition_files(number)
    if starts[0] != 0 or starts[-1] != len(codes) or (starts[1:] < starts[:-1]).any():
        raise VoteError(f"{folder / files.starts}: is damaged, its items do not follow: {MEND}")
    most = manifest.n_raters * manifest.n_answers - 1
    if len(codes) and not 0 <= codes.min() <= codes.max() <= most:
        found = codes.min() if codes.min() < 0 else codes.max()
        raise VoteError(
            f"{folder / files.codes}: is damaged, a vote has the code {found}, which is none of 0 "
            f"to {most}: {MEND}"
        )


def mapped(path: Path, kind: np.dtype[Any], size: int) -> NDArray[Any]:
    """Map a file of numbers into memory."""
    try:
        if path.stat().st_size != size * kind.itemsize:
            raise VoteError(f"{path}: has been altered since the store was made: {MEND}")
        return np.memmap(path, kind, "r").view(np.ndarray) if size else np.empty(0, kind)
    except OSError as error:
        raise VoteError(f"{path}: cannot be read ({error.strerror}): {MEND}") from error


def stamp_of(folder: Path) -> tuple[int, int] | None:
    """Return what changes when a store in a folder becomes another; None if there is none."""
    try:
        found = (folder / MANIFEST).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


@contextmanager
def unchanged(folder: Path, stamp: tuple[int, int] | None) -> Iterator[None]:
    """Refuse what has been read if the store became another meanwhile; None: that is not known.

    What was mapped before stays what it was.
    """
    try:
        yield
    finally:
        if stamp is not None and stamp_of(folder) != stamp:
            raise VoteError(
                f"{folder}: has become another store since it was opened, for votes were added or "
                "it was made anew: open it again"
            )


def exchange(one: Path, other: Path) -> None:
    """Let two folders change places.

    Linux does that at once. Elsewhere `other` is away for a moment; what was broken off then is
    mended by :func:`brought_back`.
    """
    if sys.platform == "linux" and exchanged_at_once(one, other):
        return
    aside = aside_of(other)
    other.rename(aside)
    one.rename(other)
    aside.rename(one)


def exchanged_at_once(one: Path, other: Path) -> bool:
    """Have Linux exchange two names; say whether the file system can."""
    import ctypes

    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    ended = rename(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE)
    return bool(ended == 0)


def aside_of(folder: Path) -> Path:
    """Name the place where a folder is while another takes its place."""
    return folder.with_name(f".{folder.name}.aside")


def brought_back(folder: Path) -> None:
    """Bring a folder back that was put aside, if nothing has taken its place."""
    if not folder.exists() and aside_of(folder).exists():
        aside_of(folder).rename(folder)


def item_names(folder: Path, manifest: Manifest, numbers: Sequence[int]) -> Any:
    """Return the names of some partitions' items, as an array of Arrow."""
    import pyarrow as pa

    held = [
        held_names(folder / partition_files(number).items, manifest.partitions[number][0])
        for number in numbers
    ]
    return typed(pa.concat_arrays(held), manifest.item_type)


def held_names(path: Path, size: int) -> Any:
    """Read names, of which there are so many, from Parquet, as an array of Arrow."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        column = parquet.ParquetFile(path).read().column("name")
    except (OSError, KeyError, pa.ArrowException) as error:
        said = " ".join(str(error).split())
        raise VoteError(f"{path}: cannot be read ({said}): {MEND}") from error
    if len(column) != size:
        raise VoteError(f"{path}: is damaged, it has {len(column)} names, not {size}: {MEND}")
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def names_of(numbers: Sequence[int]) -> list[str]:
    """Name the files that a fit reads of some partitions: those of items are for the results."""
    return [RATERS, ANSWERS, *(name for k in numbers for name in partition_files(k)[:2])]
