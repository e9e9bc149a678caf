"""Where the release is: a folder, $REASSESS_DATA, the per-user cache, or its public addresses."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from ...errors import ReleaseError

RELEASE_ADDRESS = (
    "https://raw.githubusercontent.com/google-research/reassessed-imagenet/"
    "bcd006fe12e929f055e0ec7fe39dbf4d64a6881a/"
)
LABELS_ADDRESS = (
    "https://raw.githubusercontent.com/tensorflow/models/"
    "c80d1b17d5f835e6f2cdeddefeb16c193beed071/research/slim/datasets/"
)


class ReleaseFile(NamedTuple):
    """Where a file is published, and the SHA-256 of what is published there."""

    address: str
    sha256: str


FILES = {
    name: ReleaseFile(folder + name, sha256)
    for folder, name, sha256 in (
        (
            RELEASE_ADDRESS,
            "raters.npz",
            "d3ffe8082e4e61e9716cbc93a7a4e877e3b1d1240032a176e797b43f19107ec8",
        ),
        (
            RELEASE_ADDRESS,
            "golden.npz",
            "738a795e88351799934669ac48bb70e2ebe484b447fc3e09e0c36fbd987d06d2",
        ),
        (
            RELEASE_ADDRESS,
            "raters_golden.npz",
            "6fd910fc7389c3d695ac5e18269689797d0246a378c536e218854f9d93bc8ea6",
        ),
        (
            RELEASE_ADDRESS,
            "scores.npz",
            "c4b558569f3da12945c57684294f439214a9cb7919b0ae5b44432bd077d03b79",
        ),
        (
            RELEASE_ADDRESS,
            "real.json",
            "d83e9bff374c631aae8439eb064c7019acc56e1b3bc3f56b8380c2a710b0220b",
        ),
        (
            LABELS_ADDRESS,
            "imagenet_2012_validation_synset_labels.txt",
            "313fc3f23c864dde9183c9a368809065765dd1b657a6904fded44e3e46d34604",
        ),
    )
}
RATERS, GOLDEN, RATERS_GOLDEN, SCORES, LABELS, ORIGINAL_LABELS = FILES

CONNECT_SECONDS = 8.0
READ_SECONDS = 60.0


def cache_dir() -> Path:
    """Return the per-user folder that downloads are kept in."""
    import pooch

    return Path(pooch.os_cache("reassess"))


def missing_files(folder: Path) -> list[str]:
    """Return the release's files that a folder lacks."""
    return [name for name in FILES if not (folder / name).is_file()]


def find_release(data: str | os.PathLike[str] | None = None) -> Path:
    """Find a folder with the release's six files, without any download.

    Looked for in `data`, else in ``$REASSESS_DATA``, else in the per-user cache.

    Parameters
    ----------
    data : path-like, optional
        A folder.

    Returns
    -------
    Path

    Raises
    ------
    ReleaseError
        If the folder lacks a file; the message says what to do.
    """
    for place, source in ((data, "--data"), (os.environ.get("REASSESS_DATA"), "REASSESS_DATA")):
        if place:
            folder = Path(place)
            lacking = missing_files(folder)
            if lacking:
                raise ReleaseError(
                    f"{folder} ({source}) lacks {', '.join(lacking)}"
                    + ("" if folder.is_dir() else ": there is no such folder")
                )
            return folder
    folder = cache_dir()
    if missing_files(folder):
        raise ReleaseError(
            "the release is not on this machine: `reassess fetch` downloads it, or name its folder "
            "with --data or REASSESS_DATA"
        )
    return folder


class ProgressBar(Protocol):
    """What pooch asks of a progress bar."""

    total: int

    def update(self, n: int) -> None:
        """Count n more bytes."""

    def reset(self) -> None:
        """Begin again at 0."""

    def close(self) -> None:
        """End the bar."""


def fetch_release(
    folder: str | os.PathLike[str] | None = None,
    *,
    progress: Callable[[str], ProgressBar] | None = None,
) -> Path:
    """Download the release's six files, those that are not there yet, and check their hashes.

    A file is written beside its place and takes it only when its SHA-256 is the published one, so
    that an interrupted or altered download is never found there.

    Parameters
    ----------
    folder : path-like, optional
        Default: the per-user cache.
    progress : callable, optional
        Makes a progress bar for the file of a given name.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ReleaseError
        If an address cannot be reached (within ten seconds); what it sends has another hash; the
        folder cannot be written to; or a file in it is not the published one, which is left as it
        is.
    """
    place = cache_dir() if folder is None else Path(folder)
    lacking = missing_files(place)
    for name, file in FILES.items():
        if name not in lacking and sha256_of(place / name) != file.sha256:
            raise ReleaseError(
                f"{place / name} is not the published file: move it away to download that one"
            )
    if lacking:
        _check_reachable(FILES[lacking[0]].address)
    for name in lacking:
        _fetch_file(place, name, FILES[name], progress)
    return place


def _check_reachable(address: str) -> None:
    """Fail within ten seconds where there is no network.

    The time limit of a connection starts anew for each of a host's addresses, and there is none for
    looking up its name, so that a download alone could take minutes to fail.
    """
    import requests

    failures: list[requests.exceptions.RequestException] = []

    def ask() -> None:
        try:
            requests.head(address, timeout=CONNECT_SECONDS)
        except requests.exceptions.RequestException as error:
            failures.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(CONNECT_SECONDS)
    if failures or asking.is_alive():
        raise _unreachable(address, failures[0] if failures else TimeoutError())


def _unreachable(address: str, error: Exception) -> ReleaseError:
    return ReleaseError(
        f"{address} cannot be reached ({type(error).__name__}): without a network, put the six "
        "files in a folder and name it with --data or REASSESS_DATA"
    )


def _fetch_file(
    place: Path, name: str, file: ReleaseFile, progress: Callable[[str], ProgressBar] | None
) -> None:
    import pooch
    import requests

    pooch.get_logger().setLevel("ERROR")
    downloader = pooch.HTTPDownloader(
        progressbar=False if progress is None else progress(name),
        timeout=(CONNECT_SECONDS, READ_SECONDS),
    )
    try:
        pooch.retrieve(
            file.address,
            known_hash=f"sha256:{file.sha256}",
            fname=name,
            path=place,
            downloader=downloader,
        )
    except requests.exceptions.RequestException as error:
        raise _unreachable(file.address, error) from error
    except OSError as error:
        raise ReleaseError(
            f"{place / name} cannot be written ({error.strerror or error})"
        ) from error
    except ValueError as error:  # another hash; pooch has removed what it got
        raise ReleaseError(f"{file.address}: what it sends is not the published file") from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
