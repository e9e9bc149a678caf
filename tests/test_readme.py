"""The README's code works as typed, and prints what the README says."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest

from analysis.release import Release

from .commands import Command

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: its language and what is in it."""

    language: str
    text: str


def blocks(text: str) -> list[Block]:
    return [Block(*match) for match in FENCE.findall(text)]


def section(title: str) -> str:
    """What stands under a heading."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


PYTHON = [block.text for block in blocks(README) if block.language == "python"]
OWN_VOTES = blocks(section("Your own votes"))


@pytest.fixture
def in_folder_with_votes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder that holds the votes.csv of the README."""
    (text,) = [block.text for block in OWN_VOTES if block.language == "csv"]
    (tmp_path / "votes.csv").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed_by(code: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    return printed.getvalue()


@pytest.mark.usefixtures("in_folder_with_votes")
@pytest.mark.parametrize("code", [code for code in PYTHON if "load_release" not in code])
def test_python(code: str) -> None:
    printed = printed_by(code)
    following = README.split(code)[1].removeprefix("```").lstrip("\n")
    if following.startswith("```text\n"):
        assert printed == blocks(following)[0].text


@pytest.mark.release
@pytest.mark.parametrize("code", [code for code in PYTHON if "load_release" in code])
def test_python_with_the_release(
    code: str, release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REASSESS_DATA", str(release.folder))
    monkeypatch.chdir(tmp_path)
    assert printed_by(code)


@pytest.mark.usefixtures("in_folder_with_votes")
def test_commands_on_your_own_votes(reassess: Command) -> None:
    (session,) = [block.text for block in OWN_VOTES if block.language == "console"]
    command, *said = session.splitlines()
    program, *arguments = shlex.split(command.removeprefix("$ "))
    assert program == "reassess"
    ended = reassess(*arguments)
    assert ended.status == 0
    lines = [line.rstrip() for line in ended.err.splitlines()]
    assert [line for line in lines if not line.startswith("compiling")] == said
    written = {path.name for path in Path("fitted").iterdir()}
    assert written == {"posteriors.parquet", "error_rates.csv", "fit.json"}
    assert all(f"`{name}`" in section("Your own votes") for name in written)


def test_there_is_something_to_test() -> None:
    assert any("fit_dawid_skene" in code for code in PYTHON)
    assert any("load_release" in code for code in PYTHON)
