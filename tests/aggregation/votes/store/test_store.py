"""A store holds the votes that `Votes.read` reads, in an order that the votes alone decide."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather, parquet

from aggregation import VoteError, Votes, VoteStore, VoteWarning
from aggregation.reading.layouts.same_names import folded_name, folded_texts, same_names
from aggregation.votes.store.manifest import partition_files

from ....support.stores import (
    bytes_of,
    copied,
    named_rows,
    shuffled_table,
    small_store,
    write_csv,
    write_rows,
)

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=6)
WRITTEN = st.one_of(NAMES, st.integers(-5, 200).map(str), st.sampled_from(["007", "1.0", "é", '"']))
ROWS = st.lists(st.tuples(WRITTEN, WRITTEN, WRITTEN), min_size=1, max_size=30)
compiles = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> VoteStore:
    return small_store(tmp_path_factory.mktemp("made"), 2_000)


@given(rows=ROWS, partitions=st.integers(1, 5))
@compiles
def test_holds_what_votes_read_reads(
    rows: list[tuple[str, str, str]], partitions: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    path = write_rows(folder / "votes.csv", quoted)
    options = {"item": "item", "rater": "rater", "answer": "answer"}
    with warnings.catch_warnings(action="ignore"):  # of names that are nearly the same
        wanted = Votes.read(path, **options)  # type: ignore[arg-type]
    made = VoteStore.ingest(path, folder / "store", partitions=partitions, **options)  # type: ignore[arg-type]
    votes = made.votes()
    assert named_rows(votes) == named_rows(wanted)
    assert (votes.rater_names, votes.answer_names) == (wanted.rater_names, wanted.answer_names)
    assert sorted(map(repr, votes.item_names)) == sorted(map(repr, wanted.item_names))


@pytest.mark.parametrize(
    "column",
    [
        pa.array([3, 1, 3, -2], pa.int32()),
        pa.array([3.0, 1.0, 3.0, 0.5]),
        pa.array([3.0, -0.0, 0.0, 2.0], pa.float32()),
        pa.array(["3", "1", "007", "1"]),
        pa.array(["3", "1", "3", "1"]),
        pa.array(["x", "y", "x", "y"]).dictionary_encode(),
        pa.array([True, False, True, True]),
        pa.array([10, 20, 10, 30], pa.date32()),
        pa.array([2**63 + 1, 1, 2, 3], pa.uint64()),
        pa.DictionaryArray.from_arrays([1, 0, 1, 0], ["no", "maybe"], ordered=True),
    ],
    ids=lambda column: str(column.type),
)
def test_keeps_types_as_votes_read_does(column: pa.Array, tmp_path: Path) -> None:
    table = pa.table({"item": column, "rater": column, "answer": column})
    parquet.write_table(table, tmp_path / "votes.parquet")
    feather.write_feather(table, str(tmp_path / "votes.feather"))
    wanted = Votes.read(tmp_path / "votes.parquet")
    for kind in ("parquet", "feather"):
        found = VoteStore.ingest(tmp_path / f"votes.{kind}", tmp_path / kind, partitions=2)
        assert named_rows(found.votes()) == named_rows(wanted)
        assert found.answer_names == wanted.answer_names
    assert bytes_of(tmp_path / "parquet") == bytes_of(tmp_path / "feather")


def test_order_of_files_and_rows_does_not_matter(tmp_path: Path) -> None:
    table = shuffled_table(3_000)
    whole = write_csv(tmp_path / "whole.csv", table)
    parts = [
        write_csv(
            tmp_path / f"{k}.csv", table.take(np.flatnonzero(np.arange(3_000) % 3 == k)[::-1])
        )
        for k in (2, 0, 1)
    ]
    one = VoteStore.ingest(whole, tmp_path / "one", partitions=4)
    VoteStore.ingest(parts, tmp_path / "other", partitions=4, memory=1 << 24)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "other")
    assert named_rows(one.votes()) == named_rows(Votes.read(whole))


def test_partitions_are_all_the_votes_in_order(store: VoteStore) -> None:
    votes, parts = store.votes(), list(store.partitions())
    assert len(parts) == store.n_partitions == 3
    assert (sum(part.n_items for part in parts), votes.n_votes) == (store.n_items, store.n_votes)
    np.testing.assert_array_equal(np.concatenate([part.codes for part in parts]), votes.codes)
    names = [name for part in parts for name in part.item_names]
    assert names == list(votes.item_names)
    for part in parts:
        assert list(part.item_names) == sorted(part.item_names, key=str.encode)


def test_where_an_item_lies_is_part_of_the_format(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "votes.csv", [(item, "r", "a") for item in "abcdefgh"])
    parts = VoteStore.ingest(path, tmp_path / "store", partitions=3).partitions()
    assert ["".join(part.item_names) for part in parts] == ["abdeg", "fh", "c"]


@pytest.mark.parametrize("kept", ["first", "last", "keep"])
def test_duplicates(kept: str, tmp_path: Path) -> None:
    rows = [("i", "r", "b"), ("j", "r", "b"), ("i", "r", "a"), ("i", "s", "b"), ("i", "s", "b")]
    path = write_rows(tmp_path / "votes.csv", rows)
    found = VoteStore.ingest(path, tmp_path / "store", partitions=2, duplicates=kept)  # type: ignore[arg-type]
    assert named_rows(found.votes()) == named_rows(Votes.read(path, duplicates=kept))  # type: ignore[arg-type]


def test_options_and_notes(tmp_path: Path) -> None:
    rows = [("i", "r", "yes", 2), ("j", "r", "NA", 1), ("i", "s", "no", 1), ("k", "s", "no", 3)]
    path = write_rows(tmp_path / "votes.csv", rows, "item,rater,answer,phase")
    options = {"missing": ["NA"], "where": ["phase=1", "phase=2"], "answer_names": ["yes", "no"]}
    found = VoteStore.ingest(path, tmp_path / "store", **options)  # type: ignore[arg-type]
    assert named_rows(found.votes()) == named_rows(Votes.read(path, **options))  # type: ignore[arg-type]
    assert found.answer_names == ("yes", "no")
    assert "Left out 1 vote: without an answer." in found.notes
    assert repr(found) == "VoteStore(2 votes: 1 item, 2 raters, 2 answers, 1 partition)"


SPELLINGS = ("Photo 1", " photo  1", "PHOTO 1", "caf\u00e9", "cafe\u0301", "7", "07", "7.0", "x")


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from((*SPELLINGS, "1.5e3", "1500", "'")),
            st.sampled_from(("Ann", "ann ", "bob", "BOB")),
            st.sampled_from(("yes", "Yes", "no", "01", "1")),
        ),
        min_size=1,
        max_size=40,
    ),
    partitions=st.integers(1, 5),
    duplicates=st.sampled_from([None, "first", "last"]),
)
@compiles
def test_names_that_differ_in_writing_are_one(
    rows: list[tuple[str, str, str]], partitions: int, duplicates: Any
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_rows(Path(folder) / "votes.csv", rows)
        options: dict[str, Any] = {"normalise": True, "duplicates": duplicates, "separator": ","}
        store = VoteStore.ingest(path, Path(folder) / "s", partitions=partitions, **options)
        with warnings.catch_warnings(action="ignore", category=VoteWarning):
            votes = Votes.read(path, **options)
        assert named_rows(store.votes()) == named_rows(votes)
        assert store.rater_names == tuple(votes.rater_names)
        assert store.answer_names == tuple(votes.answer_names)


@given(text=st.text(max_size=12) | st.from_regex(r"[-+.0-9e_ A-z]{1,8}", fullmatch=True))
@compiles
def test_what_is_taken_for_folded_is(text: str) -> None:
    assert folded_texts(pa.array([text, "A"])).to_pylist() == [folded_name(text), "a"]


@given(names=st.lists(st.from_regex(r"[-+.0-9e]{1,7}|[a-b ]{1,3}", fullmatch=True), unique=True))
@compiles
def test_a_quick_look_misses_no_two_that_fold_to_one(names: list[str]) -> None:
    groups = same_names(names)
    folds = [folded_name(name) for name in names]
    assert sum(map(len, groups)) - len(groups) == len(folds) - len(set(folds))


def test_batches_of_any_size_fold_alike(tmp_path: Path) -> None:
    names = [f"{'Photo' if k % 3 else 'photo '} {k % 7_000}" for k in range(60_000)]
    table = pa.table({"item": names, "rater": [k % 9 for k in range(60_000)], "answer": names})
    table = table.set_column(2, "answer", pa.array(["yes", "Yes", "no"] * 20_000))
    path = write_csv(tmp_path / "votes.csv", table)
    found = VoteStore.ingest(path, tmp_path / "a", normalise=True, memory=1 << 24, partitions=3)
    with warnings.catch_warnings(action="ignore", category=VoteWarning):
        wanted = Votes.read(path, normalise=True)
    assert found.n_items == 7_000
    assert named_rows(found.votes()) == named_rows(wanted)


def test_refuses_what_a_store_cannot_keep(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "votes.csv", [("i", "r", "a"), ("i", "r", "b")])
    with pytest.raises(VoteError, match="a rater votes on item 'i' again"):
        VoteStore.ingest(path, tmp_path / "a", duplicates="error")
    with pytest.raises(VoteError, match="keeps no known classes"):
        VoteStore.ingest(path, tmp_path / "c", truth_column="answer")
    with pytest.raises(VoteError, match=r"memory=5: 16,777,216 bytes are the least"):
        VoteStore.ingest(path, tmp_path / "d", memory=5)
    with pytest.raises(VoteError, match="partitions=0"):
        VoteStore.ingest(path, tmp_path / "e", partitions=0)
    with pytest.raises(VoteError, match=r"votes\.csv: no votes are left: 2 without an item"):
        VoteStore.ingest(path, tmp_path / "f", missing=["i"])
    empty = write_rows(tmp_path / "gap.csv", [("i", "r", "a"), ("i", "", "b")])
    with pytest.raises(
        VoteError, match=r"gap.csv: the rater .* is missing: 1 vote has none: line 3"
    ):
        VoteStore.ingest(empty, tmp_path / "g")


def test_never_writes_over_what_it_did_not_make(store: VoteStore, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "votes.csv", [("i", "r", "a")])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    with pytest.raises(VoteError, match="mine: holds something else"):
        VoteStore.ingest(path, tmp_path / "mine")
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep"
    with pytest.raises(VoteError, match="holds a store already"):
        VoteStore.ingest(path, store.folder)
    with pytest.raises(VoteError, match="no store of votes"):
        VoteStore.open(tmp_path / "mine")


@pytest.mark.parametrize("name", [*partition_files(1), "raters.parquet"])
def test_a_damaged_file_is_named(name: str, store: VoteStore, tmp_path: Path) -> None:
    folder = copied(store, tmp_path / "store")
    content = bytearray((folder / name).read_bytes())
    content[-1] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(VoteError, match=f"{name}: has been altered"):
        VoteStore.open(folder)
    VoteStore.open(folder, verify=False)  # the size is the same
    (folder / name).write_bytes(content[:-1])
    with pytest.raises(VoteError, match=f"{name}: has been altered"):
        VoteStore.open(folder, verify=False)
    (folder / name).unlink()
    with pytest.raises(VoteError, match=f"{name}: is missing"):
        VoteStore.open(folder, verify=False)
    (folder / name).mkdir()
    with pytest.raises(VoteError, match=f"{name}: cannot be read"):
        VoteStore.open(folder)


def test_another_version_is_refused(store: VoteStore, tmp_path: Path) -> None:
    folder = copied(store, tmp_path / "store")
    path = folder / "manifest.json"
    held = json.loads(path.read_bytes())
    path.write_text(json.dumps(held | {"version": 99}))
    with pytest.raises(VoteError, match="a store of version 99, this program reads version 1"):
        VoteStore.open(folder)
    path.write_text(json.dumps({"name": "mine"}))
    with pytest.raises(VoteError, match="is not the manifest of a store"):
        VoteStore.open(folder)
    path.write_text("{")
    with pytest.raises(VoteError, match=r"manifest.json: is damaged"):
        VoteStore.open(folder)
