"""A store at a URL: its manifest is read there, and other files are copied when they are needed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import rmtree
from threading import Lock
from typing import Any
from weakref import WeakSet, finalize

from ....errors import VoteError, shown
from ..alone import BusyError, free_folder, locked
from ..manifest import MANIFEST, Manifest, parsed_manifest, write_whole
from .copying import Progress, below, copy_files, file_system, reason
from .urls import said

# What files of a store are called.
NAME = re.compile(r"\w+(-\d+)?\.\w+", re.ASCII)
# Those of this process that are in use.
ORIGINS: WeakSet[Origin] = WeakSet()


class Origin:
    """Where a store lies that was opened by its URL, and the folder with copies of its files.

    Parameters
    ----------
    url : str
    folder : Path
    is_kept : bool
        Whether the folder stays when nobody has a use for it any more.
    unlock : callable, optional
        What lets other processes have it.
    """

    def __init__(
        self, url: str, folder: Path, *, is_kept: bool, unlock: Callable[[], None] | None = None
    ) -> None:
        self.url = url
        self.folder = folder
        self.is_kept = is_kept
        self.here: set[str] = set()  # files that are known to be there, and as they should be
        self.unlocked = None if unlock is None else finalize(self, unlock)
        self.removed: finalize[Any, Any] | None = None
        self.fetching = Lock()
        self.remove_at_end()
        ORIGINS.add(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return at_url, (self.url, self.folder)

    def remove_at_end(self) -> None:
        """Have the folder removed when it is of no use any more, or the process ends."""
        if not self.is_kept and self.removed is None:
            self.removed = finalize(self, removed_by, os.getpid(), self.folder)

    def keeps(self, url: str, copies: Path, manifest: bytes) -> bool:
        """Say whether this is what keeps the copies of a URL's store in a folder."""
        path = copies / MANIFEST
        is_same = self.is_kept and self.url == url and self.folder.resolve() == copies.resolve()
        return is_same and path.is_file() and path.read_bytes() == manifest

    def take(self) -> None:
        """Lock the folder again, if it was left."""
        if self.unlocked is not None and not self.unlocked.alive:
            try:
                self.unlocked = finalize(self, locked(self.folder))
            except BusyError as process:
                where = f"{self.folder}: is in use (process {process})"
                raise VoteError(f"{where}: open {said(self.url)} again") from None

    def leave(self) -> None:
        """Leave the folder to whoever comes next."""
        if self.removed is not None:
            self.removed.detach()
            self.removed = None
        if self.unlocked is not None:
            self.unlocked()

    def fetch(
        self, manifest: Manifest, names: Sequence[str], progress: Progress | None = None
    ) -> None:
        """Copy those of some files that are not in the folder, or not as the manifest says.

        What is there when this is broken off stays there, so that the next process can go on.
        """
        with self.fetching:
            missing = [name for name in names if name not in self.here]
            if not missing:
                return
            self.take()
            try:
                copy_files(self.url, manifest, missing, self.folder, progress)
            except BaseException as error:
                self.leave()
                if isinstance(error, VoteError):
                    going_on = f"the same again goes on from {self.folder}"
                    raise VoteError(f"{error}; {going_on}") from error
                raise
            self.here.update(missing)
            self.remove_at_end()


def left_over() -> list[str]:
    """Return the folders of copies that stay where they are if the process ends at once."""
    return sorted(
        str(origin.folder) for origin in ORIGINS if origin.here or origin.fetching.locked()
    )


def removed_by(process: int, folder: Path) -> None:
    """Remove a folder, if this is the process that had it, and not a child that was forked."""
    if os.getpid() == process:
        rmtree(folder, ignore_errors=True)


def at_url(url: str, folder: Path) -> Origin:
    """Return the origin of a store of another process, whose folder it is."""
    return Origin(url, folder, is_kept=True)


def opened_at(url: str, copies: Path | None) -> tuple[Origin, Manifest]:
    """Read the manifest of a store at a URL, and take a folder for copies of its other files.

    The folder `copies` is kept. Without it, one for temporary files is taken and removed as the
    process ends, unless copying was broken off.

    Raises
    ------
    VoteError
        If there is no store, or the folder holds something else or is another process'.
    """
    system, root = file_system(url)
    where = f"{said(url)}/{MANIFEST}"
    try:
        content: bytes = system.cat_file(below(root, MANIFEST))
    except (FileNotFoundError, NotADirectoryError):
        raise VoteError(
            f"{said(url)}: no store of votes: there is no {MANIFEST} (a file of votes is read from "
            "this machine: download it first)"
        ) from None
    except Exception as error:  # each file system raises what it likes
        raise VoteError(f"{where}: cannot be read ({reason(error)})") from error
    manifest = parsed_manifest(content, where)
    strange = [name for name in manifest.files if not NAME.fullmatch(name)]
    if strange:  # who writes a manifest has no say in what is written elsewhere
        raise VoteError(f"{where}: no file of a store is called {shown(strange[0])}")
    if copies is None:
        folder, unlock = free_folder(content)
    else:
        for origin in list(ORIGINS):
            if origin.keeps(url, copies, content):
                return origin, manifest  # as when a notebook's cell is run again
        folder, unlock = copies, locked_copies(copies)
    try:
        begin(folder, content)
    except BaseException:
        unlock()
        raise
    return Origin(url, folder, is_kept=copies is not None, unlock=unlock), manifest


def locked_copies(folder: Path) -> Callable[[], None]:
    """Lock a folder that is to keep copies; return what unlocks it."""
    try:
        return locked(folder)
    except BusyError as process:
        raise VoteError(
            f"{folder}: is in use (process {process}): name another folder for copies, or, when "
            "all are there, open it as the store that it is"
        ) from None


def begin(folder: Path, content: bytes) -> None:
    """Put the manifest into a folder for copies, which is a new one or holds the same.

    Raises
    ------
    VoteError
        If it holds something else.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise VoteError(f"{folder}: is a file: name a folder for copies") from None
    path = folder / MANIFEST
    if path.exists() and path.read_bytes() == content:
        return
    if any(not held.name.startswith(".") for held in folder.iterdir()):
        raise VoteError(
            f"{folder}: holds something else than copies of this store: name a new folder for them"
        )
    write_whole(path, content)
