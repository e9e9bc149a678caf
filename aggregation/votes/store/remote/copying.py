"""Copying files of a store from wherever fsspec reaches, and comparing their hashes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Event
from typing import Any

from ....errors import VoteError, without_password
from ..manifest import Manifest, described
from .urls import said

# So many files are copied at once.
AT_ONCE = 8
FETCHING = "fetching"
EXTRA = "pip install 'reassess[url]'"
# Links of a chain of URLs that the web's servers answer.
OF_WEB = re.compile(r"(?:^|::)(https?)://")
# So many seconds may pass in which nothing comes from them.
SILENCE = 60

Progress = Callable[[str, float], object]


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
        system, root = fsspec.url_to_fs(url, **for_the_web(url))
    except ImportError as error:
        wants = f"a library is missing ({reason(error)}): {EXTRA} has those of s3 and http"
        raise VoteError(f"{said(url)}: {wants}") from error
    except Exception as error:
        raise VoteError(f"{said(url)}: cannot be reached ({reason(error)})") from error
    return system, str(root)


def for_the_web(url: str) -> dict[str, Any]:
    """Return options by which a file may take as long as it keeps coming.

    Else no file could that takes more than five minutes, and a server that falls silent would be
    waited for as long.
    """
    protocols = OF_WEB.findall(url)
    if not protocols:
        return {}
    from aiohttp import ClientTimeout
    from fsspec.config import conf

    timeout = ClientTimeout(total=None, sock_connect=SILENCE, sock_read=SILENCE)
    own = {name: conf.get(name, {}).get("client_kwargs", {}) for name in protocols}
    return {name: {"client_kwargs": {"timeout": timeout, **own[name]}} for name in protocols}


def below(root: str, name: str) -> str:
    """Return the place of a file of a store."""
    return f"{root.rstrip('/')}/{name}"


def reason(error: Exception) -> str:
    """Return what an error says, or what it came of, in a line."""
    text = str(error) or str(error.__cause__ or "")
    return without_password(" ".join(text.split())) or type(error).__name__


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
    stop = Event()

    def copy(name: str) -> int:
        # what waits for several files by itself may be shared; of others, fsspec has one a thread
        own = system if system.async_impl else file_system(url)[0]
        copy_file(own, below(root, name), folder / name, manifest.files[name], url, stop)
        return int(manifest.files[name]["bytes"])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        tasks = [pool.submit(copy, name) for name in names]
        try:
            for task in as_completed(tasks):
                done += task.result()
                if progress is not None:
                    progress(FETCHING, done / total)
        finally:
            stop.set()
            for task in tasks:
                task.cancel()


def copy_file(
    system: Any, source: str, path: Path, as_said: dict[str, Any], url: str, stop: Event
) -> None:
    """Copy a file beside its place, and put it there if it is what the manifest says."""
    from fsspec.callbacks import Callback

    if path.exists() and described(path) == as_said:
        return
    part = path.with_name(f".{path.name}.part")
    where = f"{said(url)}/{path.name}"

    def go_on(*_size: int | None) -> None:
        if stop.is_set():
            raise CancelledError

    try:
        go_on()
        system.get_file(source, str(part), callback=Callback(hooks={"stop": go_on}))
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
