"""What ends a command: unreadable files, closed streams, and bugs, which keep their traceback."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from ..support.commands import PROGRAM, Command, refused

VOTES = "item,rater,label\n" + "".join(
    f"é{item},r{rater},{'日月'[(item * rater) % 2]}\n" for item in range(5) for rater in range(3)
)


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    (tmp_path / "votes.csv").write_text(VOTES, encoding="utf-8")
    return tmp_path / "votes.csv"


@pytest.mark.parametrize(
    "language", [{"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}]
)
def test_csv_goes_out_in_utf8(votes: Path, language: dict[str, str]) -> None:
    environment = os.environ | {"PYTHONUTF8": "0"} | language
    command = [*PROGRAM, "fit", str(votes), "--quiet"]
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert "é0,日," in done.stdout.decode()


@pytest.mark.skipif(os.name != "posix", reason="closes a descriptor as shells do")
def test_a_closed_output_is_named(votes: Path, tmp_path: Path) -> None:
    command = [*PROGRAM, "fit", str(votes), "--quiet"]
    shell = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
    done = subprocess.run(shell, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "reassess: standard output: is closed: -o writes to a file\n",
    )
    subprocess.run([*shell, "-o", str(tmp_path / "out")], check=True)
    assert (tmp_path / "out" / "labels.csv").is_file()


@pytest.mark.parametrize(("error", "status"), [(EOFError, RuntimeError), (KeyError, KeyError)])
def test_no_bug_is_called_an_abortion(
    reassess: Command,
    votes: Path,
    error: type[Exception],
    status: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def bug(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("scripts.commands.fit.read_inputs", bug)
    with pytest.raises(status):
        reassess("fit", votes)


def test_memory_is_called_memory(
    reassess: Command, votes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("aggregation.votes.sources.coded_votes", full)
    refused(reassess("fit", votes), f"{votes}: there is not enough memory to read it")
    monkeypatch.setattr("scripts.commands.fit.read_inputs", full)
    refused(reassess("fit", votes), "there is not enough memory for this")


def test_times_that_python_cannot_hold(reassess: Command, tmp_path: Path) -> None:
    file = tmp_path / "votes.parquet"
    times = pa.array([2**62, 0, 5], pa.timestamp("us"))
    columns = {"item": times, "rater": ["a", "b", "c"], "label": ["x", "y", "x"]}
    parquet.write_table(pa.table(columns), file)
    refused(reassess("fit", file), "has times (timestamp[us]) that Python cannot hold")


def test_damaged_parquet(reassess: Command, tmp_path: Path) -> None:
    file = tmp_path / "votes.parquet"
    parquet.write_table(pa.table({"item": [1], "rater": ["a"], "label": ["x"]}), file)
    content = bytearray(file.read_bytes())
    content[4:60] = b"\xff" * 56
    file.write_bytes(content)
    refused(reassess("fit", file), f"{file}: cannot be read (")
