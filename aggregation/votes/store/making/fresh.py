"""Which of the votes that are put into a store it holds already, and what adding to it changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

from ....errors import VoteError, listed, number_of
from ....reading.options import Reading
from ..files import held_names
from ..manifest import ANSWERS, Manifest, described, read_manifest, write_whole
from .inputs import STORE, Input

# Which files' votes a store holds: beside the manifest, for the same votes may come in other files.
INPUTS = "inputs.json"
# Stands there for files of which nothing is known, once a store without such a record was among
# the inputs.
UNKNOWN = "unknown"


class Fresh(NamedTuple):
    """What is put into a store: no file whose votes are in one of the stores among the inputs.

    Attributes
    ----------
    inputs : list of Input
    record : dict of str to str
        Names of all files whose votes the store will hold, by :func:`key_of`.
    left_out : list of str
        Names of files that are there already.
    twice : dict of str to None
        Names of files that are among the inputs more than once, and are taken once.
    namesakes : dict of str to None
        Names of files that are put in, though one called so is there: of other content, or read in
        another way.
    unrecorded : list of str
        Records that are missing, or were when votes were added, so that some files are not known.
    """

    inputs: list[Input]
    record: dict[str, str]
    left_out: list[str]
    twice: dict[str, None]
    namesakes: dict[str, None]
    unrecorded: list[str]

    @property
    def notes(self) -> tuple[str, ...]:
        """Say which files were left out, and which may be there already."""
        notes = self._held
        if self.namesakes:
            names = listed([*self.namesakes])
            added = "Added, though the store holds files called so, with other content or read in"
            notes = (f"{added} another way: {names}.", *notes)
        if self.twice:
            notes = (f"Took once what was named twice: {listed([*self.twice])}.", *notes)
        if self.unrecorded and len(self.inputs) > 1:
            missing = ", ".join(self.unrecorded)
            twice = "is missing, or was before: a file that is in the store already may count twice"
            notes = (f"{missing} {twice}.", *notes)
        return notes

    @property
    def _held(self) -> tuple[str, ...]:
        if not self.left_out:
            return ()
        n_files = sum(len(one.paths) for one in self.inputs if one.kind != STORE)
        of_all = f"{len(self.left_out):,} of {len(self.left_out) + n_files:,}"
        names = listed(self.left_out)
        return (f"Left out {of_all} inputs, which are in the store already: {names}.",)


def fresh_of(inputs: Sequence[Input], options: Reading) -> Fresh:
    """Look which files are in one of the stores, by their content and how it is read."""
    fresh, seen = Fresh([], {}, [], {}, {}, []), set[Path]()
    for one in inputs:
        if one.kind == STORE:
            check_order_known(one, options)
            take_store(one, fresh)
    known = dict(fresh.record)
    names = frozenset(known.values())
    for one in inputs:
        if one.kind != STORE:
            fresh.twice.update(dict.fromkeys(p.name for p in one.paths if p.resolve() in seen))
            once = tuple(path for path in one.paths if path.resolve() not in seen)
            seen.update(path.resolve() for path in once if path.is_file())  # no pipe is one
            taken = take_files(replace(one, paths=once), fresh, known, options)
            fresh.namesakes.update(dict.fromkeys(p.name for p in taken if p.name in names))
    return fresh


def check_order_known(one: Input, options: Reading) -> None:
    """Refuse to choose among votes of a store, which does not know which of them came first.

    Raises
    ------
    VoteError
        If it holds further votes of a rater on an item.
    """
    n_repeated = read_manifest(one.paths[0].parent).n_repeated
    if n_repeated and options.duplicates in ("first", "last"):
        raise VoteError(
            f"{one.paths[0].parent}: holds {number_of(n_repeated, 'repeated vote')} of a (rater, "
            "item) pair, and not in which order they came: --duplicates "
            f"{options.duplicates} needs the files themselves"
        )


def take_store(one: Input, fresh: Fresh) -> None:
    """Put a store among the inputs, if its votes are not those of another.

    Raises
    ------
    VoteError
        If some of them are, and others not.
    """
    held = recorded(one.paths[0].parent)
    unknown = {UNKNOWN: held.pop(UNKNOWN)} if UNKNOWN in held else {}
    both = [name for key, name in held.items() if key in fresh.record]
    if (both and len(both) == len(held)) or one in fresh.inputs:
        fresh.left_out.append(one.name)
    elif both:
        raise VoteError(
            f"{one.name}: holds votes of {listed(both)}, and so does another of the stores: they "
            "would count twice. Take the files themselves"
        )
    else:
        fresh.inputs.append(one)
        fresh.record.update(held | unknown)
        fresh.unrecorded.extend(str(one.paths[0].with_name(INPUTS)) for _ in unknown)


def take_files(one: Input, fresh: Fresh, known: Container[str], options: Reading) -> Sequence[Path]:
    """Put those of the files among the inputs that are not known; return them."""
    paths = []
    for path in one.paths:
        key = key_of(one, path, options) if path.is_file() else None
        if key in known:
            fresh.left_out.append(path.name)
            continue
        paths.append(path)
        if key is not None:
            fresh.record[key] = path.name
    if paths:
        fresh.inputs.append(replace(one, paths=tuple(paths)))
    return paths


def key_of(one: Input, path: Path, options: Reading) -> str:
    """Return a hash of a file's content and of how it is read: other columns are other votes."""
    said: list[Any] = [described(path)["sha256"], as_json(options)]
    if one.rater is not None or one.folder is not None:
        said.append(path.stem if one.rater is None else one.rater)  # which may be the rater
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def recorded(folder: Path) -> dict[str, str]:
    """Return the names of files whose votes a store holds, by their keys, and by `UNKNOWN`."""
    try:
        held = json.loads((folder / INPUTS).read_bytes())
    except FileNotFoundError:  # deleted, or not copied with the store
        return {UNKNOWN: "files of which nothing is known"}
    except (OSError, ValueError) as error:
        raise VoteError(
            f"{folder / INPUTS}: cannot be read ({error}): restore or delete it"
        ) from error
    if not isinstance(held, dict) or not all(isinstance(name, str) for name in held.values()):
        raise VoteError(f"{folder / INPUTS}: is damaged, it names no files: restore or delete it")
    return held


def write_record(folder: Path, record: dict[str, str]) -> None:
    """Write down which files' votes a store holds."""
    write_whole(folder / INPUTS, json.dumps(record, indent=1, sort_keys=True).encode() + b"\n")


def as_json(options: Reading) -> Any:
    """Return options as JSON has them."""
    return json.loads(json.dumps(asdict(options), default=str))


def moved_answers(inputs: Sequence[Input], folder: Path, manifest: Manifest) -> tuple[str, ...]:
    """Say which stores had their answers in another order, or some without votes."""
    now = held_names(folder / ANSWERS, manifest.n_answers).to_pylist()
    notes = []
    for one in inputs:
        if one.kind != STORE:
            continue
        home = one.paths[0].parent
        before = held_names(home / ANSWERS, read_manifest(home).n_answers).to_pylist()
        if before != [name for name in now if name in before]:
            notes.append(
                f"{home} had the answers {', '.join(map(str, before))}; they are now "
                f"{', '.join(map(str, now))}: --answers gives them an order, and keeps those "
                "without votes."
            )
    return tuple(notes)
