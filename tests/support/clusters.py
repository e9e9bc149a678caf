"""A Dask cluster on this machine, as others run theirs: a scheduler, and workers that may die."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

PORT = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")


def need_dask() -> None:
    """Skip where Dask is not installed; fail where nothing may be skipped."""
    if importlib.util.find_spec("distributed") is None:
        message = "needs Dask: pip install 'reassess[dask]'"
        if os.environ.get("REASSESS_REQUIRE_DATA"):
            pytest.fail(message)
        pytest.skip(message)


class Cluster:
    """A scheduler and workers, each a process.

    Attributes
    ----------
    address : str
    scratch : Path
        Where workers keep what is theirs.
    workers : list of subprocess.Popen
    """

    def __init__(self, folder: Path, n_workers: int) -> None:
        self.folder = folder
        self.scratch = folder / "scratch"
        self.workers: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        options = ("--scheduler-file", str(file), *PORT)
        self.scheduler = self.started("scheduler", "--port", "0", *options)
        own = ("--nthreads", "1", "--no-nanny", "--memory-limit", "0")
        of_worker = (*options, *own, "--local-directory", str(self.scratch))
        self.workers = [self.started("worker", *of_worker) for _ in range(n_workers)]
        self.address = ""
        while not self.address:
            time.sleep(0.05)
            if file.exists() and file.read_text().endswith("}"):
                self.address = json.loads(file.read_text())["address"]

    def started(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a part of the cluster."""
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *command],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill_a_worker(self) -> None:
        """End one as the system ends what takes too much memory."""
        worker = self.workers.pop()
        worker.kill()
        worker.wait()

    def end(self) -> None:
        """End all of it."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@contextmanager
def cluster_of(folder: Path, n_workers: int) -> Iterator[Cluster]:
    """Start a cluster, with all its workers, and end it."""
    from distributed import Client

    cluster = Cluster(folder, n_workers)
    try:
        with Client(cluster.address, set_as_default=False) as client:
            client.wait_for_workers(n_workers, timeout=60)
        yield cluster
    finally:
        cluster.end()


def local_workers(process: Any = None) -> list[psutil.Process]:
    """Return the worker processes that a process, or this one, has started."""
    ours = psutil.Process() if process is None else psutil.Process(process.pid)
    forked = [child for server in fork_servers(ours) for child in server.children(recursive=True)]
    return forked or [child for child in ours.children(recursive=True) if is_called(child, "spawn")]


def fork_servers(process: psutil.Process | None = None) -> list[psutil.Process]:
    """Return those of which a process, or this one, has workers forked."""
    children = (process or psutil.Process()).children()
    return [child for child in children if is_called(child, "forkserver")]


def is_called(process: psutil.Process, word: str) -> bool:
    """Say whether the line by which a process was started has a word from multiprocessing."""
    try:
        return any(f"from multiprocessing.{word} import" in said for said in process.cmdline())
    except psutil.NoSuchProcess:  # it has just ended
        return False
