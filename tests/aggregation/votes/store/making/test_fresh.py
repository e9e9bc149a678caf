"""What a store holds already, and does not know: no vote twice, and no choice without its order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregation import VoteError, VoteStore

from .....support.stores import bytes_of, write_rows

TWICE = [("i", "ann", "z"), ("i", "ann", "a")]
OTHERS = [("j", "ann", "z"), ("j", "bob", "a")]


def test_a_file_that_is_named_twice_is_taken_once(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv", OTHERS)
    write_rows(tmp_path / "b.csv", OTHERS)  # another file, whatever it holds
    (tmp_path / "link.csv").symlink_to(path)
    inputs = [tmp_path / "[ab].csv", path, tmp_path / "link.csv"]
    store = VoteStore.ingest(inputs, tmp_path / "store")
    assert store.n_votes == 4
    assert "Took once what was named twice: 'a.csv', 'link.csv'." in store.notes
    more = write_rows(tmp_path / "c.csv", TWICE)
    assert store.add([more, more]).n_votes == 6


def test_a_namesake_is_added_and_said(tmp_path: Path) -> None:
    """The same file, read in another way, may give the same votes again."""
    path = write_rows(tmp_path / "a.csv", OTHERS)
    store = VoteStore.ingest(path, tmp_path / "store")
    again = store.add(path, input_format="csv")
    assert again.n_votes == 4
    said = "Added, though the store holds files called so, with other content or read in another"
    assert again.notes[0] == f"{said} way: 'a.csv'."
    assert not any(note.startswith("Added") for note in again.add(path).notes)  # it is left out


@pytest.mark.parametrize("duplicates", ["first", "last"])
def test_none_is_chosen_among_votes_without_their_order(duplicates: Any, tmp_path: Path) -> None:
    store = VoteStore.ingest(write_rows(tmp_path / "a.csv", TWICE), tmp_path / "store")
    other = write_rows(tmp_path / "b.csv", OTHERS)
    said = rf"store: holds 1 repeated vote of a .* --duplicates {duplicates} needs the files"
    with pytest.raises(VoteError, match=said):
        store.add(other, duplicates=duplicates)
    with pytest.raises(VoteError, match=said):
        VoteStore.ingest([store.folder, other], tmp_path / "new", duplicates=duplicates)
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", "b.csv", "store"}
    assert store.add(other, duplicates="keep").n_votes == 4


@pytest.mark.parametrize("duplicates", ["first", "last"])
def test_one_is_chosen_of_a_store_and_a_file(duplicates: Any, tmp_path: Path) -> None:
    paths = [write_rows(tmp_path / f"{k}.csv", [row]) for k, row in enumerate(TWICE)]
    whole = VoteStore.ingest(paths, tmp_path / "whole", duplicates=duplicates)
    store = VoteStore.ingest(paths[0], tmp_path / "store", duplicates=duplicates)
    store.add(paths[1], duplicates=duplicates)
    assert bytes_of(store.folder)["codes-0000.i32"] == bytes_of(whole.folder)["codes-0000.i32"]


def test_answers_that_lose_their_order_are_said(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv", [("i", "ann", "yes"), ("i", "bob", "no")])
    answers = ["yes", "never", "no"]
    store = VoteStore.ingest(path, tmp_path / "store", answer_names=answers)
    other = write_rows(tmp_path / "b.csv", [("j", "ann", "maybe")])
    added = store.add(other)
    assert added.answer_names == ("maybe", "no", "yes")
    assert added.notes[-1] == (
        f"{store.folder} had the answers yes, never, no; they are now maybe, no, yes: --answers "
        "gives them an order, and keeps those without votes."
    )
    again = added.add(write_rows(tmp_path / "c.csv", [("k", "ann", "fine")]))
    assert again.answer_names == ("fine", "maybe", "no", "yes")  # new ones between the others
    assert not any("had the answers" in note for note in again.notes)
    ordered = ["yes", "never", "no", "maybe", "fine"]
    kept = VoteStore.ingest(store.folder, tmp_path / "kept", answer_names=ordered)
    assert kept.answer_names == tuple(ordered)
    assert not any("had the answers" in note for note in kept.notes)  # which was asked for


@pytest.mark.parametrize("content", ['["a"]', "3", '{"a": 1}', "null"])
def test_a_damaged_record_is_named(content: str, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv", OTHERS)
    store = VoteStore.ingest(path, tmp_path / "store")
    (store.folder / "inputs.json").write_text(content)
    with pytest.raises(VoteError, match=r"inputs\.json: is damaged, it names no files: restore"):
        store.add(path)


@pytest.mark.parametrize("value", ["2", 2.0, True, float("nan")])
@pytest.mark.parametrize("name", ["memory", "partitions"])
def test_a_number_that_is_not_whole(name: str, value: Any, tmp_path: Path) -> None:
    path, how = write_rows(tmp_path / "a.csv", OTHERS), {name: value}
    with pytest.raises(VoteError, match=f"^{name}=.*: give a whole number"):
        VoteStore.ingest(path, tmp_path / "store", **how)
    assert not (tmp_path / "store").exists()


def test_numbers_of_numpy(tmp_path: Path) -> None:
    path, two = write_rows(tmp_path / "a.csv", OTHERS), np.int64(2)
    found: Any = np.int64(1 << 24)
    store = VoteStore.ingest(path, tmp_path / "a", memory=found, partitions=int(two))
    other: Any = two
    again = VoteStore.ingest(path, tmp_path / "b", partitions=other)
    assert bytes_of(store.folder) == bytes_of(again.folder)
