"""Plain votes: one a row, in columns for item, rater and answer, or a number of them a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import VoteError, shown
from ..options import NONE, Reading
from ..tables.table import Table, has_lists, is_nested, text_of
from .roles import USUAL, choose_columns, guess_note, plain
from .vote_table import ROLES, VoteTable

# Between the names of several columns; the first one that none of them has.
JOINTS = ("/", "|", " / ", " | ", "\t")


def plain_votes(table: Table, options: Reading) -> VoteTable:
    """Return the votes of a table, one a row.

    Raises
    ------
    VoteError
        If columns cannot be told, or a count is no number of votes.
    """
    roles = choose_columns(table, options.columns())
    whole = [places[0] for places in roles.places.values() if len(places) == 1]
    held = {
        place: without_lists(column, table.names[place])
        for place, column in zip(whole, table.read(whole), strict=True)
    }
    columns = {
        role: held[places[0]] if len(places) == 1 else joined(table, places)
        for role, places in roles.places.items()
    }
    gold = gold_column(table, options)
    notes = (*table.notes, *guess_note(table, roles), *gold_note(table, options, roles.places))
    if options.multiple != "error":
        notes += ("Answers are taken whole: --multiple is for exports.",)
    written = {role for role, places in roles.places.items() if table.written.issuperset(places)}
    votes = VoteTable(
        **columns,
        known=None if gold is None else known_of(columns["item"], gold),
        notes=notes,
        golden=None if gold is None else is_there(gold),
        written=frozenset(written),
        line=table.line,
        called={
            role: " and ".join(table.names[place] for place in places)
            for role, places in roles.places.items()
        },
    )
    return votes if options.count is None else counted(votes, table, options.count)


def without_lists(column: Any, name: str) -> Any:
    """Return a column of names: of lists of a single thing, that thing.

    Raises
    ------
    VoteError
        If cells hold several things, or records.
    """
    import pyarrow.compute as pc

    if not is_nested(column):
        return column
    if has_lists(column.type):
        sizes = pc.fill_null(pc.list_value_length(column), 0)
        most = pc.max(sizes).as_py() or 0
        if most <= 1:
            place = pc.if_else(pc.equal(sizes, 1), pc.subtract(pc.cumulative_sum(sizes), 1), None)
            return without_lists(pc.list_flatten(column).take(place), name)
        raise VoteError(
            f"column {name!r} has a list, which cannot be a name, in each cell, of up to {most} "
            "things: make a row of each (explode, in pandas), or where both raters and answers "
            "have lists, say --export hf_lists"
        )
    raise VoteError(
        f"column {name!r} has a record, which cannot be a name, in each cell: make columns of what "
        "it holds (json_normalize, in pandas)"
    )


def role_column(table: Table, places: Sequence[int]) -> Any:
    """Return the column of a role: one of the table's, or several that name it together."""
    if len(places) > 1:
        return joined(table, places)
    return without_lists(table.column(places[0]), table.names[places[0]])


def joined(table: Table, places: Sequence[int]) -> Any:
    """Return several columns as one, their names joined by what none of them has in it."""
    import pyarrow.compute as pc

    columns = table.texts(places)
    joint = next(
        (
            joint
            for joint in JOINTS
            if not any(pc.any(pc.match_substring(column, joint)).as_py() for column in columns)
        ),
        "\x1f",
    )
    whole = columns[0]
    for column in columns[1:]:
        # null where either is, which pyarrow's option "skip" would get wrong
        whole = pc.binary_join_element_wise(whole, column, joint)
    return whole


def gold_column(table: Table, options: Reading) -> Any:
    """Return the column of known classes as text, None where none was said."""
    name = options.truth_column
    if name is None or name == NONE:
        return None
    return table.texts([table.place(name, "for --truth-column")])[0]


def gold_note(
    table: Table, options: Reading, places: dict[str, tuple[int, ...]]
) -> tuple[str, ...]:
    """Say so if a column looks like known classes, and nobody said what it is."""
    if options.truth_column not in (None, NONE):
        return ()
    if options.without_golden:
        nothing = "Nothing says which items have known classes"
        return (f"{nothing}, so --without-golden leaves none out: --truth-column COLUMN says so.",)
    if options.truth_column == NONE:
        return ()
    used = {place for found in places.values() for place in found}
    names = [
        name
        for place, name in enumerate(table.names)
        if place not in used and plain(name) in USUAL["class"][0]
    ]
    if not names:
        return ()
    says = f"if it has the items' classes, say --truth-column {names[0]}"
    return (f"Column {names[0]!r} is not used: {says}.",)


def is_there(column: Any) -> Any:
    """Return where a column is not null, as one array."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.is_valid(column)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def known_of(item: Any, gold: Any) -> Any:
    """Return the items whose class is known, with it, a pair once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pairs = pa.table({"item": text_of(item), "class": gold})
    pairs = pairs.filter(pc.and_(pc.is_valid(pairs["item"]), pc.is_valid(pairs["class"])))
    return pairs.group_by(["item", "class"], use_threads=False).aggregate([])


def counted(votes: VoteTable, table: Table, name: str) -> VoteTable:
    """Return as many votes of each row as a column says."""
    from dataclasses import replace

    both = [role for role, column in votes.called.items() if column == name]
    if both:
        raise VoteError(
            f"column {name!r} is taken for the {both[0]}, and --count (count=) says that it counts "
            f"votes: say which column is the {both[0]} by --{both[0]} ({both[0]}=)"
        )
    counts = numbers_of(table.texts([table.place(name, "for --count")])[0], table)
    rows = np.repeat(np.arange(len(counts)), counts)
    columns = {role: votes.column(role).take(rows) for role in ROLES}
    line = votes.line
    return replace(
        votes,
        **columns,
        golden=None if votes.golden is None else votes.golden.take(rows),
        line=None if line is None else lambda row: line(int(rows[row])),
    )


def numbers_of(column: Any, table: Table) -> Any:
    """Return counts of votes; what is none is a VoteError."""
    for row, text in enumerate(column.to_pylist()):
        if text is None or not text.strip().isdecimal():
            raise VoteError(f"{table.line(row)} has {shown(text)} for a number of votes")
    return np.array(column.to_pylist(), dtype=np.int64)
