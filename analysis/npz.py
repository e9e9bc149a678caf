"""Arrays in the release's .npz files: what is wrong with one is a ReleaseError."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from aggregation.reading import npz
from aggregation.reading.npz import Member

from .errors import ReleaseError

__all__ = ["Member", "open_member"]


def open_member(path: Path, *names: str) -> AbstractContextManager[Member]:
    """Open the first array of `names` that the archive holds; see `aggregation.reading.npz`."""
    return npz.open_member(path, *names, error=ReleaseError)
