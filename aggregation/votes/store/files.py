"""The files of a store: arrays that are mapped into memory, and names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import VoteError
from .manifest import CODES, MEND, STARTS, Manifest, described, partition_files
from .names import typed

RATERS, ANSWERS = "raters.parquet", "answers.parquet"


def mapped_partition(
    folder: Path, manifest: Manifest, number: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Map a partition's starts, shape (n_items + 1,), and codes, shape (n_votes,), into memory.

    Raises
    ------
    VoteError
        If a file is missing, damaged or cannot be read.
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


def copy_partitions(url: str, manifest: Manifest, numbers: Sequence[int], folder: Path) -> None:
    """Copy what a fit reads of some partitions from wherever fsspec reaches, and verify it.

    Raises
    ------
    VoteError
        If a file cannot be copied, or is another than when the store was made.
    """
    import fsspec

    names = [RATERS, ANSWERS]  # those of items are read where results are written
    names += [name for number in numbers for name in partition_files(number)[:2]]
    where = url
    try:
        system, root = fsspec.url_to_fs(url)
        for name in names:
            where = f"{url.rstrip('/')}/{name}"
            system.get_file(f"{root.rstrip('/')}/{name}", str(folder / name))
    except Exception as error:  # each file system raises what it likes
        reason = " ".join(str(error).split()) or type(error).__name__
        raise VoteError(f"{where}: cannot be copied ({reason})") from error
    for name in names:
        if described(folder / name) != manifest.files[name]:
            raise VoteError(f"{url}: {name} is another file there than in the store here")
