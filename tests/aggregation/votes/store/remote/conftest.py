"""A store at a URL that may break off, and a folder for temporary files to look into."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest

from aggregation import VoteStore

from .....support.stores import small_store


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a folder for temporary files, to look into."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> VoteStore:
    return small_store(tmp_path)


@pytest.fixture
def flaky(store: VoteStore, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the store's URL on a disk that may break off."""
    fsspec = pytest.importorskip("fsspec", reason="needs fsspec: pip install 'reassess[url]'")
    from .....support.flaky_disk import Flaky

    fsspec.register_implementation("flaky", Flaky, clobber=True)
    monkeypatch.setattr(Flaky, "copied", Counter())
    return f"flaky://{store.folder}"
