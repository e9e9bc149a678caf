"""What a store holds, written down: counts, and the hash of each file."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...arguments import is_whole
from ...errors import VoteError, shown

FORMAT = "reassess vote store"
VERSION = 1
HASH = "sha256"
MANIFEST = "manifest.json"
# What is being made lies in a folder of the store's; what is to be made is written down there.
PARTIAL, PLAN = "partial", "plan.json"
RATERS, ANSWERS = "raters.parquet", "answers.parquet"
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


class StoreCounts:
    """What a store says of itself by its manifest."""

    manifest: Manifest

    def __repr__(self) -> str:
        counts = (
            (self.n_items, "item"),
            (self.n_raters, "rater"),
            (self.n_answers, "answer"),
            (self.n_partitions, "partition"),
        )
        words = ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts)
        return f"VoteStore({self.n_votes} vote{'' if self.n_votes == 1 else 's'}: {words})"

    @property
    def n_items(self) -> int:
        """Number of items."""
        return self.manifest.n_items

    @property
    def n_raters(self) -> int:
        """Number of raters."""
        return self.manifest.n_raters

    @property
    def n_answers(self) -> int:
        """Number of answers."""
        return self.manifest.n_answers

    @property
    def n_votes(self) -> int:
        """Number of votes, repeated ones included."""
        return self.manifest.n_votes

    @property
    def native(self) -> None:
        """What kind of frame the votes came in: none, for they came in files."""
        return None

    @property
    def n_partitions(self) -> int:
        """Number of partitions."""
        return len(self.manifest.partitions)

    def _check_number(self, number: int) -> None:
        if not is_whole(number) or not 0 <= number < self.n_partitions:
            raise VoteError(
                f"partition {shown(number)}: the store has 0 to {self.n_partitions - 1}"
            )


def partition_files(number: int) -> PartitionFiles:
    """Name a partition's files."""
    return PartitionFiles(
        f"codes-{number:04}.i32", f"starts-{number:04}.i64", f"items-{number:04}.parquet"
    )


def write_whole(path: Path, *contents: Any) -> None:
    """Write a file beside its place, then rename it: it is there when it is whole.

    Raises
    ------
    OSError
        If it cannot be written; it names the file, and nothing of it is left.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            for content in contents:
                file.write(content)
        part.replace(path)
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        with suppress(OSError):
            part.unlink()
        raise


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write down what a store holds: last of all, so that a store with a manifest is whole."""
    held = {"format": FORMAT, "version": VERSION, HASH: hash_of(manifest), **manifest._asdict()}
    write_whole(folder / MANIFEST, json.dumps(held, indent=1).encode() + b"\n")


def hash_of(manifest: Manifest) -> str:
    """Return the hash of what is written down, by which it is known to be as it was written."""
    return hashlib.sha256(json.dumps(manifest._asdict(), sort_keys=True).encode()).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Read what a store holds.

    Raises
    ------
    VoteError
        If the folder is no store, one that is not whole, or one of another version.
    """
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise VoteError(
            f"{folder}: no store of votes, or one whose ingest was broken off: there is no "
            f"{MANIFEST} (reassess ingest FILES -o {folder} makes one, or goes on)"
        ) from None
    except OSError as error:
        raise VoteError(f"{path}: cannot be read ({error.strerror}): {MEND}") from error
    return parsed_manifest(content, path)


def parsed_manifest(content: bytes, path: object) -> Manifest:
    """Read what a manifest says, wherever it was read.

    Raises
    ------
    VoteError
        If it is none, one that was altered, or one of another version.
    """
    try:
        held = json.loads(content)
    except ValueError as error:
        raise VoteError(f"{path}: is damaged ({error}): {MEND}") from error
    if not isinstance(held, dict) or held.pop("format", None) != FORMAT:
        raise VoteError(f"{path}: is not the manifest of a store of votes")
    version = held.pop("version", None)
    if version != VERSION:
        raise VoteError(
            f"{path}: a store of version {version!r}, this program reads version {VERSION}: make "
            "it again with reassess ingest"
        )
    written = held.pop(HASH, None)
    try:
        manifest = Manifest(**held)
    except TypeError as error:
        raise VoteError(f"{path}: is damaged ({error}): {MEND}") from error
    if written != hash_of(manifest):
        raise VoteError(f"{path}: has been altered since the store was made: {MEND}")
    if not is_sound(manifest):
        raise VoteError(f"{path}: does not say what each file of a store holds: {MEND}")
    return manifest


def is_sound(manifest: Manifest) -> bool:
    """Say whether all that is written down is of its type, and no file is left out.

    Anyone can make the hash of a manifest, and one at a URL may be anyone's.
    """
    partitions: Any = manifest.partitions
    files: Any = manifest.files
    if not isinstance(partitions, list) or not isinstance(files, dict):
        return False
    pairs = (pair if isinstance(pair, list) and len(pair) == 2 else [None] for pair in partitions)
    of_files = [file if isinstance(file, dict) else {} for file in files.values()]
    sizes = (file.get("bytes") for file in of_files)
    numbers = [*manifest[:5], *chain.from_iterable(pairs), *sizes]
    texts = [manifest.item_type, *(file.get("sha256") for file in of_files)]
    names = {RATERS, ANSWERS}.union(*map(partition_files, range(len(partitions))))
    return (
        all(type(number) is int for number in numbers)
        and all(isinstance(text, str) for text in texts)
        and names <= set(files)
    )


def is_store(folder: Path) -> bool:
    """Say whether a folder holds a store of any version, whole or not."""
    try:
        held = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        held = None
    if isinstance(held, dict) and held.get("format") == FORMAT:
        return True
    # of one whose manifest is missing or damaged, its other files tell
    return any((folder / name).exists() for name in (partition_files(0).codes, f"{PARTIAL}/{PLAN}"))


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
