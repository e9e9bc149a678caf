"""Folders for copies of stores at URLs: one that is named, or one for temporary files."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from ....errors import VoteError
from ..alone import BusyError, locked


def locked_copies(folder: Path) -> Callable[[], None]:
    """Lock a folder that is to keep copies; return what unlocks it."""
    try:
        return locked(folder)
    except BusyError as process:
        raise VoteError(
            f"{folder}: is in use (process {process}): name another folder for copies, or, when "
            "all are there, open it as the store that it is"
        ) from None


def free_folder(content: bytes) -> tuple[Path, Callable[[], None]]:
    """Return the first folder for the store of a manifest that nobody uses, and what unlocks it."""
    number = 0
    while True:
        folder = temporary(content, number)
        try:
            return folder, locked(folder)
        except BusyError:
            number += 1


def temporary(content: bytes, number: int) -> Path:
    """Return where this user has copies of the store of a manifest, as long as they are needed."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    name = f"reassess-{user}-{sha256(content).hexdigest()[:16]}-{number}"
    folder = Path(gettempdir()) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if os.name == "posix" and (found.st_uid != user or found.st_mode & 0o022):
        return Path(mkdtemp(prefix="reassess-"))  # another user could change what is in it
    return folder
