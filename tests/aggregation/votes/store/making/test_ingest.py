"""An ingest that is broken off goes on, and comes to the same bytes; its memory is bounded."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from aggregation import VoteError, Votes, VoteStore
from aggregation.votes.store.making import ingest as module
from benchmarks.runner import run_python

from .....support.stores import bytes_of, named_rows, shuffled_table, write_csv

INGEST = """
import sys
from aggregation import VoteStore
partitions = int(sys.argv[4]) if len(sys.argv) > 4 else None
VoteStore.ingest(sys.argv[1], sys.argv[2], memory=int(sys.argv[3]), partitions=partitions)
"""
SMALL = 1 << 24


class BrokenOffError(Exception):
    """What a test ends an ingest with."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Votes of several batches of the least size."""
    return write_csv(tmp_path_factory.mktemp("large") / "votes.csv", shuffled_table(400_000))


@pytest.fixture(scope="module")
def whole(large: Path) -> VoteStore:
    return VoteStore.ingest(large, large.parent / "store", partitions=4, memory=SMALL)


def test_batches_hold_all_votes(large: Path, whole: VoteStore) -> None:
    assert named_rows(whole.votes()) == named_rows(Votes.read(large))
    parquet.write_table(
        shuffled_table(400_000), large.parent / "votes.parquet", row_group_size=70_000
    )
    other = large.parent / "of parquet"
    VoteStore.ingest(large.parent / "votes.parquet", other, partitions=4, memory=SMALL)
    assert bytes_of(other) == bytes_of(whole.folder)


@pytest.mark.parametrize("calls", [1, 2, 4, 6, 8])
def test_goes_on_where_it_was_broken_off(
    calls: int, large: Path, whole: VoteStore, tmp_path: Path
) -> None:
    left = [calls]

    def break_off(_stage: str, _share: float) -> None:
        left[0] -= 1
        if not left[0]:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        VoteStore.ingest(large, tmp_path / "s", partitions=4, memory=SMALL, progress=break_off)
    with pytest.raises(VoteError, match="no store of votes, or one whose ingest was broken off"):
        VoteStore.open(tmp_path / "s")
    with pytest.raises(VoteError, match="with other options was broken off here"):
        VoteStore.ingest(large, tmp_path / "s", partitions=5, memory=SMALL)
    VoteStore.ingest(large, tmp_path / "s", partitions=4, memory=SMALL)
    assert bytes_of(tmp_path / "s") == bytes_of(whole.folder)
    names = {path.name for path in (tmp_path / "s").iterdir()}
    assert names == {*bytes_of(whole.folder), "inputs.json"}


def test_killed_while_it_cleaned_up(
    large: Path, whole: VoteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: object) -> None:
        raise BrokenOffError

    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", break_off)
        with pytest.raises(BrokenOffError):
            VoteStore.ingest(large, tmp_path / "s", partitions=4, memory=SMALL)
    VoteStore.ingest(large, tmp_path / "s", partitions=4, memory=SMALL)
    assert bytes_of(tmp_path / "s") == bytes_of(whole.folder)


def run(path: Path, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", INGEST, str(path), str(folder), str(SMALL), "4"]
    return subprocess.Popen(command)


def test_killed_at_any_moment(large: Path, whole: VoteStore, tmp_path: Path) -> None:
    for wanted in ("partial/batch-000001.arrow", "partial/batches.json", "codes-0001.i32"):
        process = run(large, tmp_path / "s")
        while not (tmp_path / "s" / wanted).exists() and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    process = run(large, tmp_path / "s")
    process.communicate()
    assert process.returncode == 0
    assert bytes_of(tmp_path / "s") == bytes_of(whole.folder)


def test_a_batch_that_was_cut_is_made_again(large: Path, whole: VoteStore, tmp_path: Path) -> None:
    process = run(large, tmp_path / "s")
    batch = tmp_path / "s" / "partial" / "batch-000000.arrow"
    while not batch.exists() and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    os.truncate(batch, 1000)
    VoteStore.ingest(large, tmp_path / "s", partitions=4, memory=SMALL)
    assert bytes_of(tmp_path / "s") == bytes_of(whole.folder)


def test_memory_does_not_grow_with_the_votes(large: Path, tmp_path: Path) -> None:
    more = write_csv(tmp_path / "more.csv", shuffled_table(3_200_000, seed=1))
    peaks = [
        run_python("-c", INGEST, path, tmp_path / path.stem, str(SMALL)).peak_bytes
        for path in (large, more)
    ]
    # in memory, the votes alone would be 34 MB more, and their names as much again
    assert peaks[1] < 1.05 * peaks[0]


def test_a_full_disk_is_said(large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_batch", full)
        with pytest.raises(
            VoteError, match="no space is left on the disk: make some, and the same"
        ):
            VoteStore.ingest(large, tmp_path / "s")
    VoteStore.ingest(large, tmp_path / "s")
    assert VoteStore.open(tmp_path / "s").n_votes == 400_000


def test_votes_are_added_to_a_store(tmp_path: Path) -> None:
    table, more = shuffled_table(3_000), shuffled_table(2_000, seed=1)
    new = pa.table({"item": ["x", "photo 1"], "rater": [7, 900], "answer": ["emu", "cat"]})
    first = VoteStore.ingest(write_csv(tmp_path / "a.csv", table), tmp_path / "a", partitions=2)
    parts = [write_csv(tmp_path / "b.csv", more), write_csv(tmp_path / "c.csv", new)]
    VoteStore.ingest([first.folder, *parts], tmp_path / "added", partitions=3)
    VoteStore.ingest([*parts, tmp_path / "a.csv"], tmp_path / "at once", partitions=3)
    assert bytes_of(tmp_path / "added") == bytes_of(tmp_path / "at once")
    assert VoteStore.open(tmp_path / "added").answer_names == ("cat", "dog", "emu", "fox", "owl")
    assert VoteStore.open(first.folder).n_votes == 3_000
