"""Wide tables: a column for each rater, or numbered pairs of columns, a rater and an answer."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from ...errors import VoteError, listed, number_of
from ..options import NONE, Reading
from ..tables.table import Objects, Table, columns_are, text_of
from .plain import gold_column, known_of, role_column, without_lists
from .roles import USUAL, plain, said_places, usual_places
from .vote_table import VoteTable

# Stands for a number, or a name, in the names of columns.
NUMBER = "{}"
# What makes a pattern of a name.
PATTERN = "*?["


def is_numbered(options: Reading) -> bool:
    """Say whether columns were named by a pattern."""
    return any(NUMBER in name for name in (*options.rater, *options.answer))


def wide_votes(table: Table, options: Reading) -> VoteTable:
    """Return the votes of a table that has a column for each rater; an empty cell is no vote.

    Or a row for each rater and a column for each item, as surveys are exported: where that was
    said, or where the rows have raters' names.

    Raises
    ------
    VoteError
        If columns were said that are not there, or none is left for the raters.
    """
    if options.answer:
        raise VoteError(
            f"answer={options.answer[0]!r}: in a wide table every rater's column has answers"
        )
    by_rater = raters_of_rows(table, options)
    if not by_rater:
        return of_rows(table, options, "item", "rater")
    if options.truth_column not in (None, NONE):
        raise VoteError(
            f"truth_column={options.truth_column!r}: where a row is a rater, no column has the "
            "items' classes: give them by --truth FILE"
        )
    turned = of_rows(table, replace(options, item=by_rater, rater=options.item), "rater", "item")
    written = {"item"} | (turned.written - {"rater"} if table.written else set())
    return replace(
        turned, item=turned.rater, rater=turned.item, known=None, written=frozenset(written)
    )


def raters_of_rows(table: Table, options: Reading) -> tuple[str, ...]:
    """Return the column of raters where a row is a rater; none where it is an item.

    It is the one that was said beside several for items, or the only one with a rater's name where
    no column is called like the item, or a pattern of columns was said for it.
    """
    if options.rater:
        one = len(options.rater) == 1 and table.has(options.rater[0])
        return options.rater if one and is_several(options.item) else ()
    pattern = any(sign in name for name in options.item for sign in PATTERN)
    if (options.item and not pattern) or (not pattern and usual_places(table, "item", set())):
        return ()
    named = tuple(name for name in table.names if plain(name) in USUAL["rater"][0])
    if pattern and len(named) != 1:
        raise VoteError(
            f"item={options.item[0]!r} names several columns, so that a row is a rater: say which "
            f"column has the raters by --rater ({columns_are(table.names)})"
        )
    return named if len(named) == 1 else ()


def is_several(names: Sequence[str]) -> bool:
    """Say whether names are of several columns: a list, or a pattern."""
    return len(names) > 1 or any(sign in name for name in names for sign in f",{PATTERN}")


def of_rows(table: Table, options: Reading, row: str, column: str) -> VoteTable:
    """Return the votes of a table whose rows are items, or raters, and its columns the other."""
    rows = item_places(table, options)
    places, left = rater_places(table, options, rows)
    names = [table.names[place].strip() for place in places]
    cells = dict(zip(names, same_types(table, places), strict=True))
    first = " and ".join(repr(table.names[place]) for place in rows)
    columns = number_of(len(places), "column")
    notes = [f"Took {first} for the {row} and {columns}, {listed(names)}, for {column}s."]
    if left:
        notes.append(f"Column {listed(left)} is no {column}'s (--truth-column {left[0]} uses it).")
    if strange := strangers(cells):
        notes.append(
            f"No answer of {listed(strange)} is in another column: if that is no {column}'s, name "
            f"the {column}s' columns by --{column} 'A,B,...' or a pattern such as "
            f"--{column} '{column[0]}*'."
        )
    return stacked(table, options, rows, cells, None, notes)


def strangers(cells: Mapping[str, Any]) -> list[str]:
    """Return the columns that share no answer with the others, where most share some."""
    answers = {
        name: set(text_of(column.unique()).to_pylist()) - {None} for name, column in cells.items()
    }
    columns_of = Counter(answer for found in answers.values() for answer in found)
    alone = [
        name
        for name, found in answers.items()
        if found and all(columns_of[answer] == 1 for answer in found)
    ]
    return alone if 2 * len(alone) < len(cells) else []


def numbered_votes(table: Table, options: Reading) -> VoteTable:
    """Return the votes of numbered pairs of columns, such as annotator_1 and label_1.

    A pair that is empty is no vote. Without raters' columns, the numbers are the raters.
    """
    answers = numbered(table, options.answer, "answer")
    raters = numbered(table, options.rater, "rater") if options.rater else None
    numbers = [number for number in answers if raters is None or number in raters]
    if not numbers:
        raise VoteError(
            f"no number has both {options.rater[0]!r} and {options.answer[0]!r}: "
            f"{columns_are(table.names)}"
        )
    used = {*answers.values(), *(raters or {}).values()}
    items = item_places(table, options, used)
    cells = same_types(table, [answers[number] for number in numbers])
    given = None if raters is None else same_types(table, [raters[number] for number in numbers])
    note = (
        f"Took {' and '.join(repr(table.names[place]) for place in items)} for the item, and "
        f"{len(numbers)} columns a row for answers."
    )
    return stacked(table, options, items, dict(zip(numbers, cells, strict=True)), given, [note])


def numbered(table: Table, names: Sequence[str], role: str) -> dict[str, int]:
    """Return the columns of a pattern, by what stands for {} in each."""
    if len(names) != 1 or names[0].count(NUMBER) != 1:
        raise VoteError(f"{role}={listed(names)} should be one name with one {NUMBER} in it")
    before, after = map(re.escape, names[0].split(NUMBER))
    pattern = re.compile(f"\\s*{before}(.+?){after}\\s*", re.IGNORECASE)
    found = ((pattern.fullmatch(name), place) for place, name in enumerate(table.names))
    places = {match[1]: place for match, place in found if match}
    if not places:
        raise VoteError(
            f"no column is called like {names[0]!r}, for the {role}: {columns_are(table.names)}"
        )
    return places


def item_places(table: Table, options: Reading, used: set[int] | None = None) -> tuple[int, ...]:
    """Return the columns of the item: as said, by a usual name, or the first one."""
    if options.item:
        return said_places(table, options.item, "item")
    used = used or set()
    usual = usual_places(table, "item", used)
    free = (place for place in range(len(table.names)) if place not in used)
    return (usual[0] if len(usual) == 1 else next(free, 0),)


def rater_places(
    table: Table, options: Reading, items: Sequence[int]
) -> tuple[list[int], list[str]]:
    """Return the columns of raters, and those that are left out for their names."""
    if options.rater:
        wanted = [name.strip() for text in options.rater for name in text.split(",")]
        found = [
            place
            for place, name in enumerate(table.names)
            if place not in items and any(fnmatchcase(name.strip(), one) for one in wanted)
        ]
        if not found:
            raise VoteError(
                f"no column is called like {listed(wanted)}: {columns_are(table.names)}"
            )
        return found, []
    apart = {table.place(name, "to look at") for name, _ in options.where} | set(items)
    if options.truth_column is not None and options.truth_column in table.names:
        apart.add(table.names.index(options.truth_column))
    rest = [place for place in range(len(table.names)) if place not in apart]
    gold = [place for place in rest if plain(table.names[place]) in USUAL["class"][0]]
    raters = [place for place in rest if place not in gold and table.names[place].strip()]
    if not raters:
        raise VoteError(f"no column is left for a rater: {columns_are(table.names)}")
    return raters, [table.names[place] for place in gold]


def same_types(table: Table, places: Sequence[int]) -> list[Any]:
    """Return columns in chunks, as they are where they have one type, else as numbers or text."""
    import pyarrow as pa

    columns = [
        without_lists(column, table.names[place])
        for place, column in zip(places, table.read(places), strict=True)
    ]
    if any(isinstance(column, Objects) for column in columns):
        return [text_of(column) for column in columns]
    chunked = [c if isinstance(c, pa.ChunkedArray) else pa.chunked_array([c]) for c in columns]
    if len({column.type for column in chunked}) == 1:
        return chunked
    # a missing answer makes floats of a dataframe's integers
    if all(pa.types.is_integer(c.type) or pa.types.is_floating(c.type) for c in chunked):
        with contextlib.suppress(pa.ArrowInvalid):  # identifiers that are no floats
            return [column.cast(pa.float64()) for column in chunked]
    return [text_of(column) for column in chunked]


def stacked(
    table: Table,
    options: Reading,
    items: Sequence[int],
    cells: Mapping[str, Any],
    given: Sequence[Any] | None,
    notes: Sequence[str],
) -> VoteTable:
    """Put columns of answers under each other, an item's votes together, without empty ones."""
    import pyarrow as pa
    import pyarrow.compute as pc

    item = role_column(table, items)
    n_rows, width = len(item), len(cells)
    order = np.arange(n_rows * width).reshape(width, n_rows).T.ravel()
    answer = end_to_end(list(cells.values())).take(order)
    if given is None:
        numbers = pa.array(np.tile(np.arange(width), n_rows))
        rater = pa.array(list(cells), pa.string()).take(numbers)
        there = pc.is_valid(answer)
    else:
        rater = end_to_end(given).take(order)
        there = pc.or_(pc.is_valid(answer), pc.is_valid(rater))
    rows = np.flatnonzero(there.to_numpy(zero_copy_only=False))
    of_row = rows // width
    gold = gold_column(table, options)
    return VoteTable(
        item=item.take(of_row),
        rater=rater.take(rows),
        answer=answer.take(rows),
        known=None if gold is None else known_of(item, gold),
        notes=(*table.notes, *notes),
        golden=None if gold is None else pc.is_valid(gold).take(of_row).combine_chunks(),
        written=frozenset(("item", "rater", "answer")) if table.written else frozenset(("rater",)),
        line=lambda row: table.line(int(of_row[row])),
    )


def end_to_end(columns: Sequence[Any]) -> Any:
    """Return columns one after the other, as one array; what is empty is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = pa.chunked_array(
        [chunk for column in columns for chunk in column.chunks], columns[0].type
    )
    if pa.types.is_string(whole.type) or pa.types.is_large_string(whole.type):
        whole = pc.if_else(pc.equal(whole, ""), pa.scalar(None, whole.type), whole)
    if pa.types.is_floating(whole.type):
        whole = pc.if_else(pc.is_nan(whole), pa.scalar(None, whole.type), whole)
    return whole.combine_chunks()
