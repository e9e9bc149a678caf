"""How the tests run the commands, and what they expect of one that fails."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

PROGRAM = [sys.executable, "-c", "from scripts.main import run; run()"]


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    status: object
    out: str
    err: str


Command = Callable[..., Ended]


def refused(ended: Ended, message: str) -> None:
    """Expect exit status 2, one line on standard error, and nothing on standard output."""
    assert ended.status == 2
    assert ended.out == ""
    (line,) = ended.err.splitlines()
    assert line.startswith("reassess: ")
    assert message in line


REPRODUCED = {
    "scores.npz",
    "real.json",
    "raters.csv",
    "figure3.png",
    "figure3.pdf",
    "summary.json",
    "report.html",
}
