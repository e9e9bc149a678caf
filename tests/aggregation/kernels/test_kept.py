"""Machine code on disk that is damaged or cannot be kept: kernels are compiled, and it is said."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest
from numba.core.caching import CacheImpl

from aggregation.kernels.jit import kernel
from aggregation.kernels.kept import HashedFiles, Told


def doubled(number: float) -> float:
    return number + number


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep machine code in a folder, as a process that has said nothing yet."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(Told, "yet", False)
    return tmp_path


def run() -> tuple[int, int]:
    """Use a kernel as a new process would; return how often its code was found, and was not."""
    compiled: Any = kernel(doubled)
    assert (compiled(1.5), compiled(2)) == (3.0, 4)
    counts = compiled.stats
    return sum(counts.cache_hits.values()), sum(counts.cache_misses.values())


def test_code_is_kept(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert run() == (0, 2)
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*.nb?")}
    assert len(before) == 3  # an index, and code for two types
    assert run() == (2, 0)
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*.nb?")} == before
    assert caplog.messages == []


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:0],
        lambda content: content[:5],
        lambda content: content[:-40],
        lambda content: b"something else" + content[-9:],
        flipped,
    ],
)
def test_damaged(
    place: Path,
    caplog: pytest.LogCaptureFixture,
    ending: str,
    damage: Callable[[bytes], bytes],
) -> None:
    run()
    paths = sorted(place.rglob(f"*.{ending}"))
    for path in paths:
        path.write_bytes(damage(path.read_bytes()))
    hits, misses = run()
    assert misses >= 1
    assert hits + misses == 2
    (line,) = caplog.messages
    assert line in {f"{path} is damaged: such kernels are compiled anew" for path in paths}
    run()
    assert run() == (2, 0)
    assert caplog.messages == [line]


def test_no_place(
    place: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As without a home, where the package's own folder cannot be written to."""
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    assert run() == (0, 2)
    assert run() == (0, 2)
    (line,) = caplog.messages
    assert line.startswith("compiled kernels cannot be kept for the next run (cannot cache func")
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_what_cannot_be_written(
    place: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    reason: int,
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(reason, "no")

    monkeypatch.setattr(HashedFiles, "_open_for_write", refuse)
    assert run() == (0, 2)
    assert run() == (0, 2)
    (line,) = caplog.messages
    assert line == (
        f"compiled kernels cannot be kept for the next run ([Errno {reason}] no): NUMBA_CACHE_DIR "
        "may name a folder for them"
    )
    assert [path for path in place.rglob("*") if path.is_file()] == []


def test_damaged_and_not_to_be_mended(
    place: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    for path in place.rglob("*.nbi"):
        path.write_bytes(b"")
    monkeypatch.setattr(HashedFiles, "_open_for_write", Path("nowhere").rename)
    assert run() == (0, 2)
    assert len(caplog.messages) == 1


def test_numba_has_moved_its_classes(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own cache is used then, or none."""
    monkeypatch.setitem(sys.modules, "aggregation.kernels.kept", None)
    assert run() == (0, 2)
    assert run() == (2, 0)
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    assert run() == (0, 2)
