"""Code on a page: found, and run as a reader would run it."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from .commands import Command

FENCE = re.compile(
    r"(?P<skipped><!-- (?P<why>not run by the tests|run by make test-ecosystem): [^\n]* -->\n)?"
    r"^```(?P<language>\w+)\n(?P<code>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


class Block(NamedTuple):
    """A piece of code, or of what it prints."""

    language: str
    code: str
    run: bool
    in_ecosystem: bool = False


class Entered(NamedTuple):
    """A command as entered, and the lines that follow it."""

    command: str
    said: str


def blocks(text: str) -> list[Block]:
    """All fenced blocks of a page."""
    found = [
        Block(
            match["language"],
            match["code"],
            not match["skipped"],
            match["why"] == "run by make test-ecosystem",
        )
        for match in FENCE.finditer(text)
    ]
    assert len(found) == text.count("\n```") / 2, "a block that is not understood"
    return found


def entered(session: str) -> list[Entered]:
    """The commands of a console block."""
    assert session.startswith("$ ")
    _, *parts = re.split(r"^\$ ", session, flags=re.MULTILINE)
    return [Entered(*part.split("\n", maxsplit=1)) for part in parts]


def printed_by(code: str, names: dict[str, Any]) -> str:
    """Run Python with these variables, which it may change."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "page", "exec"), names)
    return printed.getvalue()


def words(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def run_page(
    page: Path,
    reassess: Command,
    *,
    compare: bool,
    ecosystem: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Run a page's code from the top to the end, as one program; return its variables.

    With `compare`, what is printed must be what the page says. What the commands wrote to standard
    output is the variable `printed`. `ecosystem` has what the page takes for granted where other
    libraries are there, too: with it their code is run.
    """
    names: dict[str, Any] = {"__name__": page.stem, "printed": [], **(ecosystem or {})}
    found = [*blocks(page.read_text(encoding="utf-8")), Block("", "", False)]
    for block, following in pairwise(found):
        if not (block.run or (block.in_ecosystem and ecosystem is not None)):
            continue
        if block.language == "python":
            printed = printed_by(block.code, names)
            if compare and following.language == "text":
                assert printed == following.code, f"printed:\n{printed}"
        elif block.language == "console":
            for command, said in entered(block.code):
                program, *arguments = shlex.split(command)
                assert program == "reassess"
                ended = reassess(*arguments)
                assert ended.status == 0, ended.err
                names["printed"].append(ended.out)
                assert not compare or words(said) in words(ended.out + ended.err), ended.err
        else:
            assert block.language == "text", block.language
    return names
