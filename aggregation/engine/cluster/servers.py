"""Python's processes beside the workers of this machine's, of which one is for us alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from tempfile import gettempdir
from typing import Any

from ...errors import VoteError

# Elsewhere, system libraries do not bear that a process is forked which has loaded them.
FORKS = sys.platform == "linux"
# What workers need, and takes a second to import. None of it starts a thread, if it is told so: a
# process that has some is not to be forked. (pyarrow has one.)
PRELOADED = "distributed", "aggregation.engine.partitions"
ONE_THREAD = "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"
# Seconds in which processes that have ended are taken note of.
REAPED = 5
# What was to be imported by the server that we started, had somebody else started it.
FOR_OTHERS: list[list[str]] = []


@contextmanager
def servers() -> Iterator[None]:
    """Have the processes beside the workers run; whoever forks later finds things unchanged."""
    import dask
    from distributed import utils

    start_servers()
    # else Dask would import pandas and others here, to name them in place of what we have named
    before, utils._forkserver_preload_set = utils._forkserver_preload_set, FORKS
    try:
        with as_before(dask.config.get("distributed.nanny.pre-spawn-environ", {})):
            yield
    finally:
        utils._forkserver_preload_set = before
        end_server()


@contextmanager
def as_before(names: Iterable[str]) -> Iterator[None]:
    """Give variables of the environment the values back that they had."""
    before = {name: os.environ.get(name) for name in names}
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def start_servers() -> None:
    """Start Python's processes beside the workers, if they do not run: without a word.

    One cleans up after runs that are broken off. Of the other, workers are forked where that is
    safe: so imports are done once for all of them.
    """
    if os.name != "posix":
        return
    warned = (os.environ.get("PYTHONWARNINGS"), "ignore:resource_tracker")
    said = dict.fromkeys(ONE_THREAD, "1") | {"PYTHONWARNINGS": ",".join(filter(None, warned))}
    try:
        with as_before(said):
            os.environ.update(said)
            resource_tracker.ensure_running()
            if FORKS:
                start_fork_server()
    except OSError as error:  # the names of sockets are short
        where = f"{gettempdir()}: {error.strerror or error}"
        raise VoteError(
            f"local workers cannot be started ({where}): a shorter TMPDIR may help"
        ) from error


def start_fork_server() -> None:
    """Start the process of which workers are forked; one that somebody has started stays."""
    server = fork_server()
    if server._forkserver_pid is None:
        FOR_OTHERS[:] = [server._preload_modules]
        server.set_forkserver_preload([*PRELOADED])
        try:
            server.ensure_running()
        except BaseException:
            server.set_forkserver_preload(FOR_OTHERS.pop())
            raise


def end_server() -> None:
    """End the process of which workers were forked, if it was started for them.

    It was told to take one thread for linear algebra, and so would whatever others fork of it.
    """
    if not FOR_OTHERS:
        return
    import psutil  # as Dask does

    server = fork_server()
    children = psutil.Process(server._forkserver_pid).children()
    if not psutil.wait_procs(children, timeout=REAPED)[1]:  # else one is somebody else's
        server._stop()
        server.set_forkserver_preload(FOR_OTHERS.pop())


def fork_server() -> Any:
    """Return what starts the process of which others are forked, and knows whether it runs."""
    from multiprocessing import forkserver

    return forkserver._forkserver
