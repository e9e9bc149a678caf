"""Votes in pieces: partitions of a store, or of what was read from one, or all of them as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from tempfile import TemporaryFile, gettempdir
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError
from ..kernels.threads import Threads
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .patterns import Patterns, distinct_patterns, each_its_own

# Which items of a partition are open, shape (n_items,), by its number.
IsOpen = Callable[[int], NDArray[np.bool_]]
# Arrays begin at multiples of so many bytes of a file.
ALIGNED = 64


def pieces_of(votes: Votes | VoteStore) -> Iterator[Votes]:
    """Yield the votes piece by piece; of a store, one is mapped into memory at a time."""
    if isinstance(votes, VoteStore):
        yield from votes.partitions()
    elif votes.cuts is None:
        yield votes
    else:
        yield from (between(votes, *ends) for ends in pairwise(votes.cuts))


def between(votes: Votes, first: int, last: int) -> Votes:
    """Return the votes of items `first` to `last`, the latter not included, without their names."""
    starts = votes.starts[first : last + 1]
    return replace(
        votes,
        starts=starts - starts[0],
        codes=votes.codes[starts[0] : starts[-1]],
        item_names=range(last - first),
        item_order=None,
        cuts=None,
    )


class Held:
    """Partitions of votes that are in memory."""

    def __init__(self, votes: Votes) -> None:
        assert votes.cuts is not None  # else they are no partitions
        self.parts = list(pieces_of(votes))
        self.size = len(self.parts)
        self.found: dict[int, Patterns] = {}

    def votes(self, number: int) -> Votes:
        """Return the votes of a partition."""
        return self.parts[number]

    def patterns(self, number: int, votes: Votes, threads: Threads) -> Patterns:
        """Return its patterns, which are looked for once."""
        if number not in self.found:
            self.found[number] = distinct_patterns(votes, threads)
        return self.found[number]

    def close(self) -> None:
        """Keep nothing."""
        self.found.clear()


class Mapped:
    """Partitions of a store, whose patterns are kept on disk as long as they are needed.

    Those of votes on its open items, where not all are; what is kept lies in the folder `scratch`.
    """

    def __init__(self, store: VoteStore, is_open: IsOpen | None, scratch: str | None) -> None:
        self.store = store
        self.is_open = is_open
        self.size = store.n_partitions
        self.kept = Kept(scratch)
        # where a partition's patterns are kept: nowhere if they are its votes themselves
        self.found: dict[int, dict[str, Place]] = {}

    def votes(self, number: int) -> Votes:
        """Return the votes of a partition, on all its items."""
        return self.store.partition(number)

    def patterns(self, number: int, votes: Votes, threads: Threads) -> Patterns:
        """Return the patterns of its open items, which are looked for once."""
        if number not in self.found:
            chosen = self.open_votes(number, votes)
            found = distinct_patterns(chosen, threads)
            if chosen is votes and found.of_item is None:
                self.found[number] = {}
                return found
            self.found[number] = {
                name: self.kept.add(array)
                for name, array in found._asdict().items()
                if array is not None
            }
        places = self.found[number]
        if not places:
            return each_its_own(votes)
        held: dict[str, Any] = {name: self.kept.mapped(place) for name, place in places.items()}
        return Patterns(**({"of_item": None} | held))

    def open_votes(self, number: int, votes: Votes) -> Votes:
        """Return the votes on the open items of a partition."""
        chosen = None if self.is_open is None else self.is_open(number)
        if chosen is None or chosen.all():
            return votes
        return replace(votes, item_names=range(votes.n_items)).select(chosen)

    def close(self) -> None:
        """Delete the patterns."""
        self.kept.close()


class Place(NamedTuple):
    """Where an array lies in a file."""

    offset: int
    kind: np.dtype[Any]
    size: int


class Kept:
    """Arrays in a file without a name, which is gone with the process, however that ends."""

    def __init__(self, folder: str | None) -> None:
        self.folder = folder or gettempdir()
        self.file = TemporaryFile(buffering=0, dir=folder)  # noqa: SIM115 (it is closed by close)
        self.end = 0

    def add(self, array: NDArray[Any]) -> Place:
        """Write an array at the end of the file.

        Raises
        ------
        VoteError
            If there is no room for it.
        """
        place = Place(-(-self.end // ALIGNED) * ALIGNED, array.dtype, array.size)
        self.end = place.offset + array.nbytes
        left = np.ascontiguousarray(array).data.cast("B") if array.size else memoryview(b"")
        self.file.seek(place.offset)
        try:
            while left:
                left = left[self.file.write(left) :]
        except OSError as error:
            raise VoteError(
                f"{self.folder}: patterns of votes cannot be kept there ({error.strerror}): make "
                "room, or name another folder in TMPDIR"
            ) from error
        return place

    def mapped(self, place: Place) -> NDArray[Any]:
        """Map an array into memory; what is written to it is not kept."""
        if not place.size:
            return np.empty(0, place.kind)
        # may be written to, as those in memory: one kind of array is one kernel to compile
        held = np.memmap(self.file, place.kind, "c", place.offset, place.size)
        return held.view(np.ndarray)

    def close(self) -> None:
        """Delete the file."""
        self.file.close()
