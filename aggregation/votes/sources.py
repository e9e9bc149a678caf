"""Votes of a path, of standard input or of a frame, as codes and names."""

from __future__ import annotations

import warnings
from os import PathLike
from pathlib import Path
from typing import Any

from ..errors import VoteError, VoteWarning, naming
from ..reading.options import Reading, ReadOptions, checked_reading
from .arrays import VoteArrays, arrays_of_tensor
from .coded import CodedVotes, coded_votes


def read_coded(source: Any, options: Reading) -> CodedVotes:
    """Read votes of a path, of standard input ("-"), or of a frame, as codes and names."""
    if not isinstance(source, str | PathLike):
        from ..reading.frames import frame_vote_table

        return coded_votes(frame_vote_table(source, options), options)
    from ..reading.files import is_npz, read_vote_table

    path = Path(source)
    refuse_store(path)
    with naming("standard input" if str(path) == "-" else path):
        if is_npz(path, options):
            refuse_columns(path, options)
            return CodedVotes(arrays_of_tensor(path, options.answer_names), None, (), ())
        return coded_votes(read_vote_table(path, options), options)


def refuse_store(path: Path) -> None:
    """Refuse a store, which is no folder of files of votes."""
    from .store.manifest import is_store

    if is_store(path):
        raise VoteError(
            f"{path}: is a store of votes, which reassess fit, score and ingest take; in Python, "
            "VoteStore.open(...).votes() has them in memory"
        )


def refuse_columns(path: Path, options: Reading) -> None:
    """Refuse columns of a tensor, which has none."""
    for role, names in options.columns().items():
        if names:
            raise VoteError(f"{path}: an npz file has no columns: leave {role}={names[0]!r} out")


def arrays_of(source: Any, options: ReadOptions) -> VoteArrays:
    """Read votes, and warn of what was probably not meant."""
    found = read_coded(source, checked_reading(options))
    for doubt in found.doubts:
        warnings.warn(doubt, VoteWarning, stacklevel=3)
    return found.arrays
