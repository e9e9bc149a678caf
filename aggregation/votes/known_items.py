"""Items whose class is known, by name, from a file: to the votes' codes, and to named classes."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError
from ..reading.columns import Column
from ..reading.files import naming, read_columns
from .given import UNKNOWN
from .votes import Votes


class KnownItems(NamedTuple):
    """What is known of a job's items.

    Attributes
    ----------
    truth : ndarray of int64, shape (n_items,)
        Class of each item, 0..n_classes - 1, or -1 where it is not known.
    class_names : tuple
        What the classes are called.
    n_without_votes : int
        Items of known class that are not among the votes, and so left out.
    """

    truth: NDArray[np.int64]
    class_names: tuple[Any, ...]
    n_without_votes: int


def read_known_items(
    path: str | PathLike[str],
    *,
    votes: Votes,
    item: str | None = None,
    cls: str | None = None,
    n_classes: int | None = None,
) -> KnownItems:
    """Read items' classes from a csv or Parquet file, one item a row.

    Names in the file are those of the votes if they read the same. Where some known class is called
    like an answer, the classes are the answers, then any others; else they are the known classes.
    With `n_classes`, they are whichever of the two are so many: of the answers no, maybe and yes,
    and items known as no or yes, that makes three classes, or two.

    Parameters
    ----------
    path : path
        Of a file as for :meth:`Votes.read`.
    votes : Votes
        Whose items they are.
    item, cls : str, optional
        Names of the columns. Default: the one column that is called item, task, patient or
        question; class, truth, gold, label or answer.
    n_classes : int, optional
        Number of classes.

    Returns
    -------
    KnownItems

    Raises
    ------
    VoteError
        If the file cannot be read or used, an item occurs twice, none has votes, or there are not
        `n_classes` classes.
    """
    path = Path(path)
    columns = read_columns(path, {"item": item, "class": cls})
    with naming(path):
        known = columns["class"]
        names = name_classes(votes.answer_names, known.names, n_classes)
        places = places_of(columns["item"], votes)
        code_of = {str(name): code for code, name in enumerate(names)}
        class_of = np.array([code_of[str(name)] for name in known.names])[known.codes]
    found = places >= 0
    truth = np.full(votes.n_items, UNKNOWN)
    truth[places[found]] = class_of[found]
    return KnownItems(truth, names, int((~found).sum()))


def places_of(items: Column, votes: Votes) -> NDArray[np.int64]:
    """Return each known item's code among the votes, -1 where it has none."""
    twice = np.flatnonzero(np.bincount(items.codes) > 1)
    if len(twice):
        raise VoteError(f"item {items.names[twice[0]]!r} is there more than once")
    code_of = {str(name): code for code, name in enumerate(votes.item_names)}
    of_names = np.array([code_of.get(str(name), -1) for name in items.names])
    places = np.asarray(of_names[items.codes])
    if (places < 0).all():
        raise VoteError(
            f"none of its {len(places)} items is among the votes: they are called like "
            f"{items.names[0]!r}, those of the votes like {votes.item_names[0]!r}"
        )
    return places


def name_classes(
    answers: Sequence[Any], known: Sequence[Any], n_classes: int | None
) -> tuple[Any, ...]:
    """Name the classes by answers and known classes; see :func:`read_known_items`.

    Examples
    --------
    >>> name_classes(["no", "maybe", "yes"], ["no", "yes"], None)
    ('no', 'maybe', 'yes')
    >>> name_classes(["no", "maybe", "yes"], ["no", "yes"], 2)
    ('no', 'yes')
    """
    of_answers, of_known = set(map(str, answers)), set(map(str, known))
    every = (*answers, *(name for name in known if str(name) not in of_answers))
    only = tuple(name for name in every if str(name) in of_known)
    named = every if of_answers & of_known and n_classes != len(only) else only
    if len(named) < 2 or n_classes not in (None, len(named)):
        wanted = "2 or more" if n_classes is None else n_classes
        raise VoteError(
            f"{wanted} classes are wanted, but its classes are {listed(known)} and the answers "
            f"{listed(answers)}"
        )
    return named


def listed(names: Sequence[Any]) -> str:
    """Name a few."""
    return ", ".join(map(str, names[:10])) + (", ..." if len(names) > 10 else "")
