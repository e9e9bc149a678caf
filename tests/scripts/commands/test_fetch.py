"""`reassess fetch`, where all is there, and where nothing can be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.release.files import download
from analysis.release.files.download import ReleaseFile

from ...support.commands import Command, refused


def test_fetch_without_a_network(reassess: Command, no_network: str, tmp_path: Path) -> None:
    refused(reassess("fetch"), f"{no_network}raters.npz cannot be reached (ConnectionError)")
    assert list(tmp_path.iterdir()) == []


def test_fetch_where_all_is_there(
    reassess: Command, simulated_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {
        name: ReleaseFile("no address", download.sha256_of(simulated_dir / name), 1)
        for name in download.FILES
    }
    monkeypatch.setattr(download, "FILES", there)
    assert reassess("fetch", "--data", simulated_dir) == (0, f"{simulated_dir}\n", "")
