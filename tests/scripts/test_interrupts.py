"""Signals end a command in one line, while it is imported, at work, or writing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.release.files.writing import SUFFIX

# Before the command's own imports: what it would import first sends the signal.
AT_IMPORT = """
import os, signal, sys
sys.argv = ["reassess", "--help"]
class Interrupting:
    def find_spec(self, name, *_):
        if name == {name!r}:
            os.kill(os.getpid(), signal.{number})
sys.meta_path.insert(0, Interrupting())
from scripts.__main__ import run
run()
"""
IN_A_PART = """
import os, sys
sys.argv = ["reassess"]
import scripts
from pathlib import Path
from analysis.release.files.writing import part_of
with part_of(Path(sys.argv[0] + ".txt")) as part:
    part.stream.write(b"half")
    os.kill(os.getpid(), {number})
"""


def ended(
    program: str, cwd: Path, command: tuple[str, ...] = (sys.executable,)
) -> tuple[int, str, str]:
    done = subprocess.run(
        [*command, "-c", program], capture_output=True, text=True, check=False, cwd=cwd
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", ["typer", "analysis.defaults", "scripts.main", "scripts.commands"])
def test_interrupted_while_it_imports(tmp_path: Path, name: str) -> None:
    program = AT_IMPORT.format(name=name, number="SIGINT")
    assert ended(program, tmp_path) == (130, "", "Interrupted.\n")


def test_asked_to_end(tmp_path: Path) -> None:
    program = AT_IMPORT.format(name="typer", number="SIGTERM")
    assert ended(program, tmp_path) == (143, "", "Terminated.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_half_written_is_left(tmp_path: Path, number: int) -> None:
    status, _, _ = ended(IN_A_PART.format(number=int(number)), tmp_path)
    assert status == 128 + number
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="needs nohup's way of ignoring signals")
def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    program = AT_IMPORT.format(name="typer", number="SIGINT")
    ignoring = ("bash", "-c", 'trap "" INT; exec "$0" "$@"', sys.executable)
    status, out, _ = ended(program, tmp_path, ignoring)
    assert status == 0
    assert "Usage" in out


def test_interrupted_at_work(tmp_path: Path) -> None:
    """It is at work once a part of its results is there."""
    command = [*(sys.executable, "-m", "scripts", "simulate", "--images", "300", "-o", "out")]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not list(tmp_path.glob(f"out/.*{SUFFIX}")):
            time.sleep(0.0005)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    if process.returncode == 130:  # it may just have been done
        assert said == "Interrupted.\n"
    assert list(tmp_path.glob(f"out/.*{SUFFIX}")) == []


def test_a_library_leaves_signals_alone(tmp_path: Path) -> None:
    program = "import signal, scripts; print(signal.getsignal(2) is signal.default_int_handler)"
    assert ended(program, tmp_path) == (0, "True\n", "")
