"""A store takes whatever `Votes.read` takes, and refuses what that refuses, in the same words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from aggregation import VoteError, Votes, VoteStore
from tests.conftest import folder_or_skip

from .....support.stores import named_rows, write_rows

OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"missing": ["NA", ""]},
    {"wide": True},
    {"header": False},
    {"rater": "annotator_{}", "answer": "label_{}"},
    {"encoding": "latin-1"},
)


@pytest.mark.filterwarnings("ignore::aggregation.VoteWarning")
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_files_as_users_have_them(options: dict[str, Any], tmp_path: Path) -> None:
    cases = folder_or_skip("REASSESS_CASES", "the cases of votes as people have them")
    for number, path in enumerate(sorted(cases.rglob("*.*"))):
        try:
            wanted = Votes.read(path, **options)
        except VoteError as error:
            with pytest.raises(VoteError, match=f"^{re.escape(str(error))}$|has a list, which"):
                VoteStore.ingest(path, tmp_path / str(number), **options)
            continue
        found = VoteStore.ingest(path, tmp_path / str(number), partitions=2, **options).votes()
        assert named_rows(found) == named_rows(wanted)
        assert found.rater_names == wanted.rater_names
        assert found.answer_names == wanted.answer_names


def test_folders_whose_files_are_raters(tmp_path: Path) -> None:
    (tmp_path / "votes").mkdir()
    for name in ("ann", "bob"):
        write_rows(tmp_path / "votes" / f"{name}.csv", [("x", "yes"), ("y", "no")], "item,label")
    found = VoteStore.ingest(tmp_path / "votes", tmp_path / "store")
    assert named_rows(found.votes()) == named_rows(Votes.read(tmp_path / "votes"))
    assert found.rater_names == ("ann", "bob")
    assert "Took the files' names for the raters." in found.notes


def test_a_tensor(tmp_path: Path) -> None:
    tensor = np.random.default_rng(0).integers(0, 2, (3, 20, 1))
    np.savez(tmp_path / "votes.npz", tensor=tensor, ids=["a", "b", "c"])
    found = VoteStore.ingest(tmp_path / "votes.npz", tmp_path / "store", partitions=2)
    assert named_rows(found.votes()) == named_rows(Votes.read(tmp_path / "votes.npz"))


def test_counts_of_votes(tmp_path: Path) -> None:
    rows = [("x", "a", "yes", 3), ("y", "b", "no", 1)]
    path = write_rows(tmp_path / "votes.csv", rows, "item,rater,answer,n")
    found = VoteStore.ingest(path, tmp_path / "store", count="n")
    assert named_rows(found.votes()) == named_rows(Votes.read(path, count="n"))


@pytest.mark.parametrize(
    "kind",
    [pa.time64("us"), pa.time32("ms"), pa.duration("s"), pa.timestamp("us", "Europe/Berlin")],
    ids=str,
)
@pytest.mark.parametrize("role", ["item", "rater", "answer"])
def test_names_of_types_that_do_not_come_back_are_text(
    role: str, kind: pa.DataType, tmp_path: Path
) -> None:
    table = pa.table({name: ["a", "b"] for name in ("item", "rater", "answer")})
    times = pa.array([1, 2 * 10**6], kind)
    place = table.column_names.index(role)
    parquet.write_table(table.set_column(place, role, times), tmp_path / "votes.parquet")
    votes = VoteStore.ingest(tmp_path / "votes.parquet", tmp_path / "store").votes()
    found = {"item": votes.item_names, "rater": votes.rater_names, "answer": votes.answer_names}
    assert sorted(found[role]) == sorted(map(str, times.to_pylist()))


def test_names_that_cannot_be_kept_are_of_a_file(tmp_path: Path) -> None:
    table = pa.table({"item": [1e300, 2.5], "rater": ["x", "y"], "answer": ["n", "m"]})
    parquet.write_table(table, tmp_path / "votes.parquet")
    with pytest.raises(VoteError, match=r"votes\.parquet: the item has numbers of 2\*\*53 and"):
        VoteStore.ingest(tmp_path / "votes.parquet", tmp_path / "store")
