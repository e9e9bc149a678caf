"""`reassess fit STORE --scheduler`: the same files, whatever becomes of a worker or of the run."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from aggregation import VoteStore

from ...support.clusters import local_workers, need_dask
from ...support.commands import Command, refused
from ...support.stores import bytes_of, shuffled_table, write_csv

ROOT = Path(__file__).parents[3]
COMPILING = "compiling numerical kernels, which are kept for the next runs ...\n"
OPTIONS = ("--pseudo-count", "0.1", "--tol", "0", "--max-steps", "300", "--threads", "2")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> VoteStore:
    folder = tmp_path_factory.mktemp("votes")
    votes = write_csv(folder / "votes.csv", shuffled_table(3_000))
    return VoteStore.ingest(votes, folder / "store", partitions=4)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Make a folder whose name leaves room for those of sockets."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


def started(store: VoteStore, out: Path) -> subprocess.Popen[str]:
    """Start a fit on two workers, and wait until it is on its way."""
    command = ["fit", str(store.folder), "-o", str(out), "--scheduler", "local:2", *OPTIONS]
    program = [sys.executable, "-m", "scripts", *command]
    process = subprocess.Popen(program, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    while not (out / "checkpoint.npz").exists() and process.poll() is None:
        time.sleep(0.01)
    assert process.poll() is None, process.communicate()[1]
    return process


def test_a_worker_is_killed_and_the_files_are_the_same(
    reassess: Command, store: VoteStore, tmp_path: Path
) -> None:
    need_dask()
    process = started(store, tmp_path / "cluster")
    local_workers(process)[0].kill()
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0
    alone = reassess("fit", store.folder, "-o", tmp_path / "alone", *OPTIONS)
    said = said.replace("/cluster", "/alone").replace(COMPILING, "")  # the first run compiles
    assert said == alone.err.replace(COMPILING, "")  # and nothing of Dask's
    assert bytes_of(tmp_path / "cluster") == bytes_of(tmp_path / "alone")


def test_an_interrupted_fit_leaves_no_process_and_is_resumed(
    reassess: Command,
    store: VoteStore,
    tmp_path: Path,
    short_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need_dask()
    temporary = short_folder
    monkeypatch.setenv("TMPDIR", str(temporary))
    process = started(store, tmp_path / "out")
    workers = local_workers(process)
    assert len(workers) == 2
    assert list(temporary.glob("reassess-*-0/dask-scratch-space"))
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert (process.returncode, said) == (130, "Interrupted.\n")
    assert psutil.wait_procs(workers, timeout=30)[1] == []
    assert [path.name for path in temporary.iterdir() if path.is_dir()] == []
    resumed = reassess("fit", store.folder, "-o", tmp_path / "out", "--resume", *OPTIONS)
    assert resumed.status == 0
    assert "starts anew" not in resumed.err
    assert reassess("fit", store.folder, "-o", tmp_path / "alone", *OPTIONS).status == 0
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "alone")


def test_refuses_in_one_line(reassess: Command, store: VoteStore) -> None:
    need_dask()
    votes = store.folder.parent / "votes.csv"
    refused(reassess("fit", votes, "--scheduler", "local:2"), "--scheduler goes with a store")
    nowhere = reassess("fit", store.folder, "--quiet", "--scheduler", "local:none")
    refused(nowhere, "scheduler 'local:none': local:N starts N workers")
    refused(reassess("fit", store.folder, "--copies", "s3://b"), "--copies s3://b is for workers")


def test_no_room_for_the_names_of_sockets(
    store: VoteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_dask()
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setenv("TMPDIR", str(deep))
    command = ["fit", str(store.folder), "--scheduler", "local:1"]
    program = [sys.executable, "-m", "scripts", *command]
    ended = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    said = f"local workers cannot be started ({deep}: AF_UNIX path too long): a shorter TMPDIR"
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
