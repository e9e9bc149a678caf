"""What a store holds, written down: counts, and the hash of each file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...errors import VoteError

FORMAT = "reassess vote store"
VERSION = 1
MANIFEST = "manifest.json"
BLOCK = 1 << 22
# How numbers are written, whatever the machine.
CODES, STARTS = np.dtype("<i4"), np.dtype("<i8")


class PartitionFiles(NamedTuple):
    """Names of a partition's files."""

    codes: str
    starts: str
    items: str


class Manifest(NamedTuple):
    """What a store holds.

    Attributes
    ----------
    n_items, n_raters, n_answers, n_votes : int
    n_repeated : int
        Votes of raters who had voted on the item before.
    item_type : str
        Arrow's name for the type of items' names, which are kept as text.
    partitions : list of list of int
        Of each partition, the number of its items and of its votes.
    files : dict of str to dict
        Of each file, "bytes" and "sha256".
    """

    n_items: int
    n_raters: int
    n_answers: int
    n_votes: int
    n_repeated: int
    item_type: str
    partitions: list[list[int]]
    files: dict[str, dict[str, Any]]


def partition_files(number: int) -> PartitionFiles:
    """Name a partition's files."""
    return PartitionFiles(
        f"codes-{number:04}.i32", f"starts-{number:04}.i64", f"items-{number:04}.parquet"
    )


def write_whole(path: Path, *contents: Any) -> None:
    """Write a file beside its place, then rename it: it is there when it is whole."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        for content in contents:
            file.write(content)
    part.replace(path)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write down what a store holds: last of all, so that a store with a manifest is whole."""
    held = {"format": FORMAT, "version": VERSION, **manifest._asdict()}
    write_whole(folder / MANIFEST, json.dumps(held, indent=1).encode() + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """Read what a store holds.

    Raises
    ------
    VoteError
        If the folder is no store, one that is not whole, or one of another version.
    """
    path = folder / MANIFEST
    try:
        held = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise VoteError(
            f"{folder}: no store of votes, or one whose ingest was broken off: there is no "
            f"{MANIFEST} (reassess ingest FILES -o {folder} makes one, or goes on)"
        ) from None
    except (OSError, ValueError) as error:
        raise VoteError(f"{path}: cannot be read ({error}): make the store again") from error
    if not isinstance(held, dict) or held.pop("format", None) != FORMAT:
        raise VoteError(f"{path}: is not the manifest of a store of votes")
    version = held.pop("version", None)
    if version != VERSION:
        raise VoteError(
            f"{folder}: a store of version {version!r}, this program reads version {VERSION}: make "
            "it again with reassess ingest"
        )
    try:
        return Manifest(**held)
    except TypeError as error:
        raise VoteError(f"{path}: is damaged ({error}): make the store again") from error


def is_store(folder: Path) -> bool:
    """Say whether a folder holds a store of any version."""
    try:
        held = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(held, dict) and held.get("format") == FORMAT


def described(path: Path) -> dict[str, Any]:
    """Return the size and the hash of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return {"bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def check_files(folder: Path, manifest: Manifest, *, hashes: bool) -> None:
    """Refuse a store of which a file is missing or is another than when it was made.

    Raises
    ------
    VoteError
        The message names the file.
    """
    for name, said in manifest.files.items():
        path = folder / name
        try:
            found = described(path) if hashes else {"bytes": path.stat().st_size}
        except FileNotFoundError:
            raise VoteError(f"{path}: is missing from the store: {MEND}") from None
        except OSError as error:
            raise VoteError(f"{path}: cannot be read ({error.strerror}): {MEND}") from error
        if any(found[key] != said[key] for key in found):
            raise VoteError(f"{path}: has been altered since the store was made: {MEND}")


MEND = "make the store again from its votes (reassess ingest), or restore the file"
