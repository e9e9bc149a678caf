"""Local workers change nothing for processes that somebody else starts, before or after them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aggregation.engine.cluster.servers import FORKS

from ....support.clusters import need_dask
from ....support.stores import store_of

ROOT = Path(__file__).parents[4]
PROGRAM = """
import os, sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, forkserver

def threads():
    return [os.environ.get(f"{name}_NUM_THREADS") for name in ("OPENBLAS", "OMP", "MKL")]

def told():
    with ProcessPoolExecutor(1, mp_context=get_context("forkserver")) as pool:
        return pool.submit(threads).result()

if __name__ == "__main__":
    from aggregation import VoteStore, fit_dawid_skene
    said, preload = threads(), list(forkserver._forkserver._preload_modules)
    if sys.argv[2] == "before":
        assert told() == said
    for _ in range(2):
        fit_dawid_skene(VoteStore.open(sys.argv[1]).on("local:1"))
        assert told() == said, told()
        assert threads() == said
        assert forkserver._forkserver._preload_modules == preload
"""


@pytest.mark.skipif(not FORKS, reason="workers are forked on Linux alone")
@pytest.mark.parametrize("when", ["before", "after"])
def test_forked_processes_have_the_user_s_threads(when: str, tmp_path: Path) -> None:
    need_dask()
    store = store_of(tmp_path, 1_000, 5, partitions=2)
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    env = {**os.environ, "OMP_NUM_THREADS": "3"}
    ended = subprocess.run(
        [sys.executable, program, store.folder, when],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
