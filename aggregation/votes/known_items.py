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
from .store.store import VoteStore
from .votes import Votes

Fold = Callable[[str], str]


class KnownItems(NamedTuple):
    """What is known of a job's items.

    Attributes
    ----------
    truth : ndarray of int64, shape (n_items,), or dict
        Class of each item, 0..n_classes - 1, or -1 where it is not known. Of a store the class of
        each known item, by its name.
    class_names : tuple
        What the classes are called.
    n_without_votes : int
        Items of known class that are not among the votes, and so left out.
    """

    truth: Any
    class_names: tuple[Any, ...]
    n_without_votes: int


def read_known_items(
    path: str | PathLike[str],
    *,
    votes: Votes | VoteStore,
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
    votes : Votes or VoteStore
        Whose items they are. The names of a store are gone through partition by partition.
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
    pairs: Any, votes: Votes | VoteStore, *, n_classes: int | None = None, normalise: bool = False
) -> KnownItems:
    """Match known classes to the votes' items, by name; see :func:`read_known_items`.

    Parameters
    ----------
    pairs : pyarrow.Table
        Columns "item" and "class", both text.
    votes : Votes or VoteStore
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
    n_without_votes = len(np.unique(item.codes[~found]))
    if isinstance(votes, VoteStore):
        called = names_at(votes, places[found])
        of_names = dict(zip(called, class_of[found].tolist(), strict=True))
        return KnownItems(of_names, names, n_without_votes)
    truth = np.full(votes.n_items, UNKNOWN)
    truth[places[found]] = class_of[found]
    return KnownItems(truth, names, n_without_votes)


def check_one_class_each(item: Column, known: Column) -> None:
    """Refuse an item that is there with two classes."""
    twice = np.flatnonzero(np.bincount(item.codes) > 1)
    if len(twice):
        classes = [known.names[code] for code in known.codes[item.codes == twice[0]]]
        raise VoteError(
            f"item {shown(item.names[twice[0]])} is known as {listed(classes)}: {len(twice):,} "
            "items are there with more than one class"
        )


def places_of(items: Column, votes: Votes | VoteStore, same: Fold = str) -> NDArray[np.int64]:
    """Return each known item's code among the votes, -1 where it has none."""
    places = np.asarray(places_of_names(items.names, votes, same)[items.codes])
    if (places < 0).all():
        raise VoteError(f"none of its {not_among(items.names, votes)}")
    return places


def not_among(names: Sequence[Any], votes: Votes | VoteStore) -> str:
    """Say that items are not among the votes, and what is."""
    some = votes.item_names if isinstance(votes, Votes) else first_names(votes)
    return (
        f"{len(names)} items is among the votes: they are called like {shown(names[0])}, those of "
        f"the votes like {shown(some[0])}"
    )


def first_names(store: VoteStore) -> Sequence[Any]:
    """Return the names of the first partition that has any."""
    return next(part.item_names for part in store.partitions() if part.n_items)


def places_of_names(
    names: Sequence[Any], votes: Votes | VoteStore, same: Fold = str
) -> NDArray[np.int64]:
    """Return the code of the item of each name, or of one that reads the same; -1 if none does.

    Names of a store are read partition by partition.
    """
    if isinstance(votes, Votes):
        code_of = {same(str(name)): code for code, name in enumerate(votes.item_names)}
        return np.array([code_of.get(same(str(name)), -1) for name in names], dtype=np.int64)
    texts = [same(str(name)) for name in names]
    place_of = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    found, begin = np.full(len(place_of), -1), 0
    for number in range(votes.n_partitions):
        held = read_names(votes.item_names([number]), same)
        places, codes = places_among(held, list(place_of))
        found[places] = begin + codes
        begin += len(held)
    return np.asarray(found[[place_of[text] for text in texts]])


def names_at(store: VoteStore, places: NDArray[np.int64]) -> list[Any]:
    """Return the names of some items of a store, which are read partition by partition."""
    called: dict[int, Any] = {}
    begin = 0
    for number in range(store.n_partitions):
        held = store.item_names([number])
        own = places[(places >= begin) & (places < begin + len(held))]
        called |= zip(own.tolist(), held.take(own - begin).to_pylist(), strict=True)
        begin += len(held)
    return [called[place] for place in places.tolist()]


def read_names(names: Any, same: Fold) -> Any:
    """Return an array of Arrow as text, as its names read."""
    import pyarrow as pa

    if same is str and (pa.types.is_string(names.type) or pa.types.is_integer(names.type)):
        return names.cast(pa.string())
    return pa.array([same(str(name)) for name in names.to_pylist()], pa.string())


def places_among(held: Any, texts: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which of some texts are held, by their places, and where."""
    import pyarrow as pa
    import pyarrow.compute as pc

    places = pc.index_in(held, value_set=pa.array(texts, pa.string()))
    codes = np.flatnonzero(places.is_valid().to_numpy(zero_copy_only=False))
    return places.drop_null().to_numpy().astype(np.int64), codes


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
