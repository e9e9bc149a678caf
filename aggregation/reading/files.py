"""Columns and tensors from files: csv, Parquet, and npz in the layout of the ReaL release."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import VoteError
from .columns import Column
from .names import choose_columns, coded_arrow
from .tensors.npz import array_names, cells_of_raters, open_member
from .tensors.tensor import TensorCells

SEPARATORS = {".csv": ",", ".tsv": "\t"}
PACKINGS = (".gz", ".bz2", ".zst", ".lz4")
PARQUET = (".parquet", ".pq")


def read_columns(path: Path, said: dict[str, str | None]) -> dict[str, Column]:
    """Read some columns of a csv or Parquet file, as codes and names.

    Parameters
    ----------
    path : Path
        Of a kind that its name tells; a folder is one of Parquet files.
    said : dict
        Which column has which role; see :func:`choose_columns`.

    Returns
    -------
    dict of str to Column
        For each role, its column.

    Raises
    ------
    VoteError
        If the file is of another kind or cannot be read, a column cannot be told, or an entry is
        missing.
    """
    path.stat()  # says which file is missing
    suffix = kind_of(path)
    separator = SEPARATORS.get(suffix)
    if separator is None and suffix not in PARQUET:
        raise VoteError(f"{path}: cannot tell what it is: call it .csv, .tsv, .parquet or .npz")
    with naming(path):
        table = read_parquet(path, said) if separator is None else read_csv(path, said, separator)
        if not table.num_rows:
            raise VoteError("there are no rows")
        return {
            role: coded_arrow(
                table[name], f"{role} (column {name!r})", text_only=separator is not None
            )
            for role, name in zip(said, table.column_names, strict=True)
        }


def kind_of(path: Path) -> str:
    """Return what a file's name says it is: its suffix, without that of a packing."""
    if path.is_dir():
        return PARQUET[0]
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() if suffix in PACKINGS else suffix


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Put the file's name before what is wrong with it, in our words or pyarrow's."""
    import pyarrow as pa

    try:
        yield
    except VoteError as error:
        raise VoteError(f"{path}: {error}") from error
    except (pa.ArrowException, OSError) as error:
        raise VoteError(f"{path}: cannot be read ({' '.join(str(error).split())})") from error


def read_csv(path: Path, said: dict[str, str | None], separator: str) -> Any:
    """Read columns of a csv file as text: a file of numbers may have a name on its last line.

    Only an empty cell is missing; "NA" may well be an answer.
    """
    import pyarrow as pa
    from pyarrow import csv

    parsing = csv.ParseOptions(delimiter=separator)
    with csv.open_csv(path, parse_options=parsing) as reader:
        found = reader.schema.names
    chosen = choose_columns(found, said)
    for name in chosen:
        if found.count(name) > 1:
            raise VoteError(f"column {name!r} is there {found.count(name)} times")
    conversion = csv.ConvertOptions(
        include_columns=chosen,
        column_types=dict.fromkeys(chosen, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
    )
    return csv.read_csv(path, parse_options=parsing, convert_options=conversion)


def read_parquet(path: Path, said: dict[str, str | None]) -> Any:
    """Read columns of a Parquet file, or of a folder of them."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        dataset = parquet.ParquetDataset(path)
    except (pa.ArrowException, OSError) as error:
        if path.is_dir():
            raise VoteError("a folder, and not one of Parquet files alone: name a file") from error
        raise
    chosen = choose_columns(dataset.schema.names, said)
    return dataset.read(columns=chosen).select(chosen)


def is_npz(path: Path) -> bool:
    """Say whether a file's name says that it holds NumPy arrays."""
    return path.suffix.lower() == ".npz"


def read_tensor(path: Path) -> TensorCells:
    """Read `tensor` (n_raters, n_items, n_answers) as a stream; names from `ids` and `info`."""
    held = array_names(path)
    with open_member(path, "tensor") as member:
        if len(member.shape) != 3 or member.dtype.kind not in "biuf":
            raise member.fail(
                "should hold numbers, 0 and 1, with three axes (rater, item, answer): "
                f"it has {member.shape} {member.dtype}"
            )
        n_raters, n_items, n_answers = member.shape
        rater_names = read_names(path, "ids", n_raters) if "ids" in held else None
        item_names = read_names(path, "info", n_items) if "info" in held else None
        try:
            rows = cells_of_raters(member)
        except VoteError as error:
            raise member.fail(str(error)) from error
    return TensorCells(rows, n_items, n_answers, item_names, rater_names)


def read_names(path: Path, name: str, size: int) -> list[Any]:
    """Read an array of names, one an entry or several a row, which are joined by a slash."""
    with open_member(path, name) as member:
        if len(member.shape) not in (1, 2) or member.shape[0] != size:
            raise member.fail(
                f"should hold {size} names, as the tensor has: its shape is {member.shape}"
            )
        names: list[Any] = member.whole().tolist()
    if len(member.shape) == 2:
        names = ["/".join(map(str, row)) for row in names]
    twice = len(names) - len(set(names))
    if twice:
        raise member.fail(f"{twice} of the {size} names occur before")
    return names
