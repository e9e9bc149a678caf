"""Folders of local workers: each cluster has its own, and what a killed process left goes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from aggregation.engine.cluster.connection import scratch_folder


def test_each_cluster_removes_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch_folder() as one:
        (Path(one) / "worker").mkdir()
        with scratch_folder() as other:
            assert other != one
        assert not Path(other).exists()
        assert (Path(one) / "worker").exists()
    assert list(tmp_path.iterdir()) == []


def test_what_was_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch_folder() as folder:
        pass
    (Path(folder) / "worker").mkdir(parents=True)
    with scratch_folder() as again:
        assert again == folder
        assert list(Path(again).iterdir()) == []
