"""Messages of the commands: what is said once, and what is passed on."""

from __future__ import annotations

import warnings
from pathlib import Path

import numba
import pytest
from rich.table import Table

from scripts.terminal.messages import (
    announced_compilation,
    in_options,
    print_whole,
    recorded_doubts,
)

from ...support.commands import Command


def test_compilation_is_announced_once(capsys: pytest.CaptureFixture[str]) -> None:
    with announced_compilation():
        for _ in range(2):
            numba.njit(lambda number: number + 1)(1)
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "compiling numerical kernels, which are kept for the next runs ..."


def test_other_warnings_are_passed_on() -> None:
    with (
        pytest.warns(DeprecationWarning, match="something else"),
        recorded_doubts() as doubts,
    ):
        warnings.warn("something else", DeprecationWarning, stacklevel=1)
    assert doubts == []


def test_what_a_fit_doubts_names_options(reassess: Command) -> None:
    rows = [f"{item},{rater},{item % 3}" for item in range(3) for rater in range(3)]
    Path("votes.csv").write_text("\n".join(["item,rater,answer", *rows, "0,1,1", "2,0,1"]))
    said = reassess("fit", "votes.csv", "--method", "dawid-skene").err
    assert "try --pseudo-count 0.1, or --family one-coin or shared" in said
    stopped = reassess("fit", "votes.csv", "--method", "dawid-skene", "--max-steps", "1").err
    assert "give a larger --max-steps, or a larger --tol" in stopped
    assert in_options("leave_zeros=True climbs") == "--set leave_zeros=True climbs"


@pytest.mark.parametrize("width", [30, 60, 200])
def test_a_table_cuts_no_number(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    table = Table(box=None, padding=(0, 1, 0, 0))
    for heading, justify in (("", "left"), ("votes", "right"), ("interval [95 %]", "right")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    table.add_row("a name that is longer than many", "1,234,567", "0.123456 [0.012345, 0.234567]")
    table.add_row("n" * 50, "9", "")
    print_whole(table)
    shown = capsys.readouterr().out
    words = shown.split()
    assert {"1,234,567", "0.123456", "[0.012345,", "0.234567]", "name", "longer"} <= set(words)
    assert sum(word.count("n") for word in words if set(word) == {"n"}) == 50
    assert max(map(len, shown.splitlines())) <= max(width, 34)
