"""The checkpoint of a fit, which knows its votes and its options."""

from __future__ import annotations

import hashlib
import json
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import VoteError
from ...votes.store.store import VoteStore
from ...votes.votes import Votes
from ..fit import Options

if TYPE_CHECKING:
    from ...engine.checkpoint import Checkpoint

# A climb may go on for longer than was said at first, or not as far.
FREE = ("tol", "max_steps", "leave_zeros")


def keeper_of(
    path: str | PathLike[str] | None, votes: Votes | VoteStore, options: Options, restarts: int
) -> Checkpoint | None:
    """Return what keeps the climb in a file, None where none was said."""
    if path is None:
        return None
    if restarts:
        raise VoteError(f"restarts={restarts}: a checkpoint keeps one climb: leave one of both out")
    from ...engine.checkpoint import Checkpoint

    return Checkpoint(Path(path), key_of(votes, options))


def key_of(votes: Votes | VoteStore, options: Options) -> str:
    """Return a hash of votes and of the options that decide where EM goes."""
    said = {name: value for name, value in options.arguments().items() if name not in FREE}
    digest = hashlib.sha256(json.dumps(said, default=as_list, sort_keys=True).encode())
    if isinstance(votes, VoteStore):
        digest.update(json.dumps(votes.manifest.files, sort_keys=True).encode())
    else:
        digest.update(np.ascontiguousarray(votes.starts).data)
        digest.update(np.ascontiguousarray(votes.codes).data)
    return digest.hexdigest()


def as_list(value: Any) -> Any:
    """Return an array as lists."""
    return np.asarray(value).tolist()
