"""Messages of the commands: what is said once, and what is passed on."""

from __future__ import annotations

import warnings

import numba
import pytest

from scripts.terminal.messages import announced_compilation, recorded_doubts


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
