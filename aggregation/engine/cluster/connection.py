"""Connecting to a Dask cluster: one that runs somewhere, or workers of this machine's."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import current_process
from shutil import rmtree
from typing import TYPE_CHECKING, Any

from ...errors import VoteError, shown
from ...kernels.threads import thread_count
from ...votes.store.alone import free_folder
from ...votes.store.remote.urls import LOCAL, is_local
from .servers import FORKS, servers, start_servers

if TYPE_CHECKING:
    from distributed import Client

MOST_WORKERS = 256
# Seconds until a scheduler answers or has a worker.
ANSWER = 10
# What a result's bits may depend on, and what both sides have to know.
SAME = ("reassess", "numpy", "scipy", "numba", "llvmlite", "dask", "distributed")
# Loggers of Dask's that have levels of their own.
LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application")
SILENCE = logging.CRITICAL + 1
# Folders of this process' workers.
SCRATCH: set[str] = set()


@contextmanager
def connected(scheduler: Any, threads: int | None) -> Iterator[Client]:
    """Connect to a cluster that has workers, and whose versions are those here.

    Parameters
    ----------
    scheduler : str or Client
        The address of a scheduler; "local:N" for N workers of this machine's, for as long as this
        takes; or a client, which stays open.
    threads : int, optional
        Of N workers together. Default: as many as there are processors.

    Raises
    ------
    VoteError
        If there is no Dask, no scheduler or no worker, or versions differ.
    """
    try:
        import distributed
    except ImportError:
        raise VoteError(
            f"scheduler {shown(scheduler)} needs Dask: pip install 'reassess[dask]'"
        ) from None
    with ExitStack() as opened:
        opened.enter_context(quiet_logs())
        client = scheduler
        if is_local(scheduler):
            client = opened.enter_context(local_client(scheduler, threads))
        elif not isinstance(scheduler, distributed.Client):
            client = opened.enter_context(client_at(scheduler))
        check_workers(client, shown(scheduler))
        yield client


@contextmanager
def quiet_logs() -> Iterator[None]:
    """Keep Dask's own messages off the terminal: what matters is said in ours."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(SILENCE)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def local_client(said: str, threads: int | None) -> Iterator[Client]:
    """Start workers of this machine's, as processes, and end them."""
    import dask
    from distributed import Client, LocalCluster

    number = said.removeprefix(LOCAL)
    n_workers = int(number[:9]) if number.isascii() and number.isdigit() else 0
    if not 1 <= n_workers <= MOST_WORKERS:
        raise VoteError(f"scheduler {shown(said)}: local:N starts N workers, 1 to {MOST_WORKERS}")
    with (
        servers(),
        scratch_folder() as folder,
        dask.config.set(
            {"temporary-directory": folder}
            | ({"distributed.worker.multiprocessing-method": "forkserver"} if FORKS else {})
        ),
        LocalCluster(
            local_directory=folder,
            n_workers=n_workers,
            threads_per_worker=max(thread_count(threads, sys.maxsize) // n_workers, 1),
            processes=True,
            # files that are mapped count as memory: with a limit, workers would be paused or killed
            memory_limit=0,
            host="127.0.0.1",
            # no page is served, but Dask opens a port for one: any that is free
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            silence_logs=SILENCE,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def scratch_folder() -> Iterator[str]:
    """Take a folder for what local workers keep, and remove it at the end.

    What is left of a process that was killed is removed by the next one.
    """
    folder, unlock = free_folder(LOCAL.encode())
    for left in folder.iterdir():
        rmtree(left, ignore_errors=True)
    SCRATCH.add(str(folder))
    try:
        yield str(folder)
    finally:
        rmtree(folder, ignore_errors=True)
        SCRATCH.discard(str(folder))
        unlock()


def remove_scratch() -> None:
    """Remove what local workers keep, and where this process, which ends at once, has met them."""
    sockets: str | None = getattr(current_process(), "_config", {}).get("tempdir")
    for folder in (*SCRATCH, *([] if sockets is None else [sockets])):
        rmtree(folder, ignore_errors=True)


def prepare(scheduler: str) -> None:
    """Begin with what workers of this machine's need, if such are meant, while there is else to do.

    It takes a second of another processor's.
    """
    if is_local(scheduler):
        start_servers()


@contextmanager
def client_at(address: Any) -> Iterator[Client]:
    """Connect to a scheduler that runs somewhere."""
    from distributed import Client
    from distributed.versions import VersionMismatchWarning

    try:
        with warnings.catch_warnings(action="ignore", category=VersionMismatchWarning):
            client = Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise VoteError(
            f"scheduler {shown(address)}: nothing answers there ({error}): give the address that "
            "`dask scheduler` prints, or local:N for N workers of this machine's"
        ) from error
    with client:
        yield client


def check_workers(client: Client, name: str) -> None:
    """Refuse a cluster without workers, or with other versions than here."""
    try:
        client.wait_for_workers(1, timeout=ANSWER)
    except TimeoutError:
        raise VoteError(
            f"scheduler {name} has no workers: start some with `dask worker` and its address"
        ) from None
    found: Any = client.get_versions(packages=list(SAME))
    here = found["client"]["packages"]
    there = {"the scheduler": found["scheduler"]}
    there |= {f"worker {address}": versions for address, versions in found["workers"].items()}
    for place, versions in there.items():
        for package in SAME:
            other = versions["packages"].get(package)
            if other != here.get(package):
                raise VoteError(
                    f"{place} has {package} {other}, and {here.get(package)} is here: results "
                    "could differ; install the same versions on all machines"
                )
