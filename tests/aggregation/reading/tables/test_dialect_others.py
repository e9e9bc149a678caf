"""Files that are no text, or no table in it, whatever they are called: one line says what to do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from aggregation import VoteError, Votes, VoteStore

TABLE = pa.table({"item": ["a", "b"], "rater": ["x", "x"], "answer": ["1", "2"]})


def content(kind: str) -> bytes:
    sink = io.BytesIO()
    if kind == "parquet":
        parquet.write_table(TABLE, sink)
    elif kind == "feather":
        feather.write_feather(TABLE, sink)
    elif kind == "xlsx":
        with zipfile.ZipFile(sink, "w") as archive:
            archive.writestr("[Content_Types].xml", "")
    else:
        sink.write(b'\xef\xbb\xbf \n[{"item": "a", "rater": "x", "answer": "1"}]')
    return sink.getvalue()


@pytest.mark.parametrize("kind", ["parquet", "feather", "xlsx", "json"])
def test_a_file_of_another_kind_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "votes.csv"
    path.write_bytes(content(kind))
    for read in (Votes.read, lambda one: VoteStore.ingest(one, tmp_path / "store")):
        with pytest.raises(
            VoteError, match=f"votes.csv: looks like {kind}, .*--input-format {kind}$"
        ):
            read(path)
    if kind != "xlsx":
        votes = Votes.read(path, input_format=kind)  # type: ignore[arg-type]
        assert votes.n_votes == (1 if kind == "json" else 2)


@pytest.mark.parametrize(
    "start", ["<!DOCTYPE html>\n<html>", "<html><body>", '<?xml version="1.0"?>']
)
def test_a_page_is_no_table(tmp_path: Path, start: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"{start}\n<p>Sign in, please</p>\n")
    with pytest.raises(VoteError, match=r"export\.csv: is a page"):
        Votes.read(path)


@pytest.mark.parametrize(
    ("name", "words"), [("v.dta", "read_stata"), ("v.pkl", "read_pickle"), ("v.rds", "")]
)
def test_other_programs_files_are_not_read(tmp_path: Path, name: str, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x80\x05 whatever")
    with pytest.raises(VoteError, match=f"files are not read: save the votes as csv .*{words}"):
        Votes.read(path)
