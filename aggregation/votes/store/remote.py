"""A store at a URL: its manifest is read there, and other files are copied when they are needed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from shutil import rmtree
from typing import Any
from weakref import finalize

from ...errors import VoteError, shown
from .alone import BusyError, free_folder, locked, locked_copies
from .manifest import MANIFEST, Manifest, described, parsed_manifest, write_whole

# Two letters at least: C:\ is a disk.
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(://|::)")
# What else a URL may hold: a name and a password.
SECRET = re.compile(r"//[^/\s]*@")
# What files of a store are called.
NAME = re.compile(r"\w+(-\d+)?\.\w+", re.ASCII)
# So many files are copied at once.
AT_ONCE = 8
FETCHING = "fetching"
EXTRA = "pip install 'reassess[url]'"

Progress = Callable[[str, float], object]


def is_url(place: object) -> bool:
    """Say whether a place is a URL, not a path.

    Examples
    --------
    >>> is_url("s3://bucket/store"), is_url("store"), is_url("C:/store")
    (True, False, False)
    """
    return isinstance(place, str) and URL.match(place) is not None


def said(url: str) -> str:
    """Return a URL as messages have it, without a password."""
    return SECRET.sub("//", url.rstrip("/"))


def check_on_disk(folder: object) -> None:
    """Refuse to write votes to a URL."""
    if is_url(folder):
        raise VoteError(
            f"{said(str(folder))}: votes are put into, or added to, a store on a path, not at a URL"
        )


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
        self.remove_at_end()

    def __reduce__(self) -> tuple[Any, ...]:
        return at_url, (self.url, self.folder)

    def remove_at_end(self) -> None:
        """Have the folder removed when it is of no use any more, or the process ends."""
        if not self.is_kept and self.removed is None:
            self.removed = finalize(self, removed_by, os.getpid(), self.folder)

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
        missing = [name for name in names if name not in self.here]
        if not missing:
            return
        self.take()
        try:
            copy_files(self.url, manifest, missing, self.folder, progress)
        except BaseException as error:
            self.leave()
            if isinstance(error, VoteError):
                raise VoteError(f"{error}; the same again goes on from {self.folder}") from error
            raise
        self.here.update(missing)
        self.remove_at_end()


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
        raise VoteError(f"{said(url)}: no store of votes: there is no {MANIFEST}") from None
    except Exception as error:  # each file system raises what it likes
        raise VoteError(f"{where}: cannot be read ({reason(error)})") from error
    manifest = parsed_manifest(content, where)
    strange = [name for name in manifest.files if not NAME.fullmatch(name)]
    if strange:  # who writes a manifest has no say in what is written elsewhere
        raise VoteError(f"{where}: no file of a store is called {shown(strange[0])}")
    folder, unlock = free_folder(content) if copies is None else (copies, locked_copies(copies))
    try:
        begin(folder, content)
    except BaseException:
        unlock()
        raise
    return Origin(url, folder, is_kept=copies is not None, unlock=unlock), manifest


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


def file_system(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the store's place in it.

    Raises
    ------
    VoteError
        If there is none, or a library is missing.
    """
    try:
        import fsspec
    except ImportError:
        raise VoteError(f"{said(url)}: a store at a URL needs fsspec: {EXTRA}") from None
    try:
        system, root = fsspec.url_to_fs(url)
    except ImportError as error:
        wants = f"a library is missing ({reason(error)}): {EXTRA} has those of s3 and http"
        raise VoteError(f"{said(url)}: {wants}") from error
    except Exception as error:
        raise VoteError(f"{said(url)}: cannot be reached ({reason(error)})") from error
    return system, str(root)


def below(root: str, name: str) -> str:
    """Return the place of a file of a store."""
    return f"{root.rstrip('/')}/{name}"


def reason(error: Exception) -> str:
    """Return what an error says, in a line."""
    return SECRET.sub("//", " ".join(str(error).split())) or type(error).__name__


def copy_files(
    url: str,
    manifest: Manifest,
    names: Sequence[str],
    folder: Path,
    progress: Progress | None = None,
) -> None:
    """Copy files of a store from wherever fsspec reaches; those that are in the folder stay.

    Raises
    ------
    VoteError
        If a file cannot be copied, or is another than the manifest says.
    """
    system, root = file_system(url)
    folder.mkdir(parents=True, exist_ok=True)
    total, done = sum(manifest.files[name]["bytes"] for name in names), 0

    def copy(name: str) -> int:
        # what waits for several files by itself may be shared; of others, fsspec has one a thread
        own = system if system.async_impl else file_system(url)[0]
        copy_file(own, below(root, name), folder / name, manifest.files[name], url)
        return int(manifest.files[name]["bytes"])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        tasks = [pool.submit(copy, name) for name in names]
        try:
            for task in as_completed(tasks):
                done += task.result()
                if progress is not None:
                    progress(FETCHING, done / total)
        finally:
            for task in tasks:  # of those that have begun, the end is waited for
                task.cancel()


def copy_file(system: Any, source: str, path: Path, as_said: dict[str, Any], url: str) -> None:
    """Copy a file beside its place, and put it there if it is what the manifest says."""
    if path.exists() and described(path) == as_said:
        return
    part = path.with_name(f".{path.name}.part")
    where = f"{said(url)}/{path.name}"
    try:
        system.get_file(source, str(part))
        found = described(part)
    except FileNotFoundError:
        part.unlink(missing_ok=True)
        raise VoteError(f"{where}: is missing there") from None
    except Exception as error:  # each file system raises what it likes
        part.unlink(missing_ok=True)
        raise VoteError(f"{where}: cannot be copied ({reason(error)})") from error
    if found != as_said:
        part.unlink()
        raise VoteError(f"{where}: is another file than the store's manifest says")
    part.replace(path)
