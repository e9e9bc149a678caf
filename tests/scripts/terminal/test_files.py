"""Files that the commands write: whole, or as they were."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from scripts.terminal.files import write_file, write_files


def test_written_files(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    write_file(path, "é")
    write_file(path, b"second")
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask()
    assert list(path.parent.iterdir()) == [path]


def umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def test_all_files_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / name for name in ("a", "b", "c")]
    write_files(dict.fromkeys(paths, b"before"))
    opened = os.fdopen

    def full_disk(handle: int, mode: str) -> object:
        file = opened(handle, mode)
        if len(list(tmp_path.iterdir())) > 4:
            file.close()
            raise OSError(errno.ENOSPC, "No space left on device")
        return file

    monkeypatch.setattr(os, "fdopen", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_files(dict.fromkeys(paths, b"after"))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == dict.fromkeys(
        paths, b"before"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_file(tmp_path / "pipe", "content")
    reader.join(10)
    assert read == [b"content"]
    assert (tmp_path / "pipe").is_fifo()
