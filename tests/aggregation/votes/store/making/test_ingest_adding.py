"""Votes are added to a store in its place: the old store or the new one, and no vote twice."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

from aggregation import VoteError, VoteStore, fit_dawid_skene
from aggregation.votes.store import files
from aggregation.votes.store.making import ingest as module

from .....support.em_models import quiet_fit
from .....support.stores import bytes_of, shuffled_table, write_csv

ADD = """
import sys
from aggregation import VoteStore
VoteStore.open(sys.argv[1]).add(sys.argv[2], memory=1 << 24)
"""
SMALL = 1 << 24


class BrokenOffError(Exception):
    """What a test ends an addition with."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "old.csv", shuffled_table(3_000))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Votes of several batches, with items, raters and an answer that are new."""
    more = shuffled_table(120_000, seed=1, n_raters=300)
    strange = pa.table({"item": ["x", "photo 1"], "rater": [7, 900], "answer": ["emu", "cat"]})
    return write_csv(tmp_path / "new.csv", pa.concat_tables([more, strange]))


@pytest.fixture
def store(old: Path, tmp_path: Path) -> VoteStore:
    return VoteStore.ingest(old, tmp_path / "store", partitions=3)


def at_once(old: Path, new: Path, folder: Path) -> dict[str, bytes]:
    """Return the bytes of a store of both, the record of its files included."""
    VoteStore.ingest([new, old], folder, partitions=3)
    return all_bytes(folder)


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_is_the_same_to_the_byte_as_all_at_once(
    old: Path, new: Path, store: VoteStore, tmp_path: Path
) -> None:
    larger = store.add(new, memory=SMALL)
    assert larger.n_votes == 123_002
    assert larger.answer_names == ("cat", "dog", "emu", "fox", "owl")
    assert larger.folder == store.folder
    VoteStore.open(store.folder)  # all hashes are right
    assert all_bytes(store.folder) == at_once(old, new, tmp_path / "at once")
    assert {path.name for path in tmp_path.iterdir()} == {"old.csv", "new.csv", "store", "at once"}


def test_a_file_that_is_there_is_left_out_and_said(
    old: Path, new: Path, store: VoteStore, tmp_path: Path
) -> None:
    before = bytes_of(store.folder)
    again = store.add(old)
    assert again.notes == ("Left out 1 of 1 inputs, which are in the store already: 'old.csv'.",)
    assert bytes_of(store.folder) == before
    renamed = old.rename(tmp_path / "renamed.csv")
    larger = store.add([renamed, new])
    assert "Left out 1 of 2 inputs, which are in the store already: 'renamed.csv'." in larger.notes
    assert larger.n_votes == 123_002
    copied = VoteStore.ingest([store.folder, new], tmp_path / "copy")
    assert copied.n_votes == 123_002
    assert copied.notes[0].startswith("Left out 1 of 1 inputs")
    # other columns of the same file are other votes
    assert store.add(renamed, item="rater", rater="item").n_votes == 126_002


def test_a_store_is_added_once(old: Path, new: Path, store: VoteStore, tmp_path: Path) -> None:
    other = VoteStore.ingest(new, tmp_path / "other")
    assert store.add(other.folder).n_votes == 123_002
    assert all_bytes(store.folder) == at_once(old, new, tmp_path / "at once")
    assert store.add([other.folder, store.folder]).n_votes == 123_002
    third = VoteStore.ingest(
        [new, write_csv(tmp_path / "third.csv", shuffled_table(100, seed=3))], tmp_path / "third"
    )
    with pytest.raises(VoteError, match=r"third: holds votes of 'new.csv', and so does another"):
        store.add(third.folder)


@pytest.mark.parametrize("calls", [1, 2, 4])
def test_broken_off_it_is_the_old_store_and_goes_on(
    calls: int, old: Path, new: Path, store: VoteStore, tmp_path: Path
) -> None:
    before, left = bytes_of(store.folder), [calls]

    def break_off(_stage: str, _share: float) -> None:
        left[0] -= 1
        if not left[0]:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        store.add(new, memory=SMALL, progress=break_off)
    assert bytes_of(VoteStore.open(store.folder).folder) == before
    with pytest.raises(VoteError, match="with other options was broken off here"):
        store.add(write_csv(tmp_path / "third.csv", shuffled_table(100, seed=3)), memory=SMALL)
    store.add(new, memory=SMALL)
    assert all_bytes(store.folder) == at_once(old, new, tmp_path / "at once")


@pytest.mark.parametrize("step", ["exchange", "rmtree", "write_manifest"])
def test_broken_off_at_the_exchange(
    step: str,
    old: Path,
    new: Path,
    store: VoteStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def break_off(*_: object) -> None:
        raise BrokenOffError

    place = "shutil.rmtree" if step == "rmtree" else f"{module.__name__}.{step}"
    with monkeypatch.context() as patch:
        patch.setattr(place, break_off)
        with pytest.raises(BrokenOffError):
            store.add(new)
    assert VoteStore.open(store.folder).n_votes == 3_000
    store.add(new)
    assert all_bytes(store.folder) == at_once(old, new, tmp_path / "at once")
    assert not (tmp_path / ".store.adding").exists()


def test_broken_off_after_the_exchange(
    old: Path, new: Path, store: VoteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(one: Path, other: Path) -> None:
        files.exchange(one, other)
        (one / "manifest.json").unlink()  # some of the store of before is gone
        raise BrokenOffError

    with monkeypatch.context() as patch:
        patch.setattr(module, "exchange", break_off)
        with pytest.raises(BrokenOffError):
            store.add(new)
    assert (tmp_path / ".store.adding").exists()
    again = VoteStore.open(store.folder).add(new)
    assert again.notes[0].startswith("Left out 1 of 1 inputs")
    assert all_bytes(store.folder) == at_once(old, new, tmp_path / "at once")
    assert not (tmp_path / ".store.adding").exists()


def test_killed_at_any_moment(old: Path, new: Path, store: VoteStore, tmp_path: Path) -> None:
    wanted = at_once(old, new, tmp_path / "at once")
    before = all_bytes(store.folder)
    beside = tmp_path / ".store.adding"
    moments = ("partial/batch-000001.arrow", "codes-0001.i32", "inputs.json", "manifest.json")
    for moment in moments:
        command = [sys.executable, "-c", ADD, str(store.folder), str(new)]
        process = subprocess.Popen(command)
        while not (beside / moment).exists() and process.poll() is None:
            time.sleep(0.0005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        VoteStore.open(store.folder)
        assert all_bytes(store.folder) in (before, wanted)
    store.add(new, memory=SMALL)
    assert all_bytes(store.folder) == wanted
    assert not beside.exists()


def test_where_folders_cannot_be_exchanged_at_once(
    old: Path, new: Path, store: VoteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "exchanged_at_once", lambda *_: False)
    store.folder.rename(tmp_path / ".store.aside")  # as a kill between two renames leaves it
    store.add(new)
    assert all_bytes(store.folder) == at_once(old, new, tmp_path / "at once")
    assert {path.name for path in tmp_path.iterdir()} == {"old.csv", "new.csv", "store", "at once"}


def test_a_store_without_a_record_takes_votes_too(
    old: Path, new: Path, store: VoteStore, tmp_path: Path
) -> None:
    (store.folder / "inputs.json").unlink()
    larger = store.add(new)
    assert larger.n_votes == 123_002
    again = "may count twice"
    (said,) = (note for note in larger.notes if again in note)
    assert said.startswith(f"{store.folder / 'inputs.json'} is missing, or was before: a file")
    assert not [note for note in larger.add(new).notes if again in note]  # it is left out
    at_once(old, new, tmp_path / "at once")
    assert bytes_of(store.folder) == bytes_of(tmp_path / "at once")
    held = json.loads((store.folder / "inputs.json").read_text())
    assert sorted(held.values()) == ["files of which nothing is known", "new.csv"]
    more = write_csv(tmp_path / "more.csv", shuffled_table(100, seed=9))
    assert any(again in note for note in VoteStore.open(store.folder).add(more).notes)
    copy = VoteStore.ingest(store.folder, tmp_path / "copy")
    assert not any(again in note for note in copy.notes)
    (store.folder / "inputs.json").write_text("[")
    with pytest.raises(VoteError, match=r"inputs\.json: cannot be read"):
        store.add(new)


def test_a_store_that_is_protected_stays(
    new: Path, store: VoteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another folder could take its place, but its files could not be deleted."""
    before = all_bytes(store.folder)
    writable = lambda path, mode: (Path(path), mode) != (store.folder, os.W_OK)  # noqa: E731
    monkeypatch.setattr(os, "access", writable)
    with pytest.raises(VoteError, match=f"^{store.folder}: may not be written to"):
        store.add(new)
    assert all_bytes(store.folder) == before
    assert not list(tmp_path.glob(".store*"))


def test_what_was_opened_before_says_that_it_is_of_the_past(
    new: Path, store: VoteStore, tmp_path: Path
) -> None:
    held = store.partition(0)
    codes = held.codes.copy()
    fit = fit_dawid_skene(store, pseudo_count=0.1)
    larger = store.add(new)
    assert (held.codes == codes).all()  # what is mapped stays
    for read in (
        lambda: store.partition(0),
        lambda: store.votes_per_answer(),
        lambda: held.item_names[0],
        lambda: next(fit.parts()),
        lambda: fit_dawid_skene(store),
    ):
        with pytest.raises(VoteError, match="store: has become another store since it was opened"):
            read()
    again = quiet_fit(
        larger.votes(), start=fit, pseudo_count=0.1
    )  # what it knows of raters is left
    assert again.converged


def test_a_mount_point_is_refused_before_any_work(
    new: Path, store: VoteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_mount", lambda _: True)
    with pytest.raises(VoteError, match="store: is a mount point, which cannot change places"):
        store.add(new)
    assert not (tmp_path / ".store.adding").exists()


def test_a_full_disk_leaves_the_old_store(
    old: Path, new: Path, store: VoteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = all_bytes(store.folder)
    with monkeypatch.context() as patch:
        patch.setattr(module, "write_batch", full)
        with pytest.raises(
            VoteError, match="no space is left on the disk: make some, and the same"
        ):
            store.add(new)
    assert all_bytes(store.folder) == before
    store.add(new)
    assert all_bytes(store.folder) == at_once(old, new, tmp_path / "at once")


def test_a_link_to_a_store_stays_one(
    old: Path, new: Path, store: VoteStore, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(store.folder)
    assert VoteStore.open(tmp_path / "link").add(new).n_votes == 123_002
    assert (tmp_path / "link").is_symlink()
    assert VoteStore.open(store.folder).n_votes == 123_002
