"""From votes to labels in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from aggregation import VoteError, Votes, aggregate, fit_ibcc

ROWS = {
    "photo": ["p2", "p2", "p1", "p1", "p10", "p10"],
    "who": ["ann", "bob"] * 3,
    "said": ["cat", "cat", "dog", "dog", "cat", "cat"],
}
COLUMNS: Any = {"item": "photo", "rater": "who", "answer": "said"}


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table])
def test_of_a_frame(frame: Any) -> None:
    found = aggregate(frame(ROWS), **COLUMNS)
    assert isinstance(found, type(frame(ROWS)))
    labels = [value.as_py() if frame is pa.table else value for value in found["label"]]
    assert labels == ["cat", "dog", "cat"]
    items = [value.as_py() if frame is pa.table else value for value in found["item"]]
    assert items == ["p2", "p1", "p10"]


def test_of_a_file_and_of_votes(tmp_path: Path) -> None:
    pd.DataFrame(ROWS).to_csv(tmp_path / "v.csv", index=False)
    found = aggregate(tmp_path / "v.csv", **COLUMNS)
    assert found["item"].to_pylist() == ["p2", "p1", "p10"]
    votes = Votes.read(tmp_path / "v.csv", **COLUMNS)
    assert aggregate(votes).equals(found)
    assert fit_ibcc(votes).labels().to_native().equals(found)


def test_of_what_holds_no_votes() -> None:
    with pytest.raises(VoteError, match="no column is called like the item"):
        aggregate(pd.DataFrame({"x": [1], "y": [2], "z": [3]}))
