"""Cells that hold lists or records: the one thing of each is a name, and several are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from aggregation import VoteError, Votes, VoteStore


def written(rows: list[dict[str, Any]], kind: str, folder: Path) -> Path:
    path = folder / f"votes.{kind}"
    if kind == "parquet":
        parquet.write_table(pa.Table.from_pylist(rows), path)
    elif kind == "json":
        path.write_text(json.dumps(rows))
    else:
        path.write_text("\n".join(map(json.dumps, rows)))
    return path


def rows_of(*answers: Any) -> list[dict[str, Any]]:
    return [{"item": f"i{n}", "rater": "ann", "answer": one} for n, one in enumerate(answers)]


@pytest.mark.parametrize("kind", ["json", "jsonl", "parquet"])
def test_a_list_of_one_thing_is_that_thing(kind: str, tmp_path: Path) -> None:
    path = written(rows_of(["cat"], ["dog"], ["cat"]), kind, tmp_path)
    expected = Votes.from_frame(rows_of("cat", "dog", "cat"))
    for votes in (Votes.read(path), VoteStore.ingest(path, tmp_path / "store").votes()):
        assert votes.answer_names == ("cat", "dog")
        assert sorted(votes.answers.tolist()) == sorted(expected.answers.tolist())
    assert Votes.read(path).answers.tolist() == expected.answers.tolist()


@pytest.mark.parametrize("kind", ["json", "jsonl", "parquet"])
def test_an_empty_one_is_missing(kind: str, tmp_path: Path) -> None:
    path = written(rows_of(["cat"], [], None, ["dog"]), kind, tmp_path)
    with pytest.raises(VoteError, match="2 votes have none"):
        Votes.read(path)
    votes = Votes.read(path, missing=("",))
    assert (votes.item_names, votes.answers.tolist()) == (("i0", "i3"), [0, 1])


@pytest.mark.parametrize("kind", ["json", "jsonl", "parquet"])
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (["cat", "dog"], r"column 'answer' has a list, .* of up to 2 things: make a row of each"),
        ({"label": "cat"}, r"column 'answer' has a record, which cannot be a name"),
        ([{"label": "cat"}], r"column 'answer' has a record, which cannot be a name"),
    ],
)
def test_several_things_are_no_name(kind: str, answer: Any, message: str, tmp_path: Path) -> None:
    path = written(rows_of(answer, answer), kind, tmp_path)
    for read in (Votes.read, lambda path: VoteStore.ingest(path, tmp_path / "store")):
        with pytest.raises(VoteError, match=message):
            read(path)


def test_so_it_is_in_a_wide_file(tmp_path: Path) -> None:
    rows = [{"item": [f"i{n}"], "ann": ["cat"], "bob": [one]} for n, one in enumerate("xy")]
    votes = Votes.read(written(rows, "json", tmp_path), wide=True)
    assert (votes.item_names, votes.answer_names) == (("i0", "i1"), ("cat", "x", "y"))
    rows[1]["bob"] = ["x", "y"]
    with pytest.raises(VoteError, match="column 'bob' has a list, which cannot be a name"):
        Votes.read(written(rows, "json", tmp_path), wide=True)
