"""Parquet files of columns that are lists of values and places in these."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import dataset, parquet

from aggregation import Votes
from aggregation.reading.tables.binary import listed_columns


def test_columns_of_few_values_are_read_as_places_in_lists(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pa.table(
        {
            "item": [f"item-{k}" for k in rng.permutation(200_000)],
            "rater": [f"rater{k}" for k in rng.integers(300, size=200_000)],
            "answer": rng.choice(["no", "yes"], size=200_000).tolist(),
            "n": rng.integers(3, size=200_000),
        }
    )
    path, plain = tmp_path / "votes.parquet", tmp_path / "plain.parquet"
    parquet.write_table(table, path, row_group_size=50_000)
    parquet.write_table(table, plain, use_dictionary=False)
    assert listed_columns(dataset.dataset(path)) == ["rater", "answer"]
    assert listed_columns(dataset.dataset(plain)) == []
    found, expected = Votes.read(path), Votes.read(plain)
    np.testing.assert_array_equal(found.starts, expected.starts)
    np.testing.assert_array_equal(found.codes, expected.codes)
    for role in ("item", "rater", "answer"):
        names = getattr(found, f"{role}_names")
        assert names == getattr(expected, f"{role}_names")
        assert names == tuple(sorted(set(table[role].to_pylist())))


def test_a_missing_rater_in_a_list_is_found(tmp_path: Path) -> None:
    raters = ["", *["ann"] * 49_999, *["bob", None] * 25_000]
    table = pa.table(
        {"item": [f"i{k}" for k in range(100_000)], "rater": raters, "answer": ["x"] * 100_000}
    )
    path = tmp_path / "votes.parquet"
    parquet.write_table(table, path)
    assert "rater" in listed_columns(dataset.dataset(path))
    votes = Votes.read(path, missing="")
    assert (votes.n_votes, votes.rater_names) == (74_999, ("ann", "bob"))


def test_a_file_without_rows_has_no_lists(tmp_path: Path) -> None:
    path = tmp_path / "votes.parquet"
    parquet.write_table(pa.table({"item": pa.array([], pa.string())}), path)
    assert listed_columns(dataset.dataset(path)) == []


def test_bytes_that_are_text_are_text(tmp_path: Path) -> None:
    path = tmp_path / "votes.parquet"
    for names, found in (
        ([b"a", "\u00e9".encode()], ("a", "\u00e9")),
        ([b"a", b"\xff"], (b"a", b"\xff")),
    ):
        columns = {"item": names, "rater": [b"x", b"x"], "answer": ["1", "2"]}
        parquet.write_table(pa.table(columns), path)
        votes = Votes.read(path)
        assert (votes.item_names, votes.rater_names) == (found, ("x",))
