"""Folders for copies: each process has its own, and nobody else may change it."""

from __future__ import annotations

from pathlib import Path

from aggregation import VoteStore

from .....support.stores import bytes_of


def test_two_at_once_have_folders_of_their_own(flaky: str, temporary: Path) -> None:
    one, other = VoteStore.open(flaky).fetch(), VoteStore.open(flaky).fetch()
    assert one.folder != other.folder
    assert bytes_of(one.folder) == bytes_of(other.folder)
    del one, other
    assert list(temporary.iterdir()) == []


def test_a_folder_that_another_user_may_change_is_not_taken(flaky: str) -> None:
    there = VoteStore.open(flaky)
    place = there.folder
    del there
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    there = VoteStore.open(flaky)
    assert there.folder != place
