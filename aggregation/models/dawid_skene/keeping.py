"""The checkpoint of a climb, which knows its votes and its options."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...votes.store.store import VoteStore
from ...votes.votes import Votes
from ..aggregated import Repeatable

if TYPE_CHECKING:
    from ...engine.checkpoint import Checkpoint

# A climb may go on for longer than was said at first, or not as far.
FREE = ("tol", "max_steps", "leave_zeros")


def keepers_of(
    path: str | PathLike[str] | None,
    votes: Votes | VoteStore,
    options: Repeatable,
    truth: Any,
    n_starts: int = 1,
) -> list[Checkpoint | None]:
    """Return what keeps the climb from each start in a file; None where no file was said.

    That of the first start is as it is said, and those of others have their number, too.
    """
    if path is None:
        return [None] * n_starts
    from ...engine.checkpoint import Checkpoint

    first, key = Path(path), key_of(votes, options, truth)
    others = (first.with_name(f"{first.stem}-{k}{first.suffix}") for k in range(1, n_starts))
    return [Checkpoint(one, key) for one in (first, *others)]


def key_of(votes: Votes | VoteStore, options: Repeatable, truth: Any) -> str:
    """Return a hash of votes, truth and the options that decide where a climb goes."""
    said = {name: value for name, value in options.arguments().items() if name not in FREE}
    if isinstance(truth, Mapping):
        truth = sorted([str(name), int(cls)] for name, cls in truth.items())
    all_said = [options.method.__qualname__, said, truth]
    digest = hashlib.sha256(json.dumps(all_said, default=as_list, sort_keys=True).encode())
    if isinstance(votes, VoteStore):
        digest.update(json.dumps(votes.manifest.files, sort_keys=True).encode())
    else:
        digest.update(np.ascontiguousarray(votes.starts).data)
        digest.update(np.ascontiguousarray(votes.codes).data)
    return digest.hexdigest()


def as_list(value: Any) -> Any:
    """Return an array as lists."""
    return np.asarray(value).tolist()
