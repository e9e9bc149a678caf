"""One process at a time works on a folder: a lock that ends with the process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from ...errors import VoteError


class BusyError(Exception):
    """Another process, or another thread, works on a folder; the message is its number."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Refuse to put votes into a store while another process does.

    Raises
    ------
    VoteError
        If another one is at work.
    """
    try:
        release = locked(folder)
    except BusyError as process:
        raise VoteError(
            f"{folder}: another ingest is putting votes into it (process {process}): when that has "
            "ended, say the same again"
        ) from None
    try:
        yield
    finally:
        release()


def locked(folder: Path) -> Callable[[], None]:
    """Lock a folder, which need not be there, and return what unlocks it.

    What is locked is a file beside it, which says whose it is. A process that is killed leaves the
    file, and no lock. Where no file can be locked, or made, nothing is.

    Raises
    ------
    BusyError
        If it is locked.
    """
    folder, process = folder.resolve(), os.getpid()
    path = folder.parent / f".{folder.name}.lock"
    handle = handle_of(path) if folder.name else None  # a disk has no place beside it

    def unlock() -> None:
        if handle is not None and os.getpid() == process:  # a child that was forked has no lock
            with suppress(OSError):
                path.unlink()
            os.close(handle)

    return unlock


def handle_of(path: Path) -> int | None:
    """Lock a file, and write our number into it."""
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    while True:
        handle = opened(path)
        if handle is None:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            process = os.read(handle, 20).decode() or "that has just begun"
            os.close(handle)
            raise BusyError(process) from None
        except OSError:  # not every file system can lock
            return handle
        if os.fstat(handle).st_nlink:
            with suppress(OSError):  # it may be another user's, whose number is left
                os.truncate(handle, 0)
                os.write(handle, str(os.getpid()).encode())
            return handle
        os.close(handle)  # who had it has just ended, and removed it


def opened(path: Path) -> int | None:
    """Open a file to lock, and make it where it is not; None where that cannot be.

    Its name is known beforehand: whatever a link leads to is left alone.
    """
    no_links = getattr(os, "O_NOFOLLOW", 0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | no_links, 0o666)
    except PermissionError:  # of another user's, to read it is enough
        with suppress(OSError):
            return os.open(path, os.O_RDONLY | no_links)
    except OSError:  # what is written next says so better
        pass
    return None


def free_folder(key: bytes) -> tuple[Path, Callable[[], None]]:
    """Return the first temporary folder for a purpose that nobody uses, and what unlocks it."""
    number = 0
    while True:
        folder = temporary(key, number)
        try:
            return folder, locked(folder)
        except BusyError:
            number += 1


def temporary(key: bytes, number: int) -> Path:
    """Return one of this user's temporary folders for a purpose, which is there from now on."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    name = f"reassess-{user}-{sha256(key).hexdigest()[:16]}-{number}"
    folder = Path(gettempdir()) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if os.name == "posix" and (found.st_uid != user or found.st_mode & 0o022):
        return Path(mkdtemp(prefix="reassess-"))  # another user could change what is in it
    return folder
