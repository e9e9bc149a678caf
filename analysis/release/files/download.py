"""Where the release is: a folder, $REASSESS_DATA, the per-user cache, or its public addresses."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from ...errors import ReleaseError
from .transfer import ProgressBar, received
from .writing import part_of, sweep

RELEASE_ADDRESS = (
    "https://raw.githubusercontent.com/google-research/reassessed-imagenet/"
    "bcd006fe12e929f055e0ec7fe39dbf4d64a6881a/"
)
LABELS_ADDRESS = (
    "https://raw.githubusercontent.com/tensorflow/models/"
    "c80d1b17d5f835e6f2cdeddefeb16c193beed071/research/slim/datasets/"
)


class ReleaseFile(NamedTuple):
    """Where a file is published, and the SHA-256 and the bytes of what is published there."""

    address: str
    sha256: str
    size: int


FILES = {
    name: ReleaseFile(folder + name, sha256, size)
    for folder, name, sha256, size in (
        (
            RELEASE_ADDRESS,
            "raters.npz",
            "d3ffe8082e4e61e9716cbc93a7a4e877e3b1d1240032a176e797b43f19107ec8",
            2_457_121,
        ),
        (
            RELEASE_ADDRESS,
            "golden.npz",
            "738a795e88351799934669ac48bb70e2ebe484b447fc3e09e0c36fbd987d06d2",
            9_756,
        ),
        (
            RELEASE_ADDRESS,
            "raters_golden.npz",
            "6fd910fc7389c3d695ac5e18269689797d0246a378c536e218854f9d93bc8ea6",
            44_043,
        ),
        (
            RELEASE_ADDRESS,
            "scores.npz",
            "c4b558569f3da12945c57684294f439214a9cb7919b0ae5b44432bd077d03b79",
            1_990_559,
        ),
        (
            RELEASE_ADDRESS,
            "real.json",
            "d83e9bff374c631aae8439eb064c7019acc56e1b3bc3f56b8380c2a710b0220b",
            388_478,
        ),
        (
            LABELS_ADDRESS,
            "imagenet_2012_validation_synset_labels.txt",
            "313fc3f23c864dde9183c9a368809065765dd1b657a6904fded44e3e46d34604",
            500_000,
        ),
    )
}
RATERS, GOLDEN, RATERS_GOLDEN, SCORES, LABELS, ORIGINAL_LABELS = FILES


def cache_dir() -> Path:
    """Return the per-user folder that downloads are kept in."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("reassess"))


def missing_files(folder: Path) -> list[str]:
    """Return the release's files that a folder lacks."""
    return [name for name in FILES if not (folder / name).is_file()]


def place_of_release(data: str | os.PathLike[str] | None) -> tuple[Path, str]:
    """Say which folder the release should be in, and what named it, if anything did."""
    for place, source in ((data, "--data"), (os.environ.get("REASSESS_DATA"), "REASSESS_DATA")):
        if place:
            return Path(place), source
    return cache_dir(), ""


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
    folder, source = place_of_release(data)
    lacking = missing_files(folder)
    if lacking and source:
        raise ReleaseError(
            f"{folder} ({source}) lacks {', '.join(lacking)}"
            + ("" if folder.is_dir() else ": there is no such folder")
        )
    if lacking:
        raise ReleaseError(
            "the release is not on this machine: `reassess fetch` downloads it, or name its folder "
            "with --data or REASSESS_DATA"
        )
    return folder


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
        If an address cannot be reached (within ten seconds); it sends too much, too little, too
        slowly, or something else; the folder cannot be written to; or a file in it is not the
        published one, which is left as it is.
    """
    place = cache_dir() if folder is None else Path(folder)
    lacking = missing_files(place)
    for name, file in FILES.items():
        if name not in lacking and sha256_of(place / name) != file.sha256:
            raise ReleaseError(
                f"{place / name} is not the published file: move it away to download that one"
            )
    sweep(place)
    for name in lacking:
        _fetch_file(place / name, FILES[name], None if progress is None else progress(name))
    return place


def _fetch_file(path: Path, file: ReleaseFile, bar: ProgressBar | None) -> None:
    found = hashlib.sha256()
    pieces = received(file.address, most=file.size, size=file.size, bar=bar)
    first = next(pieces, b"")  # nothing is written, not even a folder, before anything comes
    try:
        with part_of(path) as part:
            for piece in chain([first], pieces):
                part.stream.write(piece)
                found.update(piece)
            if found.hexdigest() != file.sha256:
                raise ReleaseError(f"{file.address}: what it sends is not the published file")
            part.finish()
            part.put()
    except OSError as error:
        raise ReleaseError(f"{path} cannot be written ({error.strerror or error})") from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
