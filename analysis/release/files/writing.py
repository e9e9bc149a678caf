"""Files that are never half-written, and sets of files that tell whether they are whole.

A file is written beside its place, to the end and to the disk, and then renamed. What a killed
process leaves there is locked by nobody, and goes when the next one writes into that folder. The
last file of a set, its manifest, holds the hashes of the others.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import stat
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

SUFFIX = ".reassess-part"
# Where files cannot be locked, nobody is at work any more on what is as old as this.
OLD_SECONDS = 86_400.0
HASHES = "files"
# How a part is opened: nobody else has a file of that name.
NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

_parts: set[Path] = set()


class Part:
    """A file beside the place that it is for, which this process holds.

    Attributes
    ----------
    path : Path
        The place.
    stream : binary file
        To write to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._place = Path(os.path.realpath(path))  # a link stays one, and leads to the new file
        with named(path):
            self._place.parent.mkdir(parents=True, exist_ok=True)
            handle, self._beside = _locked(self._place.parent)
            try:
                self.stream: BinaryIO = os.fdopen(handle, "wb")
            except OSError:
                self._beside.unlink()
                raise

    def finish(self) -> None:
        """Have all of it on the disk, with the mode of the file that it replaces."""
        with named(self.path):
            self.stream.flush()
            self._beside.chmod(_mode(self._place))
            os.fsync(self.stream.fileno())
            if os.name == "nt":
                self.stream.close()  # open files are not renamed there

    def sha256(self) -> str:
        """Return the hash of what is in it when it is finished."""
        with self._beside.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def put(self) -> None:
        """Rename it: what was there is replaced."""
        with named(self.path):
            self._beside.replace(self._place)
            _keep_names(self._place.parent)

    def close(self) -> None:
        """Let go of it; what has not been renamed is removed."""
        self._beside.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.stream.close()  # what a full disk refused once, it refuses again
        _parts.discard(self._beside)


@contextmanager
def part_of(path: Path) -> Iterator[Part]:
    """Begin a file beside its place, and remove what has not been renamed in the end."""
    part = Part(path)
    try:
        yield part
    finally:
        part.close()


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file beside its place, then rename it: a file is whole or as it was."""
    write_files({path: content.encode() if isinstance(content, str) else content})


def write_files(
    contents: Mapping[Path, bytes], *, finished: Sequence[Part] = (), withdrawn: Path | None = None
) -> None:
    """Write several files: each beside its place, and renamed only when all of them are written.

    They are renamed in their order. What is there and is no file, such as /dev/null or a pipe, is
    written to as it is.

    Parameters
    ----------
    contents : mapping from Path to bytes
    finished : sequence of Part
        What is written already, and is renamed with them, first.
    withdrawn : Path, optional
        A file without which nobody takes the others for whole: it is removed before they are
        exchanged, and should be the last of them.
    """
    for folder in {Path(os.path.realpath(path)).parent for path in contents}:
        sweep(folder)
    with ExitStack() as stack:
        parts = [*finished]
        for path, content in contents.items():
            if path.exists() and not path.is_file():
                path.write_bytes(content)  # fails on a folder, while nothing is renamed yet
                continue
            part = stack.enter_context(part_of(path))
            with named(path):
                part.stream.write(content)
            part.finish()
            parts.append(part)
        if withdrawn is not None:
            withdrawn.unlink(missing_ok=True)
        for part in parts:
            part.put()


def sweep(folder: Path) -> None:
    """Remove the parts that a process has left there which is gone."""
    with contextlib.suppress(OSError):
        for part in list(folder.glob(f".*{SUFFIX}")):
            if part not in _parts and _is_left(part):
                part.unlink(missing_ok=True)


def remove_parts() -> None:
    """Remove all parts of this process, which is about to end."""
    for part in list(_parts):
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def with_hashes(numbers: Mapping[str, Any], contents: Mapping[str, bytes]) -> dict[str, Any]:
    """Make a manifest of a run's numbers: what else was written, and the SHA-256 of each file."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    return {**numbers, HASHES: hashes}


def not_of_one_run(folder: Path, manifest: str, names: Iterable[str]) -> list[str]:
    """Return the files in a folder that are not those that its manifest was written with.

    Parameters
    ----------
    folder : Path
    manifest : str
        A file's name; where it is not there, none of the files is of a run that ended.
    names : iterable of str
        What is looked for where no manifest says it.
    """
    try:
        hashes = json.loads((folder / manifest).read_bytes())[HASHES]
        checked = {str(name): str(sha256) for name, sha256 in hashes.items()}
    except FileNotFoundError:
        return [name for name in names if (folder / name).is_file()]
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        return [manifest]
    return [name for name, sha256 in checked.items() if _sha256(folder / name) != sha256]


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def _locked(folder: Path) -> tuple[int, Path]:
    """Make a file that is locked as long as this process holds it."""
    while True:
        beside = folder / f".{secrets.token_hex(8)}{SUFFIX}"
        # Known before it is there: a signal in between would leave it.
        _parts.add(beside)
        try:
            handle = os.open(beside, NEW, 0o600)
        except OSError:
            _parts.discard(beside)
            raise
        # Who sweeps between the two has it: then another is made.
        if _lock(handle) and os.fstat(handle).st_nlink:
            return handle, beside
        os.close(handle)
        _parts.discard(beside)


def _lock(handle: int) -> bool:
    """Lock an open file, or say that another process has done so."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # not every file system can lock
    return True


def _is_left(part: Path) -> bool:
    """Say whether nobody holds a part any more."""
    try:
        import fcntl
    except ImportError:
        return time.time() - part.stat().st_mtime > OLD_SECONDS
    with part.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return time.time() - part.stat().st_mtime > OLD_SECONDS
    return True


def _mode(place: Path) -> int:
    """Return the mode of the file that is there, or that of a new one."""
    with contextlib.suppress(FileNotFoundError):
        return stat.S_IMODE(place.stat().st_mode)
    current = os.umask(0)
    os.umask(current)
    return 0o666 & ~current


def _keep_names(folder: Path) -> None:
    """Have a folder's names on the disk, where a folder can be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Have an error name the file that was asked for, not the one beside it."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise
