"""Two at once put no votes into one store: the second is told who is at work."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregation import VoteError, VoteStore
from aggregation.votes.store.alone import BusyError, locked

from ....support.commands import Command, refused
from ....support.stores import bytes_of, shuffled_table, write_csv

ROOT = Path(__file__).parents[4]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files are not locked there")


@pytest.fixture
def store(tmp_path: Path) -> VoteStore:
    old = write_csv(tmp_path / "old.csv", shuffled_table(2_000))
    return VoteStore.ingest(old, tmp_path / "store", partitions=2)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "new.csv", shuffled_table(500, seed=1))


def started(*arguments: object) -> subprocess.Popen[bytes]:
    """Start an ingest of what comes on standard input, which waits for it."""
    program = [sys.executable, "-m", "scripts", "ingest", "-", "--quiet", *map(str, arguments)]
    return subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def at_work(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until a process has the lock of a folder."""
    lock = folder.with_name(f".{folder.name}.lock")
    wait_until(lambda: lock.exists() and lock.read_text() == str(process.pid))


def test_the_second_of_two_is_told_of_the_first(
    reassess: Command, store: VoteStore, new: Path, tmp_path: Path
) -> None:
    first = started("-o", store.folder, "--add")
    at_work(first, store.folder)
    before = bytes_of(store.folder)
    said = f"another ingest is putting votes into it (process {first.pid})"
    refused(reassess("ingest", new, "-o", store.folder, "--add"), said)
    with pytest.raises(VoteError, match=rf"store: another ingest .* \(process {first.pid}\)"):
        store.add(new)
    assert bytes_of(store.folder) == before
    assert first.communicate(new.read_bytes(), timeout=60)[1] == b""
    assert first.returncode == 0
    assert VoteStore.open(store.folder).n_votes == 2_500
    assert {path.name for path in tmp_path.iterdir()} == {"old.csv", "new.csv", "store"}


def test_so_is_the_second_that_makes_a_store(reassess: Command, new: Path, tmp_path: Path) -> None:
    folder = tmp_path / "below" / "store"
    first = started("-o", folder)
    at_work(first, folder)
    refused(reassess("ingest", new, "-o", folder), f"(process {first.pid}): when that has ended")
    first.communicate(new.read_bytes(), timeout=60)
    assert VoteStore.open(folder).n_votes == 500
    assert [path.name for path in folder.parent.iterdir()] == ["store"]


def test_a_process_that_is_killed_leaves_no_lock(store: VoteStore, new: Path) -> None:
    first = started("-o", store.folder, "--add")
    at_work(first, store.folder)
    first.kill()
    first.communicate()
    again = started("-o", store.folder, "--add")
    assert again.communicate(new.read_bytes(), timeout=60)[1] == b""
    assert VoteStore.open(store.folder).n_votes == 2_500
    assert not store.folder.with_name(".store.lock").exists()


def test_what_a_link_in_place_of_the_lock_leads_to_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / ".folder.lock").symlink_to(precious)
    locked(tmp_path / "folder")()
    assert precious.read_text() == "mine"


def test_a_forked_child_does_not_end_the_lock(tmp_path: Path) -> None:
    unlock = locked(tmp_path / "folder")
    child = os.fork()
    if child == 0:
        unlock()
        os._exit(0)
    os.waitpid(child, 0)
    assert (tmp_path / ".folder.lock").exists()
    with pytest.raises(BusyError, match=str(os.getpid())):
        locked(tmp_path / "folder")
    unlock()
    locked(tmp_path / "folder")()


def test_a_whole_disk_is_not_locked_nor_a_store(tmp_path: Path) -> None:
    locked(Path("/"))()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "other").touch()
    with pytest.raises(VoteError, match="holds something else"):
        VoteStore.ingest(write_csv(tmp_path / "v.csv", shuffled_table(20)), tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["other"]
