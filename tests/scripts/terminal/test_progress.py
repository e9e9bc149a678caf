"""Progress of the download and of stages, as it is seen on a terminal."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path

import pytest
from rich.console import Console

from scripts.terminal.progress import fetch_with_progress, stages

from ...support.served_files import CONTENTS, Site, publish, served


def test_progress_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    console = Console(file=terminal, force_terminal=True, width=100)
    monkeypatch.setattr("scripts.terminal.progress.say", lambda: console)
    with served(Site()) as address:
        publish(monkeypatch, address)
        assert fetch_with_progress(tmp_path) == str(tmp_path)
    for name, content in CONTENTS.items():
        size = f"{len(content) / 1000:.1f}"
        assert re.search(rf"{name}.*{size}/{size} kB", terminal.getvalue())


@pytest.mark.parametrize("terminal", [True, False])
def test_stages_are_named_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    written = io.StringIO()
    console = Console(file=written, force_terminal=terminal, width=100)
    monkeypatch.setattr("scripts.terminal.progress.say", lambda: console)
    with stages(2) as begin:
        begin("agreement")
        time.sleep(0.25)  # it is drawn ten times a second
        begin("pairs")
    assert ("agreement" in written.getvalue()) == terminal
    assert bool(written.getvalue()) == terminal
