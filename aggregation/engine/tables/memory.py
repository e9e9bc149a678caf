"""Whether a fit's tables have room in memory, asked before any of them is made."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import VoteError, VoteWarning
from ...votes.store.store import VoteStore
from ...votes.votes import Votes

GB = 1e9
DOUBLE_BYTES = 8
# So many raters x classes x answers tables a fit of Dawid & Skene's model or of IBCC holds where it
# is at its widest: three points between which SQUAREM extrapolates, the counts, and the start or
# the rates of an E-step. Tests measure all of these.
TABLES_AT_ONCE = 5
# EBCC keeps the best of its ends beside; its tables have a row for each state.
TABLES_OF_GROUPS = 6
TABLES_OF_DRAWS = 12
TABLES_OF_OTHERS = 7
# More answers than this share of the votes are hardly classes, and likely to be free text. Small
# tables are made all the same.
MOST_ANSWERS = 0.25
SMALL_TABLE_BYTES = 0.1 * GB
# The rest of the memory is for votes, posteriors and whatever else runs.
MOST_OF_MEMORY = 0.75
# A table so large, with so many more entries than votes, is likely to be the wrong model.
WIDE_TABLE_BYTES = 1 * GB
ENTRIES_PER_VOTE = 100
# Taken for this machine's where it does not say.
ASSUMED_BYTES = 16 * GB
CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUP = Path("/proc/self/cgroup")


def check_room(votes: Votes | VoteStore, n_classes: int, tables: int = TABLES_OF_OTHERS) -> None:
    """Refuse votes whose tables of raters, classes and answers have no room in memory.

    Parameters
    ----------
    votes : Votes
    n_classes : int
    tables : int
        How many are held at once.

    Raises
    ------
    VoteError
        If the tables would take more than three quarters of what there is, or are large because
        nearly every vote has an answer of its own.

    Warns
    -----
    VoteWarning
        If a large table has so many more entries than there are votes that it tells little.
    """
    table = votes.n_raters * n_classes * votes.n_answers * DOUBLE_BYTES
    needed, available = tables * table, memory_bytes()
    many = votes.n_answers > MOST_ANSWERS * votes.n_votes
    most = MOST_OF_MEMORY * available
    fits = needed <= most
    size = (
        f"error rates of {votes.n_raters:,} raters x {n_classes:,} classes x "
        f"{votes.n_answers:,} answers take {table / GB:,.1f} GB, and a fit about "
        f"{needed / GB:,.0f} GB"
    )
    sparse = "fit_sparse_dawid_skene (--method dawid-skene-sparse), which has no such table"
    if not fits or (many and table > SMALL_TABLE_BYTES):
        room = f"; this machine has {available / GB:,.0f} GB, of which it may take {most / GB:,.0f}"
        room = "" if fits else room
        raise VoteError(
            f"{size}{room}. There are {votes.n_answers:,} answers among "
            f"{votes.n_votes:,} votes of {votes.n_raters:,} raters: is that the right column? If "
            "not, take another (answer=, --answer COLUMN); else merge rare answers or fit fewer "
            f"classes (n_classes=), or take {sparse}"
        )
    if table > WIDE_TABLE_BYTES and table > ENTRIES_PER_VOTE * DOUBLE_BYTES * votes.n_votes:
        warnings.warn(
            f"{size}, gone through at each step for {votes.n_votes:,} votes: consider {sparse}",
            VoteWarning,
            stacklevel=4,  # who called the fit
        )


def check_bytes(needed: float, what: str, instead: str) -> None:
    """Refuse to make what has no room in memory; say what to do instead."""
    if needed > (available := memory_bytes()):
        raise VoteError(
            f"{what} would take {needed / GB:,.1f} GB; this machine has {available / GB:,.0f} GB: "
            f"{instead}"
        )


def memory_bytes() -> float:
    """Return how much memory this process may use at the most: the machine's, or its group's."""
    return min([physical_bytes(), *group_limits()])


def physical_bytes() -> float:
    """Return the machine's memory, or a fair size where the system does not tell."""
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return ASSUMED_BYTES
    return float(pages * size) if pages > 0 and size > 0 else ASSUMED_BYTES


def group_limits() -> list[float]:
    """Return the limits of the control groups in which Linux holds this process, if there are any.

    In a container the topmost group that can be seen is its own.
    """
    folders = [CGROUPS]
    try:
        lines = OWN_CGROUP.read_text().splitlines()
    except OSError:
        lines = []
    for own in (line[len("0::/") :] for line in lines if line.startswith("0::/")):
        folders += [CGROUPS / own, *(CGROUPS / above for above in Path(own).parents)]
    limits = []
    for folder in folders:
        try:
            limits.append(float((folder / "memory.max").read_text()))
        except (OSError, ValueError):  # no such file, or no limit: "max"
            continue
    return limits


class Spares:
    """Memory of vectors that nobody holds any more, given out again: fresh pages take longer."""

    def __init__(self) -> None:
        self.free: list[NDArray[np.float64]] = []

    def empty(self, size: int) -> NDArray[np.float64]:
        """Return a vector, not filled, whose memory comes back when nobody holds it."""
        memory = self.free.pop() if self.free else np.empty(size)
        if len(memory) != size:
            memory = np.empty(size)
        return np.asarray(Lent(memory, self.free))


class Lent:
    """Memory as long as it is lent out."""

    def __init__(self, memory: NDArray[np.float64], owner: list[NDArray[np.float64]]) -> None:
        self.memory = memory
        self.owner = owner

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """Where the memory is, and how it is laid out."""
        return self.memory.__array_interface__

    def __del__(self) -> None:
        self.owner.append(self.memory)
