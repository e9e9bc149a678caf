"""Votes as people have them, from files and frames, and what is to be said of them."""

from __future__ import annotations

from typing import Any, NamedTuple, Unpack

from ..arguments import check_types
from ..errors import VoteError
from ..reading.options import Reading, ReadOptions, checked_reading
from .known_items import KnownItems, check_class_count, known_items
from .sources import read_coded
from .votes import Votes


class VoteReading(NamedTuple):
    """Votes, and what was found out about them.

    Attributes
    ----------
    votes : Votes
    known : KnownItems or None
        Items whose class came in the same file.
    notes : tuple of str
        What was guessed, found or left out, a sentence each.
    doubts : tuple of str
        What was probably not meant.
    """

    votes: Votes
    known: KnownItems | None
    notes: tuple[str, ...]
    doubts: tuple[str, ...]


def read_votes(
    source: Any, *, n_classes: int | None = None, **options: Unpack[ReadOptions]
) -> VoteReading:
    """Read votes, items of known class that come with them, and what is to be said of them.

    Parameters
    ----------
    source : path or frame
        As for :meth:`Votes.read` or :meth:`Votes.from_frame`.
    n_classes : int, optional
        Number of classes of known items; see :func:`read_known_items`.
    **options
        As for :meth:`Votes.read`.

    Returns
    -------
    VoteReading

    Raises
    ------
    VoteError
        If the votes or the known items cannot be read or used.
    OSError
        If there is no such file.

    Examples
    --------
    >>> rows = [{"task": "a", "worker": "ann", "label": "cat", "gold": "cat"},
    ...         {"task": "b", "worker": "ann", "label": "dog", "gold": None}]
    >>> found = read_votes(rows, truth_column="gold")
    >>> found.known.truth.tolist(), found.notes
    ([0, -1], ("Took 'task' for the item, 'worker' for the rater, 'label' for the answer.",))
    """
    check_types(read_votes, locals())
    check_class_count(n_classes)
    reading = checked_reading(options)
    found = read_coded(source, reading)
    votes = Votes(*found.arrays)
    known, notes = None, found.notes
    # left out with their votes, known items tell nothing
    if found.known is not None and found.known.num_rows and not reading.without_golden:
        known, note = known_beside(found.known, votes, reading, n_classes)
        notes = (*notes, *note)
    return VoteReading(votes, known, notes, found.doubts)


def known_beside(
    pairs: Any, votes: Votes, reading: Reading, n_classes: int | None
) -> tuple[KnownItems, tuple[str, ...]]:
    """Return the items of known class that came with votes, and say so if nobody asked for them."""
    try:
        known = known_items(pairs, votes, n_classes=n_classes, normalise=reading.normalise)
    except VoteError as error:
        raise VoteError(
            f"known classes in the same file: {error}; --truth-column NONE does without them"
        ) from error
    if reading.truth_column is not None:
        return known, ()
    count = int((known.truth >= 0).sum())
    note = (
        f"The file has the classes of {count:,} items, taken as known "
        "(--truth-column NONE does without)."
    )
    return known, (note,)
