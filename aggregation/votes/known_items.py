"""Items whose class is known, by name, from a file: to the votes' codes, and to named classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_types
from ..errors import VoteError, listed, naming, shown
from ..reading.columns import Column
from ..reading.files import read_table
from ..reading.layouts.plain import known_of, role_column
from ..reading.layouts.roles import choose_columns
from ..reading.layouts.same_names import folded_name
from ..reading.names import coded_arrow
from ..reading.options import FileOptions, checked_reading, names_of
from .given import UNKNOWN
from .votes import Votes

Fold = Callable[[str], str]


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
    item: str | Sequence[str] | None = None,
    cls: str | None = None,
    n_classes: int | None = None,
    normalise: bool = False,
    **options: Unpack[FileOptions],
) -> KnownItems:
    """Read items' classes from a file, one item a row.

    Names in the file are those of the votes if they read the same. Classes are the answers: a class
    that is none is an error, unless `n_classes` asks for other classes. Where some known class is
    then called like an answer, the classes are the answers, then any others; else they are the
    known classes. With `n_classes`, they are whichever of the two are so many: of the answers no,
    maybe and yes, and items known as no or yes, that makes three classes, or two.

    An empty class is not known. An item may be there more than once with the same class.

    Parameters
    ----------
    path : path
        Of a file as for :meth:`Votes.read`.
    votes : Votes
        Whose items they are.
    item : str or sequence of str, optional
        Name of the items' column, or of several that name them together. Default: the one that is
        called as people call it: item, task, ...
    cls : str, optional
        Name of the classes' column. Default: class, truth, gold, label, ...
    n_classes : int, optional
        Number of classes.
    normalise : bool, optional
        Take names for the same that differ in case, blanks, unicode form or number format.
    **options
        How the file is written, as for :meth:`Votes.read`.

    Returns
    -------
    KnownItems

    Raises
    ------
    VoteError
        If the file cannot be read or used, an item has two classes, none has votes, a class is no
        answer, or there are not `n_classes` classes.
    """
    check_types(read_known_items, locals())
    check_class_count(n_classes)
    path = Path(path)
    reading = checked_reading(options)
    said = {"item": names_of(item, "item"), "class": names_of(cls, "class")}
    with naming(path):
        table = read_table(path, reading)
        places = choose_columns(table, said).places
        pairs = known_of(role_column(table, places["item"]), table.texts(places["class"])[0])
        return known_items(pairs, votes, n_classes=n_classes, normalise=normalise)


def check_class_count(n_classes: int | None) -> None:
    """Refuse a number of classes that is none."""
    if n_classes is not None and n_classes < 1:
        raise VoteError(f"n_classes={n_classes}: there must be a class, or several")


def known_items(
    pairs: Any, votes: Votes, *, n_classes: int | None = None, normalise: bool = False
) -> KnownItems:
    """Match known classes to the votes' items, by name; see :func:`read_known_items`.

    Parameters
    ----------
    pairs : pyarrow.Table
        Columns "item" and "class", both text.
    votes : Votes
    n_classes, normalise
        As for :func:`read_known_items`.

    Returns
    -------
    KnownItems
    """
    same: Fold = folded_name if normalise else str
    item = coded_arrow(pairs["item"], "item")
    known = coded_arrow(pairs["class"], "class", text_only=True)
    if not item.size:
        raise VoteError("no item's class is known: the column of classes is empty")
    check_one_class_each(item, known)
    names = name_classes(votes.answer_names, known.names, n_classes, same)
    places = places_of(item, votes, same)
    code_of = {same(str(name)): code for code, name in enumerate(names)}
    class_of = np.array([code_of[same(str(name))] for name in known.names])[known.codes]
    found = places >= 0
    truth = np.full(votes.n_items, UNKNOWN)
    truth[places[found]] = class_of[found]
    return KnownItems(truth, names, len(np.unique(item.codes[~found])))


def check_one_class_each(item: Column, known: Column) -> None:
    """Refuse an item that is there with two classes."""
    twice = np.flatnonzero(np.bincount(item.codes) > 1)
    if len(twice):
        classes = [known.names[code] for code in known.codes[item.codes == twice[0]]]
        raise VoteError(
            f"item {shown(item.names[twice[0]])} is known as {listed(classes)}: {len(twice):,} "
            "items are there with more than one class"
        )


def places_of(items: Column, votes: Votes, same: Fold = str) -> NDArray[np.int64]:
    """Return each known item's code among the votes, -1 where it has none."""
    code_of = {same(str(name)): code for code, name in enumerate(votes.item_names)}
    of_names = np.array([code_of.get(same(str(name)), -1) for name in items.names])
    places = np.asarray(of_names[items.codes])
    if (places < 0).all():
        raise VoteError(
            f"none of its {len(places)} items is among the votes: they are called like "
            f"{shown(items.names[0])}, those of the votes like {shown(votes.item_names[0])}"
        )
    return places


def name_classes(
    answers: Sequence[Any], known: Sequence[Any], n_classes: int | None, same: Fold = str
) -> tuple[Any, ...]:
    """Name the classes by answers and known classes; see :func:`read_known_items`.

    Examples
    --------
    >>> name_classes(["no", "maybe", "yes"], ["no", "yes"], None)
    ('no', 'maybe', 'yes')
    >>> name_classes(["no", "maybe", "yes"], ["no", "yes"], 2)
    ('no', 'yes')
    """
    of_answers, of_known = ({same(str(name)) for name in names} for names in (answers, known))
    if n_classes is None:
        check_answers(answers, known, of_answers, same)
    every = (*answers, *(name for name in known if same(str(name)) not in of_answers))
    only = tuple(name for name in every if same(str(name)) in of_known)
    named = every if of_answers & of_known and n_classes != len(only) else only
    if len(named) < 2 or n_classes not in (None, len(named)):
        wanted = "2 or more" if n_classes is None else n_classes
        raise VoteError(
            f"{wanted} classes are wanted, but its classes are {listed(known)} and the answers "
            f"{listed(answers)}"
        )
    return named


def check_answers(
    answers: Sequence[Any], known: Sequence[Any], of_answers: set[str], same: Fold
) -> None:
    """Refuse a class that is no answer, and name the nearest."""
    for name in known:
        if same(str(name)) in of_answers:
            continue
        near = nearest(str(name), list(map(str, answers)))
        hint = f"did you mean {shown(near)}? " if near is not None else ""
        raise VoteError(
            f"class {shown(name)} is no answer of these votes ({listed(answers)}): {hint}"
            "--answers names all answers in their order; where classes are others than answers, "
            "--classes says how many there are (n_classes=)"
        )


def nearest(name: str, names: Sequence[str]) -> str | None:
    """Return the name that is most like another, if one is."""
    by_fold = {folded_name(other): other for other in names}
    near = get_close_matches(folded_name(name), by_fold, n=1)
    return by_fold[near[0]] if near else None
