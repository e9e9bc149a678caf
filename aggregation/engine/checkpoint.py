"""A climb kept on disk every few steps: what was broken off goes on as if it had not been."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from ..errors import VoteError
from .climb import Path, State, Step

# Steps are saved so often: what is lost is no more than these, and a pass over many votes takes
# longer than the writing.
EVERY = 3
# What NumPy and zipfile raise on a file that is not what was written, or no archive at all.
DAMAGED = (
    *(OSError, EOFError, KeyError, TypeError, ValueError),
    *(NotImplementedError, zipfile.BadZipFile),
)


class Checkpoint:
    """The state of a climb in a file, which is replaced when the next one is whole.

    Parameters
    ----------
    path : Path
    key : str
        Of the votes and options: a file of others is refused.
    """

    def __init__(self, path: FilePath, key: str) -> None:
        self.path = path
        self.key = key
        self.n_told = 0

    def kept(self) -> State | None:
        """Return the state that was saved, None where there is no file.

        Raises
        ------
        VoteError
            If it cannot be read, or is of other votes or options.
        """
        try:
            with np.load(io.BytesIO(self.path.read_bytes()), allow_pickle=False) as held:
                if str(held["key"]) != self.key:
                    raise VoteError(
                        f"{self.path}: is the checkpoint of other votes or other options: say the "
                        "same as then, or delete it"
                    )
                return state_of(held)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except DAMAGED as error:
            if isinstance(error, VoteError):
                raise
            raise VoteError(
                f"{self.path}: a checkpoint that cannot be read ({error}): delete it to start anew"
            ) from error

    @property
    def is_due(self) -> bool:
        """Whether the next state that is told is saved."""
        return (self.n_told + 1) % EVERY == 0

    def keep(self, state: State) -> None:
        """Save every few states.

        Raises
        ------
        VoteError
            If it cannot be written; what was saved before is still there.
        """
        due, self.n_told = self.is_due, self.n_told + 1
        if not due:
            return
        sink = io.BytesIO()
        np.savez(sink, allow_pickle=False, **arrays_of(state), key=np.array(self.key))
        part = part_of(self.path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(sink.getbuffer())
            part.replace(self.path)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise VoteError(
                f"{self.path}: the checkpoint cannot be written ({error.strerror}); the one before "
                "it, if there is one, can be resumed"
            ) from error


def forget(path: FilePath) -> None:
    """Delete a checkpoint and those of other starts, whole or left by a kill."""
    for one in (path, *path.parent.glob(f"{path.stem}-*{path.suffix}")):
        one.unlink(missing_ok=True)
        part_of(one).unlink(missing_ok=True)


def part_of(path: FilePath) -> FilePath:
    """Name the file that takes a checkpoint's place when it is whole."""
    return path.with_name(f".{path.name}.part")


def arrays_of(state: State) -> dict[str, Any]:
    """Return a state as arrays by name."""
    x, here, reach, before, path = state
    return {
        "x": x,
        "next": here.next,
        "values": np.array([here.objective, here.log_likelihood, here.scale, reach]),
        "before": np.array([] if before is None else [before]),
        "objectives": np.array(path.objectives),
        "log_likelihoods": np.array(path.log_likelihoods),
        "n_steps": np.array(path.n_steps),
    }


def state_of(held: Any) -> State:
    """Return the state that arrays hold."""
    objective, log_likelihood, scale, reach = held["values"].tolist()
    before = held["before"].tolist()
    path = Path(
        held["next"],
        held["objectives"].tolist(),
        held["log_likelihoods"].tolist(),
        int(held["n_steps"]),
    )
    here = Step(held["next"], objective, log_likelihood, scale)
    return State(held["x"], here, reach, before[0] if before else None, path)
