"""The release's list of training files: the images of ImageNet that a model was not surprised by.

Section 6 of the paper, "Are we done with ImageNet?" (Beyer, Hénaff, Kolesnikov, Zhai & van den Oord
2020), trains on a cleaner part of ImageNet; the release names its files, one a line.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ...errors import ReleaseError, check_types
from .download import ORIGINAL_LABELS, cache_dir, find_release
from .transfer import ProgressBar, received
from .writing import sweep, write_files

ADDRESS = (
    "https://github.com/google-research/reassessed-imagenet/releases/download/v1.0/fnames_clean.txt"
)
TRAINING_LIST = "fnames_clean.txt"
# What was fetched first: nobody has published the list's hash.
RECORD = "fnames_clean.provenance.json"
# As many training images as ILSVRC-2012 has, and their longest names with their folders.
MOST_FILES, MOST_BYTES_A_LINE = 1_281_167, 40
LINE = re.compile(r"(?:(?P<folder>n\d{8})/)?(?P<name>(?P<wordnet_id>n\d{8})_\d{1,8}\.JPEG)", re.A)
MOST_SHOWN = 80


class TrainingList(NamedTuple):
    """Names of training files, as they are in the list but for their folders, and its hash."""

    names: list[str]
    sha256: str


def load_training_list(data: str | os.PathLike[str] | None = None) -> list[str]:
    """Read the release's list of training files (Section 6 of the paper), and check it.

    Parameters
    ----------
    data : path-like, optional
        The release's folder. Default: ``$REASSESS_DATA``, else the per-user cache.

    Returns
    -------
    list of str
        Names such as ``n01440764_10026.JPEG``, in the list's order, without their folders.

    Raises
    ------
    ReleaseError
        If the list has not been fetched; it is not the one that was fetched first; or a line is no
        training file's name, names none of the 1,000 classes, or is there twice.
    """
    check_types(load_training_list, locals())
    folder = find_release(data)
    if not (folder / TRAINING_LIST).is_file():
        raise ReleaseError(
            f"{folder} lacks {TRAINING_LIST}: `reassess fetch --training-list` downloads it"
        )
    return _read(folder).names


def fetch_training_list(
    folder: str | os.PathLike[str] | None = None,
    *,
    progress: Callable[[str], ProgressBar] | None = None,
) -> TrainingList:
    """Download the list of training files, if it is not there yet, and check it.

    The release's own files must be in the folder. Neither size nor hash of the list is published:
    the first download is checked for its form, and its SHA-256 is kept beside it, in
    ``fnames_clean.provenance.json``. From then on the list must have that hash.

    Parameters
    ----------
    folder : path-like, optional
        Default: the per-user cache.
    progress : callable, optional
        Makes a progress bar for the file of a given name.

    Returns
    -------
    TrainingList

    Raises
    ------
    ReleaseError
        As :func:`load_training_list`; or if the address cannot be reached, sends too much, too
        slowly, or breaks off.
    """
    place = cache_dir() if folder is None else Path(folder)
    sweep(place)
    if (place / TRAINING_LIST).is_file():
        found, contents = _read(place), {}
    else:
        found, content = _fetch(place, None if progress is None else progress(TRAINING_LIST))
        contents = {place / TRAINING_LIST: content}
    if _kept(place) is None:
        contents[place / RECORD] = _record(found)
    try:
        write_files(contents)
    except OSError as error:
        raise ReleaseError(
            f"{error.filename or place} cannot be written ({error.strerror or error})"
        ) from error
    return found


def _fetch(place: Path, bar: ProgressBar | None) -> tuple[TrainingList, bytes]:
    """Download the list; it must be the one that was fetched first, where that is known."""
    classes, kept = _classes(place), _kept(place)
    content = b"".join(received(ADDRESS, most=MOST_FILES * MOST_BYTES_A_LINE, bar=bar))
    found = _checked(content, classes, ADDRESS)
    if kept not in (None, found.sha256):
        raise ReleaseError(
            f"{ADDRESS}: what it sends has SHA-256 {found.sha256}, and what was fetched first "
            f"had {kept}: remove {place / RECORD} if the new one is to be trusted"
        )
    return found, content


def _record(found: TrainingList) -> bytes:
    """Return the file that keeps the hash."""
    record = {
        "address": ADDRESS,
        "sha256": found.sha256,
        "files": len(found.names),
        "classes": len({name.partition("_")[0] for name in found.names}),
    }
    return (json.dumps(record, indent=2) + "\n").encode()


def _read(folder: Path) -> TrainingList:
    """Read the list of a folder; it must be the one that was fetched first, where that is known."""
    path = folder / TRAINING_LIST
    found = _checked(path.read_bytes(), _classes(folder), str(path))
    kept = _kept(folder)
    if kept not in (None, found.sha256):
        raise ReleaseError(
            f"{path} is not what was fetched first ({folder / RECORD} has another SHA-256): move "
            "it away to download it again"
        )
    return found


def _kept(folder: Path) -> str | None:
    """Return the hash of what was fetched first, if anything was."""
    try:
        return str(json.loads((folder / RECORD).read_bytes())["sha256"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(
            f"{folder / RECORD} is damaged: remove it, and check the list's hash yourself"
        ) from error


def _classes(folder: Path) -> set[str]:
    """Return the WordNet ids of all classes, from the release's labels of validation images."""
    path = folder / ORIGINAL_LABELS
    if not path.is_file():
        raise ReleaseError(f"{folder} lacks {ORIGINAL_LABELS}: `reassess fetch` downloads it")
    return set(path.read_text(encoding="latin-1").split())


def _checked(content: bytes, classes: set[str], source: str) -> TrainingList:
    """Return a list's names: each of a training file, of one of the 1,000 classes, and once."""
    lines = content.decode("latin-1").removesuffix("\n").split("\n") if content else []
    first: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        said = f"{source}, line {number:,}: {line[:MOST_SHOWN]!r}"
        match = LINE.fullmatch(line.removesuffix("\r"))
        if match is None or match["folder"] not in (None, match["wordnet_id"]):
            raise ReleaseError(f"{said} is no training file's name, such as n01440764_10026.JPEG")
        if match["wordnet_id"] not in classes:
            raise ReleaseError(f"{said} is of none of the {len(classes):,} classes")
        if first.setdefault(match["name"], number) != number:
            raise ReleaseError(f"{said} is in line {first[match['name']]:,}, too")
    if not 0 < len(first) <= MOST_FILES:
        raise ReleaseError(
            f"{source} names {len(first):,} files: 1 to {MOST_FILES:,} training files are expected"
        )
    return TrainingList([*first], hashlib.sha256(content).hexdigest())
