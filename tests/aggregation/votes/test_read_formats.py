"""The same votes in every format and kind of frame read back equal."""

from __future__ import annotations

import bz2
import csv
import gzip
import importlib
import io
import json
import lzma
import zipfile
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import feather, parquet

from aggregation import Votes

from ...support.named import named_votes

pandas: Any = importlib.import_module("pandas")
polars: Any = importlib.import_module("polars")

Rows = list[tuple[str, str, str]]
COLUMNS = ("task", "worker", "label")


def records(rows: Rows) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def table(rows: Rows) -> pa.Table:
    return pa.Table.from_pylist(records(rows))


def text(rows: Rows, separator: str = ",", quoting: Any = csv.QUOTE_MINIMAL) -> str:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, quoting=quoting).writerows([COLUMNS, *rows])
    return file.getvalue()


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("votes.csv", content)
    return file.getvalue()


def in_bytes(write: Callable[[pa.Table, Any], Any], rows: Rows) -> bytes:
    sink = pa.BufferOutputStream()
    write(table(rows), sink)
    return bytes(sink.getvalue())


FILES: dict[str, Callable[[Rows], bytes]] = {
    "plain.csv": lambda rows: text(rows).encode(),
    "quoted.csv": lambda rows: text(rows, quoting=csv.QUOTE_ALL).encode(),
    "semicolon.csv": lambda rows: b"\xef\xbb\xbf" + text(rows, ";").encode(),
    "hint.csv": lambda rows: b"sep=;\r\n" + text(rows, ";").encode(),
    "pipe.txt": lambda rows: text(rows, "|").encode(),
    "tab.csv": lambda rows: text(rows, "\t").encode(),
    "tab.tsv": lambda rows: text(rows, "\t").encode(),
    "wide_characters.tsv": lambda rows: text(rows, "\t").encode("utf-16"),
    "packed.csv.gz": lambda rows: gzip.compress(text(rows).encode()),
    "packed.csv.bz2": lambda rows: bz2.compress(text(rows).encode()),
    "packed.csv.xz": lambda rows: lzma.compress(text(rows).encode()),
    "packed.csv.zip": lambda rows: zipped(text(rows).encode()),
    "records.json": lambda rows: json.dumps(records(rows)).encode(),
    "columns.json": lambda rows: json.dumps(table(rows).to_pydict()).encode(),
    "split.json": lambda rows: json.dumps({"columns": COLUMNS, "data": rows}).encode(),
    "triples.json": lambda rows: json.dumps(rows).encode(),
    "lines.jsonl": lambda rows: "\n".join(map(json.dumps, records(rows))).encode(),
    "table.parquet": lambda rows: in_bytes(parquet.write_table, rows),
    "table.feather": lambda rows: in_bytes(feather.write_feather, rows),
}
FRAMES: dict[str, Callable[[Rows], Any]] = {
    "pandas": lambda rows: pandas.DataFrame(records(rows)),
    "an index": lambda rows: pandas.DataFrame(records(rows)).set_index(["task", "worker"]),
    "polars": lambda rows: polars.DataFrame(records(rows)),
    "pyarrow": table,
    "records": records,
    "columns": lambda rows: table(rows).to_pydict(),
    "arrays": lambda rows: {n: np.array(c) for n, c in table(rows).to_pydict().items()},
    "rows": lambda rows: rows,
}
NAMES = st.text("abcdez019 .-", min_size=1, max_size=6).map(str.strip).filter(bool)
ROWS = st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=2, max_size=20)
pytestmark = pytest.mark.filterwarnings("ignore::aggregation.VoteWarning")


def as_text(votes: Votes) -> Counter[tuple[str, ...]]:
    return Counter(tuple(map(str, vote)) for vote in named_votes(votes).elements())


@settings(deadline=None, max_examples=30)
@given(ROWS)
def test_every_format_and_frame_gives_the_same_votes(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows
) -> None:
    folder = tmp_path_factory.mktemp("votes")
    for name, write in FILES.items():
        (folder / name).write_bytes(write(rows))
        assert as_text(Votes.read(folder / name)) == Counter(rows), name
    for name, make in FRAMES.items():
        assert as_text(Votes.from_frame(make(rows))) == Counter(rows), name
