"""What an export is to the reader: how it is told, and how its votes are taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ..layouts.vote_table import VoteTable
from ..options import Multiple

# Where the rater is in a file's name, the reader puts that name, without its ending, in a column
# (or, in records, under a key) of this name.
FILE = "<file>"


@dataclass(frozen=True)
class ExportOptions:
    """What a user has said of an export; all that is None is found.

    Attributes
    ----------
    item, rater, answer : str or None
        A column or a field of the data, by its name; `answer` may be a question.
    truth_column : str or None
        Where gold stands; "NONE" does without.
    multiple : {"error", "first", "split"}
        What becomes of several choices in one answer: an error, the first alone, or a vote each.
    keep_rejected : bool
        Whether answers stay that the platform, or who pays, has rejected.
    """

    item: str | None = None
    rater: str | None = None
    answer: str | None = None
    truth_column: str | None = None
    multiple: Multiple = "error"
    keep_rejected: bool = False


@dataclass(frozen=True)
class Export:
    """One layout of one platform or library.

    Attributes
    ----------
    name : str
        What `--export` takes; two exports share a name where one reads tables and one JSON.
    platform : str
        What it is called in messages.
    reads : {"table", "json"}
        A ``pyarrow.Table`` (columns of text, as a csv gives them), or a JSON value (for JSON
        lines, the list of their values).
    recognises : callable
        Says whether column names, or a JSON value, are this export's: never those of plain votes.
    votes : callable
        Takes the table or value, and :class:`ExportOptions`; returns the :class:`VoteTable`, or
        raises :class:`VoteError` without the file's name.
    has_header : bool
        Whether the first line of a table has its columns' names.
    """

    name: str
    platform: str
    reads: Literal["table", "json"]
    recognises: Callable[[Any], bool]
    votes: Callable[[Any, ExportOptions], VoteTable]
    has_header: bool = True
