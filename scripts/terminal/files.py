"""Files that are never half-written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file beside its place, then rename it: a file is whole or as it was."""
    write_files({path: content.encode() if isinstance(content, str) else content})


def write_files(contents: dict[Path, bytes]) -> None:
    """Write several files: each beside its place, and renamed only when all of them are written.

    What is there and is no file, such as /dev/null or a pipe, is written to as it is.
    """
    parts: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            if path.exists() and not path.is_file():
                path.write_bytes(content)  # fails on a folder, while nothing is renamed yet
                continue
            with _named(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                handle, name = tempfile.mkstemp(
                    dir=path.parent, prefix=f".{path.name}.", suffix=".part"
                )
                parts[path] = Path(name)
                with os.fdopen(handle, "wb") as stream:
                    stream.write(content)
                parts[path].chmod(0o666 & ~_umask())
        for path, part in parts.items():
            with _named(path):
                part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Have an error name the file that was asked for, not the one beside it."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
