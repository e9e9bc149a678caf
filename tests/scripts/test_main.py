"""The commands from outside: exit status, standard output and error, and the files they leave."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import typer

from analysis import Release
from scripts import main

from ..support import bad_releases as bad
from ..support.commands import PROGRAM, Command, refused


@pytest.fixture
def folder(simulated_dir: Path, tmp_path: Path) -> Path:
    return bad.linked(simulated_dir, tmp_path / "release")


@pytest.mark.parametrize("subcommand", ["labels", "reproduce", "raters"])
def test_a_damaged_release(reassess: Command, folder: Path, subcommand: str) -> None:
    bad.truncate(folder / "raters.npz")
    before = sorted(Path().rglob("*"))
    refused(
        reassess(subcommand, "--data", folder), f"{folder / 'raters.npz'}: not an .npz file (File"
    )
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize("subcommand", ["labels", "raters"])
def test_no_release(reassess: Command, tmp_path: Path, subcommand: str) -> None:
    nowhere = tmp_path / "no[/]where"
    refused(reassess(subcommand, "--data", nowhere), f"{nowhere} (--data) lacks raters.npz")
    refused(reassess(subcommand), "the release is not on this machine: `reassess fetch` downloads")
    assert list(tmp_path.iterdir()) == []


def test_output_that_cannot_be_written(reassess: Command, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("as it was")
    (tmp_path / "folder").mkdir()
    for output, message in (
        (tmp_path / "folder", f"{tmp_path / 'folder'}: Is a directory"),
        (tmp_path / "file" / "real.json", f"{tmp_path / 'file'}"),
    ):
        refused(reassess("labels", "-o", output, "--data", folder), message)
    assert (tmp_path / "file").read_text() == "as it was"
    assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["labels", "--threshold", "much"], ["label"], ["labels", "--treshold", "1"]]
)
def test_wrong_usage(reassess: Command, arguments: list[str]) -> None:
    ended = reassess(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert "Traceback" not in ended.err


def test_help(reassess: Command) -> None:
    ended = reassess("--help")
    assert (ended.status, ended.err) == (0, "")
    for subcommand in ("reproduce", "fetch", "raters", "labels"):
        assert f" {subcommand} " in ended.out
        assert reassess(subcommand, "-h").status == 0


def test_an_interrupted_command_ends_as_shells_expect(
    reassess: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("analysis.release.release._load", interrupt)
    ended = reassess("labels", "-o", "labels.json", "--data", folder)
    assert (ended.status, ended.out) == (130, "")
    assert not Path("labels.json").exists()


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def bug(*_: object) -> None:
        raise ValueError("a bug of ours")

    monkeypatch.setattr("analysis.release.release._load", bug)
    monkeypatch.setattr(sys, "argv", ["reassess", "labels", "--data", str(folder)])
    with pytest.raises(ValueError, match="a bug of ours"):
        main.run()


def test_version(reassess: Command) -> None:
    assert reassess("--version") == (0, f"reassess {metadata.version('reassess')}\n", "")


def test_an_unwritable_output_is_named_as_it_was_asked_for(
    reassess: Command, simulated: Release
) -> None:
    there = simulated.folder / "real.json" / "labels.json"  # where a file is no folder
    ended = reassess("labels", "-o", there, "--data", simulated.folder)
    assert ended.status == 2
    assert f"reassess: {there}: " in ended.err.splitlines()[-1]


def test_start_up_is_light() -> None:
    program = "import scripts.main, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "typer" in loaded
    heavy = {"numpy", "scipy", "numba", "matplotlib", "requests", "pyarrow", "rich.table"}
    assert not heavy & loaded


@pytest.mark.parametrize("subcommand", ["labels", "reproduce"])
def test_published_results_need_no_compiler(
    simulated: Release, tmp_path: Path, subcommand: str
) -> None:
    """Numba takes half a second to import and to set up, as long as all the rest."""
    program = (
        "import atexit, sys; from scripts.main import run; "
        "atexit.register(lambda: print(*sys.modules)); run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, subcommand, "--data", str(simulated.folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    loaded = done.stdout.split()
    assert "analysis.release.labels.set_order" in loaded
    assert not {"numba", "scipy"} & set(loaded)


def test_output_can_be_redirected(simulated: Release, tmp_path: Path) -> None:
    command = [*PROGRAM, "labels", "--data", str(simulated.folder)]
    with (tmp_path / "real.json").open("wb") as file:
        done = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, text=True, check=True)
    assert (tmp_path / "real.json").read_bytes() == (simulated.folder / "real.json").read_bytes()
    assert "holds a SIMULATED release, not the published one\n" in done.stderr


@pytest.mark.parametrize("subcommand", ["labels", "raters"])
def test_a_reader_who_goes_away(simulated: Release, subcommand: str) -> None:
    command = [*PROGRAM, subcommand, "--data", str(simulated.folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 141
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


def test_errors_of_a_process(folder: Path) -> None:
    bad.damage(folder / "scores.npz", "info")
    command = [*PROGRAM, "labels", "--data", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"reassess: {folder / 'scores.npz'}: info: damaged (")


def test_every_command_names_its_output_alike() -> None:
    """-o, --out and --output all work, whether one file is written or several."""
    commands = typer.main.get_command(main.app).commands  # type: ignore[attr-defined]
    places = {
        name: {*option.opts}
        for name, command in commands.items()
        for option in command.params
        if {"-o", "--out", "--output"} & {*option.opts}
    }
    assert places.keys() == commands.keys() - {"fetch", "accuracy"}  # a cache; tables by name
    assert {frozenset(names) for names in places.values()} == {
        frozenset({"-o", "--out", "--output"})
    }


def test_help_flows_into_any_width() -> None:
    assert main.flowing("Do this.\n\n    One line\n    another.\n\n    Last.\n    ") == (
        "Do this.\n\nOne line another.\n\nLast."
    )


IDLE_THREADS = """
import os, sys
from scripts.__main__ import run
assert "numpy" not in sys.modules  # which reads it when it is imported
try:
    run()
finally:
    print(os.environ["OPENBLAS_THREAD_TIMEOUT"], file=sys.stderr)
"""


@pytest.mark.parametrize(("given", "found"), [({}, "4"), ({"OPENBLAS_THREAD_TIMEOUT": "9"}, "9")])
def test_idle_threads_of_blas_sleep_at_once(given: dict[str, str], found: str) -> None:
    """Or when the user says that they should."""
    environ = {k: v for k, v in os.environ.items() if k != "OPENBLAS_THREAD_TIMEOUT"} | given
    command = [sys.executable, "-c", IDLE_THREADS, "--version"]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert ended.stderr.split() == [found]
