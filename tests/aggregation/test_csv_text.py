"""Text of csv is that of Python's own writer to the byte, whoever writes it."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation import csv_text as writing
from aggregation.csv_text import arrow_rows, csv_text
from aggregation.held import LateNames, NamedCodes

EVIL = [
    "=1+1",
    "@SUM(A1)",
    'say "c"',
    "a,b",
    "two\nlines",
    "lone\rreturn",
    "",
    " ",
    "\0",
    "naïve",
    "'",
]
names = st.one_of(st.sampled_from(EVIL), st.text(st.characters(exclude_categories=["Cs"])))
numbers = st.one_of(
    st.floats(),
    st.floats(0, 1),
    st.integers(-(2**60), 2**60).map(float),
    st.tuples(st.floats(1, 10), st.integers(-12, 20)).map(lambda pair: pair[0] * 10.0 ** pair[1]),
)


def by_python(columns: dict[str, list[Any]]) -> str:
    """Write lists by Python's csv; None and NaN are empty, and text with an end of line quoted."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    rows = []
    for row in [list(columns), *zip(*columns.values(), strict=True)]:
        out.seek(0)
        out.truncate()
        writer.writerow(["" if cell is None or cell != cell else cell for cell in row])
        rows.append(out.getvalue().removesuffix("\r\n") + "\n")
    return "".join(rows)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """Draw columns of every kind, equally long."""
    size = draw(st.integers(1, 12))

    def column(of: Any) -> Any:
        return st.lists(of, min_size=size, max_size=size)

    few = draw(st.lists(names, min_size=1, max_size=4))
    codes = np.array(draw(column(st.integers(-1, len(few) - 1))))
    mixed = st.one_of(names, st.none(), st.integers(), st.floats(), st.booleans())
    return {
        draw(names): draw(column(names)),
        "float": np.array(draw(column(numbers))),
        "float32": np.array(draw(column(st.floats(width=32))), dtype=np.float32),
        "int": np.array(draw(column(st.integers(-(2**63), 2**63 - 1)))),
        "uint": np.array(draw(column(st.integers(0, 2**64 - 1))), dtype=np.uint64),
        "bool": np.array(draw(column(st.booleans()))),
        "coded": NamedCodes(codes, few),
        "late": NamedCodes(codes, LateNames(lambda: pa.array(few), len(few))),
        "coded numbers": NamedCodes(codes, draw(st.lists(numbers, min_size=4, max_size=4))),
        "range": range(size),
        "mixed": draw(st.one_of(column(names), column(mixed.filter(lambda cell: cell != "1")))),
    }


def as_lists(columns: dict[str, Any]) -> dict[str, list[Any]]:
    return {
        name: column.tolist() if isinstance(column, np.ndarray) else writing.told_apart([*column])
        for name, column in columns.items()
    }


@settings(max_examples=60, deadline=None)
@given(tables())
def test_arrow_writes_what_python_does(columns: dict[str, Any]) -> None:
    n_rows = len(columns["int"])
    found = b"".join(arrow_rows(list(columns.values()), n_rows)).decode()
    expected = by_python(as_lists(columns))
    assert csv_text(columns) == expected
    assert csv_text(dict.fromkeys(columns, ())) + found == expected


def test_short_tables_need_no_arrow() -> None:
    """Which takes as long to import, and pandas with it, as tens of thousands of rows to write."""
    program = (
        "import sys; from aggregation.csv_text import csv_text;"
        "assert csv_text({'a': range(6000), 'b': range(6000)}).count('\\n') == 6001;"
        "assert 'pyarrow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def long(**columns: Any) -> dict[str, list[Any]]:
    """Repeat cells until they are worth Arrow, and more than one piece of them."""
    return {name: (cells * 110_001)[:110_001] for name, cells in columns.items()}


@pytest.mark.parametrize(
    "columns",
    [
        long(name=EVIL, share=[0.1, float("nan"), 1.0, 1e-5]),
        long(name=["half \ud800 a pair", "a"], n=[1]),
        long(alone=["", "a"]),
        long(name=[1, "1", None], n=[1]),
    ],
)
def test_long_tables(columns: dict[str, list[Any]]) -> None:
    assert csv_text(columns) == by_python(
        {name: writing.told_apart(column) for name, column in columns.items()}
    )


def test_numbers_read_back() -> None:
    rng = np.random.default_rng(0)
    values = rng.integers(0, 2**63, 20_000).view(np.float64)
    shares = rng.random(20_000)
    text = csv_text({"any": values, "share": shares})
    rows = [line.split(",") for line in text.splitlines()[1:]]
    read = np.array([[float(cell or "nan") for cell in row] for row in rows])
    np.testing.assert_array_equal(read, np.stack((values, shares), axis=1))
    assert [row[1] for row in rows] == [repr(share) for share in shares.tolist()]
