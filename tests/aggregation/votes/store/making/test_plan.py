"""Votes that turn out unusable leave nothing that stands in the way of the right command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aggregation import VoteError, VoteStore

from .....support.stores import bytes_of

HEADER = "item,rater,answer\n"


@pytest.mark.parametrize(
    ("content", "wrong", "message"),
    [
        ("a,x,yes\nb,x,maybe\n", {"answer_names": ["no", "yes"]}, "answer 'maybe' is not in"),
        ("a,x,yes\na,x,no\n", {"duplicates": "error"}, "votes on item 'a' again"),
        ("a,x,yes\nb,x,no,7,8\n", {}, "line 3 has 5 cells"),
    ],
)
@pytest.mark.parametrize("is_there", [False, True])
def test_unusable_votes_are_forgotten(
    content: str, wrong: dict[str, Any], message: str, is_there: bool, tmp_path: Path
) -> None:
    votes, folder = tmp_path / "votes.csv", tmp_path / "store"
    votes.write_text(HEADER + content)
    if is_there:
        folder.mkdir()
    with pytest.raises(VoteError, match=message):
        VoteStore.ingest(votes, folder, partitions=3, **wrong)
    assert folder.exists() == is_there
    assert not is_there or not list(folder.iterdir())
    votes.write_text(HEADER + content.replace(",7,8", ""))
    assert VoteStore.ingest(votes, folder, duplicates="keep").n_votes == 2


def test_so_they_are_where_votes_are_added(tmp_path: Path) -> None:
    votes, more = tmp_path / "votes.csv", tmp_path / "more.csv"
    votes.write_text(HEADER + "a,x,yes\n")
    more.write_text(HEADER + "b,x,no,7,8\n")
    store = VoteStore.ingest(votes, tmp_path / "store")
    before = bytes_of(store.folder)
    with pytest.raises(VoteError, match="line 2 has 5 cells"):
        store.add(more)
    assert bytes_of(store.folder) == before
    assert not (tmp_path / ".store.adding").exists()
    more.write_text(HEADER + "b,x,no\n")
    assert store.add(more).n_votes == 2


def test_a_store_is_a_folder(tmp_path: Path) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text(HEADER + "a,x,yes\n")
    with pytest.raises(VoteError, match=r"votes\.csv: is a file: name a new or an empty folder"):
        VoteStore.ingest(votes, votes)
    assert votes.read_text() == HEADER + "a,x,yes\n"


def test_what_was_put_beside_them_stays(tmp_path: Path) -> None:
    votes, folder = tmp_path / "votes.csv", tmp_path / "store"
    votes.write_text(HEADER + "a,x,yes\na,x,no\n")

    def put(_stage: str, _share: float) -> None:
        (folder / "notes.txt").write_text("mine")

    with pytest.raises(VoteError, match="again"):
        VoteStore.ingest(votes, folder, duplicates="error", progress=put)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
