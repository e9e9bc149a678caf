"""Tables: what they hold stays, reads well, is escaped, and becomes anybody's frame."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from aggregation import Table


def table(native: str | None = None) -> Table:
    return Table(
        {
            "item": ["a,<b>", 'say "c"'],
            "share": np.array([1 / 3, np.nan]),
            "votes": np.array([12, 0]),
            "majority": [3, None],
        },
        native=native,
    )


def test_columns_by_name() -> None:
    found = table()
    assert len(found) == 2
    assert found.column_names == tuple(found) == ("item", "share", "votes", "majority")
    assert found["majority"] == (3, None)
    assert dict(found).keys() == found.columns.keys()
    assert len(Table({})) == 0


def test_it_cannot_be_changed() -> None:
    votes = np.array([1, 2])
    found = Table({"votes": votes})
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(found["votes"])[0] = 3
    votes[0] = 5  # the user's own array stays the user's
    with pytest.raises(TypeError):
        found.columns["more"] = votes  # type: ignore[index]


def test_columns_of_another_length() -> None:
    with pytest.raises(ValueError, match=r"equally long, not \{'a': 1, 'b': 2\}"):
        Table({"a": [1], "b": [1, 2]})


def test_as_text() -> None:
    assert repr(table()).splitlines() == [
        "item      share  votes  majority",
        "a,<b>    0.3333     12         3",
        'say "c"              0',
    ]
    long = Table({"n": range(12), "x": ["y" * 50] * 12})
    lines = repr(long).splitlines()
    assert lines[1] == f"0  {'y' * 37}..."
    assert lines[10:] == [f"9  {'y' * 37}...", "... and 2 more rows"]
    assert len(long.to_text(None).splitlines()) == 13


def test_html_is_escaped() -> None:
    found = Table({"<i>": ["<script>alert(1)</script> & more"]})._repr_html_()
    assert "<script>" not in found
    assert "<i>" not in found
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in found
    assert "and 5 more rows" in Table({"n": range(15)})._repr_html_()


def test_csv_reads_back() -> None:
    rows = list(csv.DictReader(io.StringIO(table().to_csv())))
    assert [row["item"] for row in rows] == ["a,<b>", 'say "c"']
    assert float(rows[0]["share"]) == 1 / 3
    assert [row["majority"] for row in rows] == ["3", ""]
    assert rows[1]["share"] == ""


def test_pandas() -> None:
    frame = table("pandas").to_native()
    assert isinstance(frame, pd.DataFrame)
    assert frame["majority"].tolist() == [3, None]
    assert frame["share"][0] == 1 / 3


def test_polars() -> None:
    frame = table("polars").to_native()
    assert isinstance(frame, pl.DataFrame)
    assert frame["majority"].to_list() == [3, None]
    assert pl.DataFrame(table()).equals(frame)


@pytest.mark.parametrize("native", [None, "pyarrow", "modin"])
def test_pyarrow_for_the_rest(native: str | None) -> None:
    frame = table(native).to_native()
    assert isinstance(frame, pa.Table)
    assert frame["votes"].to_pylist() == [12, 0]
    assert pa.table(table()).schema == frame.schema
    assert repr(pa.table(table()).to_pydict()) == repr(frame.to_pydict())


def test_names_of_several_types_become_text() -> None:
    assert Table({"x": [1, "a", None]}).to_arrow()["x"].to_pylist() == ["1", "a", None]


def test_columns_stand_below_each_other_with_letters_of_two_cells() -> None:
    names = ["猫 (ねこ)", "cafe\u0301", "dog"]
    lines = Table({"class": names, "items": [1, 22, 3]}).to_text().splitlines()
    blank = " ".__mul__
    assert lines == [
        f"class{blank(6)}items",
        f"猫 (ねこ){blank(6)}1",
        f"cafe\u0301{blank(10)}22",
        f"dog{blank(12)}3",
    ]
