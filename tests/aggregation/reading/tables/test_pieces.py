"""Pieces of a file are the file: wherever they are cut, however it is packed."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather, parquet

from aggregation import VoteError
from aggregation.reading.options import Reading
from aggregation.reading.tables import pieces as module
from aggregation.reading.tables.pieces import Files, text_pieces
from aggregation.reading.tables.sources import Source
from aggregation.reading.tables.text import text_table

CELL = st.text(st.sampled_from('ab7",\n é'), max_size=5)
ROWS = st.lists(st.tuples(CELL, CELL), min_size=1, max_size=60)
LATER = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pieces be as small as is said, and their least a few rows."""
    monkeypatch.setattr(module, "SAMPLE", 32)


def cells(tables: list[Any]) -> list[list[str | None]]:
    return [
        [cell for table in tables for cell in table.column(place).to_pylist()] for place in (0, 1)
    ]


def write(path: Path, rows: list[tuple[str, str]], encoding: str = "utf-8") -> bytes:
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    content = ("left,right\n" + "\n".join(quoted) + "\n").encode(encoding)
    path.write_bytes(content)
    return content


@given(rows=ROWS, size=st.integers(1, 200))
@LATER
@pytest.mark.usefixtures("small")
def test_text_in_pieces(
    rows: list[tuple[str, str]], size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("text") / "votes.csv"
    content = write(path, rows)
    found = list(text_pieces(Source(path), Reading(separator=","), size))
    whole = text_table(pa.py_buffer(content), ".csv", Reading(separator=","))
    assert cells([piece.table for piece in found]) == cells([whole])
    assert found[-1].read == 1
    last = found[-1].table
    n_last = len(last.column(0))
    if n_last:
        assert last.line(n_last - 1) == whole.line(len(whole.column(0)) - 1)


def zipped(content: bytes, path: Path) -> bytes:
    with zipfile.ZipFile(path.with_name("held.zip"), "w") as archive:
        archive.writestr("votes.csv", content)
    return path.with_name("held.zip").read_bytes()


PACKED: dict[str, Callable[[bytes, Path], bytes]] = {
    ".gz": lambda content, _: gzip.compress(content),
    ".bz2": lambda content, _: bz2.compress(content),
    ".xz": lambda content, _: lzma.compress(content),
    ".zst": lambda content, _: pa.compress(content, "zstd", asbytes=True),
    ".zip": zipped,
    "": lambda content, _: gzip.compress(content),  # found by how it begins
}


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.usefixtures("small")
def test_packed_text_in_pieces(packing: str, tmp_path: Path) -> None:
    path = tmp_path / f"votes.csv{packing}"
    rows = [(f"item {k}", "é" * (k % 7)) for k in range(300)]
    content = write(tmp_path / "plain.csv", rows)
    path.write_bytes(PACKED[packing](content, path))
    found = [piece.table for piece in text_pieces(Source(path), Reading(), 100)]
    assert len(found) > 10
    assert cells(found) == cells([text_table(pa.py_buffer(content), ".csv", Reading())])


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig", "utf-16"])
@pytest.mark.usefixtures("small")
def test_text_of_another_encoding_in_pieces(encoding: str, tmp_path: Path) -> None:
    rows = [(f"item {k}", "é" * (k % 7) + "x") for k in range(300)]
    write(tmp_path / "votes.csv", rows, encoding)
    said = Reading(encoding="latin-1" if encoding == "latin-1" else None)
    found = [piece.table for piece in text_pieces(Source(tmp_path / "votes.csv"), said, 101)]
    assert cells(found) == [list(column) for column in zip(*rows, strict=True)]


@pytest.mark.usefixtures("small")
def test_rows_that_end_early_and_lines_by_carriage_return(tmp_path: Path) -> None:
    (tmp_path / "short.csv").write_text("left,right\n" + "a,b\nc\n" * 50)
    found = [piece.table for piece in text_pieces(Source(tmp_path / "short.csv"), Reading(), 20)]
    assert cells(found) == [["a", "c"] * 50, ["b", None] * 50]
    (tmp_path / "mac.csv").write_bytes(b"left,right\r" + b"a,b\rc,d\r" * 50)
    found = [piece.table for piece in text_pieces(Source(tmp_path / "mac.csv"), Reading(), 20)]
    assert cells(found) == [["a", "c"] * 50, ["b", "d"] * 50]


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(VoteError, match="is empty"):
        next(text_pieces(Source(tmp_path / "empty.csv"), Reading(), 100))
    (tmp_path / "bad.csv").write_bytes(b"left,right\na,\xff\n")
    with pytest.raises(VoteError, match="is not written in utf-16"):
        list(text_pieces(Source(tmp_path / "bad.csv"), Reading(encoding="utf-16"), 100))


@pytest.mark.parametrize("kind", ["parquet", "feather"])
def test_files_with_types_in_pieces(kind: str, tmp_path: Path) -> None:
    table = pa.table({"a": range(1000), "unused": ["x"] * 1000, "b": [str(k) for k in range(1000)]})
    paths = [tmp_path / f"{k}.{kind}" for k in range(2)]
    for path in paths:
        if kind == "parquet":
            parquet.write_table(table, path, row_group_size=130)
        else:
            feather.write_feather(table, str(path), chunksize=130)
    found = list(Files(paths, None, kind).pieces([2, 0], 300))
    assert [len(piece.table.column(0)) for piece in found] == [300] * 6 + [200]
    values = [value for piece in found for value in piece.table.column(0).to_pylist()]
    assert values == [*range(1000)] * 2
    assert found[1].table.line(4) == "row 304"
    assert [piece.read for piece in found][-1] == 1
