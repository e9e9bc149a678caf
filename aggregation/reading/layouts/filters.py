"""What is left out of votes: rows that were not asked for, missing answers, test questions."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from ...errors import VoteError, listed, shown
from ..options import Reading
from ..tables.table import Objects, Table, filtered, values_of
from .vote_table import ROLES, VoteTable

MOST_LINES = 3


def wanted_rows(table: Table, options: Reading) -> tuple[Table, tuple[str, ...]]:
    """Return the rows that fulfil all conditions of `where`, and say how many these are."""
    import pyarrow.compute as pc

    if not options.where:
        return table, ()
    mask: Any = None
    for name, values in options.where:
        column = table.texts([table.place(name, "for --where")])[0]
        mask_of = is_one_of(column, values)
        if not pc.any(mask_of).as_py():
            there = [value for value in pc.unique(column).to_pylist() if value is not None]
            near = get_close_matches(values[0], there, n=1)
            hint = f"did you mean {shown(near[0])}?" if near else f"there are {listed(there)}"
            raise VoteError(f"no row has {shown(values[0])} in column {name!r}: {hint}")
        mask = mask_of if mask is None else pc.and_(mask, mask_of)
    count = pc.sum(mask).as_py() or 0
    if not count:
        raise VoteError("no row fulfils all conditions of --where")
    return filtered(table, mask), (f"Took {count:,} of {len(mask):,} rows (--where).",)


def is_one_of(column: Any, values: tuple[str, ...]) -> Any:
    """Return where a column of text has one of some values; '' is an empty cell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.is_in(column, pa.array(values, pa.string()))
    return pc.or_(found, pc.is_null(column)) if "" in values else found


def complete_votes(votes: VoteTable, options: Reading) -> VoteTable:
    """Leave out what is missing, if that was said, and golden rows; nothing may be missing then.

    Raises
    ------
    VoteError
        If an item, rater or answer is missing, or no vote is left.
    """
    if not len(votes.item):
        raise VoteError("no votes: the table has no rows")
    votes = thinned(votes, options)
    if not len(votes.item):
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in votes.left_out.items())
        raise VoteError(f"no votes are left: {reasons}")
    check_complete(votes)
    return votes


def thinned(votes: VoteTable, options: Reading) -> VoteTable:
    """Leave out further headers and empty rows; golden and missing ones as far as was said."""
    again = header_again(votes) if options.header else None
    if again is not None:
        votes = without(votes, again, "the header again")
    votes = without(votes, empty_rows(votes), "empty rows")
    if options.without_golden and votes.golden is not None:
        votes = without(votes, votes.golden, "golden (their items' classes are known)")
    return without_missing(votes, options.missing) if options.missing is not None else votes


def header_again(votes: VoteTable) -> Any:
    """Return where a row has its columns' names, as where files are joined; None: nowhere."""
    import pyarrow as pa
    import pyarrow.compute as pc

    mask: Any = None
    for role in ("answer", "rater", "item"):
        column, name = votes.column(role), votes.called.get(role)
        if name is None or isinstance(column, Objects) or not pa.types.is_string(column.type):
            return None
        forms = {name, name.strip(), name.lower(), name.upper(), name.title(), name.capitalize()}
        named = pc.is_in(column, pa.array(sorted(forms), pa.string()))
        mask = named if mask is None else pc.and_(mask, named)
        if not pc.any(mask).as_py():
            return None
    return mask


def empty_rows(votes: VoteTable) -> Any:
    """Return where a row has none of item, rater and answer, as below what was once a table."""
    import pyarrow.compute as pc

    mask = is_missing(votes.answer)
    for role in ("rater", "item"):
        if not pc.any(mask).as_py():
            break
        mask = pc.and_(mask, is_missing(votes.column(role)))
    return mask


def without_missing(votes: VoteTable, words: tuple[str, ...]) -> VoteTable:
    """Leave out votes of which a part is one of some words; '' is an empty cell."""
    for role in ("answer", "item", "rater"):
        votes = without(votes, missing_in(votes.column(role), words), f"without {article(role)}")
    return votes


def article(role: str) -> str:
    """Return a role with its article."""
    return f"an {role}" if role[0] in "ai" else f"a {role}"


def missing_in(column: Any, words: tuple[str, ...]) -> Any:
    """Return where a column has one of some words, which are compared as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column, Objects):
        places = [k for k, name in enumerate(column.names) if str(name) in words]
        mask = pc.is_in(column.codes, pa.array(places, column.codes.type))
        return pc.or_(mask, pc.is_null(column.codes)) if "" in words else mask
    mask = pc.is_in(values_of(column).cast(pa.string()), pa.array(words, pa.string()))
    return pc.or_(mask, is_missing(column)) if "" in words else mask


def is_missing(column: Any) -> Any:
    """Return where a column is null, NaN or empty text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column, Objects):
        return pc.is_null(column.codes)
    if pa.types.is_dictionary(column.type):
        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        if not any(pc.any(is_missing(chunk.dictionary)).as_py() for chunk in chunks):
            return pc.is_null(column)
        column = values_of(column)
    missing = pc.is_null(column, nan_is_null=True)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        missing = pc.or_(missing, pc.fill_null(pc.equal(column, ""), False))
    return missing


def without(votes: VoteTable, mask: Any, reason: str) -> VoteTable:
    """Leave out the votes where a mask is true, and count them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    mask = mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask
    count = pc.sum(mask).as_py() or 0
    if not count:
        return votes
    keep = pc.invert(mask)
    rows, line = pc.indices_nonzero(keep), votes.line
    return replace(
        votes,
        **{role: votes.column(role).filter(keep) for role in ROLES},
        golden=None if votes.golden is None else votes.golden.filter(keep),
        left_out={**votes.left_out, reason: votes.left_out.get(reason, 0) + count},
        line=None if line is None else lambda row: line(rows[row].as_py()),
    )


def check_complete(votes: VoteTable) -> None:
    """Refuse what is missing: how much there is of it, where, and how to leave it out."""
    import pyarrow.compute as pc

    for role in ("answer", "item", "rater"):
        mask = is_missing(votes.column(role))
        count = pc.sum(mask).as_py() or 0
        if not count:
            continue
        name = votes.called.get(role)
        column = f" (column {name!r})" if name is not None else ""
        rows = pc.indices_nonzero(mask)
        where = ""
        if votes.line is not None:
            lines = [votes.line(rows[k].as_py()) for k in range(min(count, MOST_LINES))]
            where = f": {', '.join(lines)}{', ...' if count > MOST_LINES else ''}"
        verb = "votes have" if count > 1 else "vote has"
        raise VoteError(
            f"the {role}{column} is missing: {count:,} {verb} none{where}. "
            "--missing '' (missing='') leaves such votes out"
        )
