"""From votes as users have them to codes: names that are the same, and votes that are repeated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError, number_of, shown
from ..reading.columns import Column
from ..reading.layouts.doubts import doubtful_answers, looks_swapped, many_a_vote, words_for_nothing
from ..reading.layouts.same_names import merged, said_of, same_names
from ..reading.layouts.vote_table import ROLES, VoteTable
from ..reading.names import coded_arrow, in_order
from ..reading.options import Reading
from .arrays import VoteArrays, arrays_of_columns, repeated


class CodedVotes(NamedTuple):
    """The arrays of votes, and what came with them.

    Attributes
    ----------
    arrays : VoteArrays
    known : pyarrow.Table or None
        Items of known class: columns "item" and "class".
    notes : tuple of str
        What was guessed, found or left out.
    doubts : tuple of str
        What the user probably did not mean.
    """

    arrays: VoteArrays
    known: Any
    notes: tuple[str, ...]
    doubts: tuple[str, ...]


def coded_votes(votes: VoteTable, options: Reading) -> CodedVotes:
    """Give names codes, group votes by item, and look for what was probably not meant.

    Raises
    ------
    VoteError
        If an answer is not among those that were said, or a vote is repeated and none may be.
    """
    columns = {role: coded_role(votes, role) for role in ROLES}
    columns, doubts = with_same_names(columns, normalise=options.normalise)
    if options.answer_names is None:
        answer = columns["answer"]
        doubts += words_for_nothing(answer.names, answer.codes)
        doubts += doubtful_answers(answer.names, len(answer.codes))
    else:
        columns["answer"] = in_order(columns["answer"], options.answer_names, "answer")
    arrays, notes, more_doubts = without_repeated(columns, votes, options)
    notes = [*votes.notes, *left_out_notes(votes.left_out), *notes]
    # where most votes are repeated, too many are of one item for another reason
    more_doubts = more_doubts or looks_swapped(
        len(arrays.codes), len(arrays.starts) - 1, arrays.n_raters
    )
    return CodedVotes(arrays, votes.known, tuple(notes), (*doubts, *more_doubts))


def left_out_notes(left_out: Mapping[str, int]) -> Iterator[str]:
    """Say what was left out, by reason."""
    for reason, count in left_out.items():
        yield f"Left out {number_of(count, 'vote')}: {reason}."


def coded_role(votes: VoteTable, role: str) -> Column:
    """Return the codes of a role's column, and their names."""
    name = votes.called.get(role)
    what = role if name is None else f"{role} (column {name!r})"
    return coded_arrow(votes.column(role), what, text_only=role in votes.written)


def with_same_names(
    columns: dict[str, Column], *, normalise: bool
) -> tuple[dict[str, Column], list[str]]:
    """Merge names that differ in writing alone, or doubt that they are meant to differ."""
    groups = {role: same_names(columns[role].names) for role in ROLES}
    found = {role: group for role, group in groups.items() if group}
    if normalise:
        return {
            role: merged(column, groups[role]) if groups[role] else column
            for role, column in columns.items()
        }, []
    if not found:
        return columns, []
    words = "; ".join(said_of(role, columns[role].names, group) for role, group in found.items())
    doubt = (
        "names that differ in case, blanks, unicode form or number format only are kept apart: "
        f"{words}. --normalise (normalise=True) makes one of each"
    )
    return columns, [doubt]


def without_repeated(
    columns: dict[str, Column], votes: VoteTable, options: Reading
) -> tuple[VoteArrays, list[str], list[str]]:
    """Group votes by item, and keep, drop or refuse those of a rater who voted on it before.

    Returned with the arrays is what is to be noted, and what is to be doubted.
    """
    arrays = arrays_of_columns(**columns)
    n_repeated = int(repeated(arrays.starts, arrays.codes, arrays.n_answers).sum())
    if options.duplicates == "keep" or options.count is not None or not n_repeated:
        return arrays, [], []
    words = rows_repeat(n_repeated)
    if options.duplicates is None:
        said = f"{words}, and each counts as a vote (--duplicates keep, first, last or error)."
        doubt = many_a_vote(columns, len(arrays.codes), n_repeated)
        # a few are in good order, as in Dawid & Skene's own data
        return (arrays, [], [f"{said} {doubt}"]) if doubt else (arrays, [said], [])
    pair = columns["item"].codes.astype(np.int64) * columns["rater"].size + columns["rater"].codes
    if options.duplicates == "error":
        raise VoteError(first_repetition(pair, columns, votes, n_repeated))
    kept = kept_rows(pair, last=options.duplicates == "last")
    thinned = {role: column._replace(codes=column.codes[kept]) for role, column in columns.items()}
    return arrays_of_columns(**thinned), [f"{words}: the {options.duplicates} is kept."], []


def rows_repeat(n_repeated: int) -> str:
    """Say how many rows repeat others."""
    verb = "repeats" if n_repeated == 1 else "repeat"
    return f"{number_of(n_repeated, 'row')} {verb} a (rater, item) pair"


def kept_rows(pair: NDArray[np.int64], *, last: bool) -> NDArray[np.int64]:
    """Return the first, or the last, row of each pair, in the rows' order."""
    if not last:
        return np.sort(np.unique(pair, return_index=True)[1])
    backwards = np.unique(pair[::-1], return_index=True)[1]
    return np.sort(len(pair) - 1 - backwards)


def first_repetition(
    pair: NDArray[np.int64], columns: dict[str, Column], votes: VoteTable, n_repeated: int
) -> str:
    """Name the first row whose pair was there before."""
    seen = np.zeros(len(pair), dtype=bool)
    seen[kept_rows(pair, last=False)] = True
    row = int(np.argmin(seen))
    place = "" if votes.line is None else f" ({votes.line(row)})"
    item, rater = (columns[role].names[columns[role].codes[row]] for role in ("item", "rater"))
    return (
        f"rater {shown(rater)} votes on item {shown(item)} again{place}: "
        f"{rows_repeat(n_repeated)}. --duplicates first or last keeps one of each, keep counts all"
    )
