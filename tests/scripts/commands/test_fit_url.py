"""`reassess fit URL`: the files that the store on a path gives, and one line for all else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from aggregation import VoteStore

from ...support.clusters import need_dask
from ...support.commands import Command, refused
from ...support.stores import bytes_of, small_store

pytest.importorskip("fsspec", reason="needs fsspec: pip install 'reassess[url]'")

from fsspec import register_implementation

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VoteStore:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return small_store(tmp_path)


def same_files(url: str, one: Path, other: Path) -> None:
    """Hold files of a fit from a URL against those of a fit from a path."""
    found, expected = bytes_of(one), bytes_of(other)
    numbers, of_path = (json.loads(files.pop("fit.json")) for files in (found, expected))
    assert found == expected
    assert numbers["inputs"]["votes"].pop("path") == f"{url}/manifest.json"
    del of_path["inputs"]["votes"]["path"]
    assert numbers == of_path


def test_writes_the_same_files(reassess: Command, store: VoteStore, tmp_path: Path) -> None:
    url, alone = f"file://{store.folder}", reassess("fit", store.folder, "-o", tmp_path / "alone")
    ended = reassess("fit", url, "-o", tmp_path / "out", "--copies", tmp_path / "kept")
    assert (ended.status, ended.err.replace("/out", "/alone")) == (0, alone.err)
    same_files(url, tmp_path / "out", tmp_path / "alone")
    assert bytes_of(tmp_path / "kept") == bytes_of(store.folder)
    scored = ["score", "--fit", tmp_path / "alone", "-o", tmp_path / "scored", "--quiet"]
    assert reassess(*scored, url).status == 0
    read = json.loads((tmp_path / "scored" / "score.json").read_bytes())["inputs"]["votes"]
    assert read["path"] == f"{url}/manifest.json"


def test_one_copy_is_enough_for_one_machine(
    reassess: Command, store: VoteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers do not know of this disk: they read what the command has copied."""
    need_dask()
    from ...support.flaky_disk import Flaky

    register_implementation("flaky", Flaky, clobber=True)
    monkeypatch.setattr(Flaky, "copied", Counter())
    url = f"flaky://{store.folder}"
    assert reassess("fit", store.folder, "-o", tmp_path / "alone").status == 0
    ended = reassess("fit", url, "-o", tmp_path / "out", "--scheduler", "local:2")
    assert ended.status == 0
    assert Flaky.copied == Counter([*store.manifest.files])
    same_files(url, tmp_path / "out", tmp_path / "alone")
    copies = ("--copies", tmp_path / "kept", "--scheduler", "local:2")
    assert reassess("fit", url, "-o", tmp_path / "out", *copies).status == 0
    assert set(Flaky.copied.values()) == {2}
    assert bytes_of(tmp_path / "kept") == bytes_of(store.folder)


# The command, with a disk that says what is copied from it, and stops at a file that is named.
SLOW = """
import os, sys, time
from pathlib import Path
import fsspec
from fsspec.implementations.local import LocalFileSystem
sys.argv[0] = "reassess"
from scripts.main import run

class Slow(LocalFileSystem):
    protocol = "slow"
    def get_file(self, source, target, **options):
        if source.endswith(os.environ["STOP"]):
            Path(target).write_bytes(b"half")
            time.sleep(600)
        super().get_file(source, target, **options)
        with open(os.environ["LOG"], "a") as log:
            print(Path(source).name, file=log)

fsspec.register_implementation("slow", Slow)
run()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_killed_as_it_copies_it_goes_on(store: VoteStore, tmp_path: Path, number: int) -> None:
    temporary, log = tmp_path / "temporary", tmp_path / "log"
    temporary.mkdir()
    program = [sys.executable, "-c", SLOW, "fit", f"slow://{store.folder}", "--json", "--quiet"]
    env = {**os.environ, "TMPDIR": str(temporary), "LOG": str(log), "STOP": "codes-0001.i32"}
    process = subprocess.Popen(
        program, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    names, deadline = sorted(store.manifest.files), time.monotonic() + 60
    while not log.exists() or len(log.read_text().splitlines()) < len(names) - 1:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.1)  # the last one gets its name
    process.send_signal(number)
    said = process.communicate(timeout=60)[1]
    (half,) = temporary.glob("reassess-*/.codes-0001.i32.part")
    going_on = f"Interrupted; the same again goes on from the copies in {half.parent}.\n"
    assert said == ("" if number == signal.SIGKILL else going_on)
    ended = subprocess.run(
        program, capture_output=True, check=True, cwd=ROOT, env=env | {"STOP": "never"}
    )
    assert json.loads(ended.stdout)["converged"]
    assert sorted(log.read_text().splitlines()) == names  # each was copied once
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("file:///is/nowhere", "file:///is/nowhere: no store of votes: there is no manifest.json"),
        ("smoke://there", "smoke://there: cannot be reached (Protocol not known: smoke"),
    ],
)
def test_refuses_in_one_line(reassess: Command, url: str, message: str) -> None:
    refused(reassess("fit", url), message)


def test_options_that_do_not_go_together(
    reassess: Command, store: VoteStore, tmp_path: Path
) -> None:
    url, votes = f"file://{store.folder}", tmp_path / "votes.csv"
    workers = "--copies s3://b is for workers: say --scheduler"
    refused(reassess("fit", url, "--copies", "s3://b"), workers)
    refused(reassess("fit", url, "--copies", tmp_path), "holds something else than copies")
    refused(reassess("fit", url, "--item", "x"), f"{url} is a store: --item")
    for more in ((), ("--add",)):
        refused(reassess("ingest", votes, "-o", "s3://b/s", *more), "s3://b/s: votes are put into")
