"""What a user can say of votes: where they stand, how they are written, and what is left out."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, TypedDict, get_args

from ..errors import VoteError

Columns = str | Sequence[str] | None
Multiple = Literal["error", "first", "split"]
Duplicates = Literal["keep", "first", "last", "error"]
Format = Literal["csv", "tsv", "json", "jsonl", "parquet", "feather", "xlsx", "npz"]
# As `export` or `truth_column`: nothing is recognised, or used.
NONE = "NONE"


class FileOptions(TypedDict, total=False):
    """How a file is written, all optional; :class:`ReadOptions` describes each."""

    input_format: Format | None
    separator: str | None
    encoding: str | None
    header: bool
    quotes: bool | None


class ReadOptions(FileOptions, total=False):
    """What can be said of votes, as keyword arguments of :meth:`Votes.read`; all are optional.

    Attributes
    ----------
    item, rater, answer : str or sequence of str
        Names of the columns; several together name one item or rater. Default: the one column
        that is called as people call it (item, task_id, ...; rater, WorkerId, ...; answer,
        label, ...). ``"{}"`` in those of rater and answer stands for the numbers of pairs of
        columns (``rater="annotator_{}", answer="label_{}"``).
    answer_names : sequence
        All answers in their order, with or without votes. Default: those there are, sorted.
    truth_column : str
        Where items' known classes are; see :func:`read_votes`. "NONE" does without.
    wide : bool
        A row an item, and a column for each rater; an empty cell is no vote. Or a row a rater,
        where `rater` is one column and `item` several, or a pattern such as ``"Q*"``.
    count : str
        A column that says how many votes a row stands for.
    where : mapping or iterable of str
        Rows to take, by columns' values: ``{"phase": [2, 3]}`` or ``["phase=2", "phase=3"]``.
    missing : iterable of str
        Words that stand for nothing ("" for empty cells): votes with one are left out.
        Default: none are, and an empty cell is an error.
    duplicates : {"keep", "first", "last", "error"}
        What becomes of further votes of a rater on an item. Default: keep, with a warning.
    normalise : bool
        Make one name of those that differ in case, blanks, unicode form or number format.
    export : str
        Which export it is; "NONE" for plain columns. Default: as it looks.
    multiple : {"error", "first", "split"}
        What becomes of an answer of several choices.
    keep_rejected : bool
        Keep what a platform, or who pays, has rejected.
    without_golden : bool
        Leave out the votes on test questions.
    input_format : str
        csv, tsv, json, jsonl, parquet, feather, xlsx or npz. Default: as the name says.
    separator, encoding : str
        Of text. Default: as it looks, and UTF-8, or what its mark says.
    header : bool
        Whether the first row names the columns. Without one they are called 1, 2, ..., and
        three are item, rater and answer.
    quotes : bool
        Whether quotes enclose cells. Default: not where tabs separate them.
    """

    item: Columns
    rater: Columns
    answer: Columns
    answer_names: Sequence[Any] | None
    truth_column: str | None
    wide: bool
    count: str | None
    where: Mapping[str, Any] | Iterable[str] | None
    missing: str | Iterable[str] | None
    duplicates: Duplicates | None
    normalise: bool
    export: str | None
    multiple: Multiple
    keep_rejected: bool
    without_golden: bool


@dataclass(frozen=True)
class Reading:
    """Checked options of one reading; attributes as :meth:`Votes.read` describes them."""

    item: tuple[str, ...] = ()
    rater: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    answer_names: tuple[Any, ...] | None = None
    truth_column: str | None = None
    wide: bool = False
    count: str | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    missing: tuple[str, ...] | None = None
    duplicates: Duplicates | None = None
    normalise: bool = False
    export: str | None = None
    multiple: Multiple = "error"
    keep_rejected: bool = False
    without_golden: bool = False
    input_format: Format | None = None
    separator: str | None = None
    encoding: str | None = None
    header: bool = True
    quotes: bool | None = None

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Return the columns that were said for each role."""
        return {"item": self.item, "rater": self.rater, "answer": self.answer}


def checked_reading(options: ReadOptions | FileOptions) -> Reading:
    """Check options, and give each its one form.

    Raises
    ------
    VoteError
        If an option has a value that it cannot have.
    TypeError
        If there is no such option.
    """
    said: dict[str, Any] = dict(options)
    unknown = said.keys() - {field.name for field in fields(Reading)}
    if unknown:
        raise TypeError(f"there is no option {sorted(unknown)[0]!r} for reading votes")
    for role in ("item", "rater", "answer"):
        said[role] = names_of(said.get(role), role)
    if said.get("answer_names") is not None:
        said["answer_names"] = tuple(said["answer_names"])
    said["where"] = conditions(said.get("where"))
    missing = said.get("missing")
    if missing is not None:
        said["missing"] = (missing,) if isinstance(missing, str) else tuple(map(str, missing))
    for name, kinds in (
        ("duplicates", Duplicates),
        ("multiple", Multiple),
        ("input_format", Format),
    ):
        value = said.get(name)
        if value is not None and value not in get_args(kinds):
            raise VoteError(f"{name}={value!r} is not one of {', '.join(get_args(kinds))}")
    if said.get("wide") and said.get("export") not in (None, NONE):
        raise VoteError(f"wide (--wide) is for plain columns, and export={said['export']!r} is not")
    separator = said.get("separator")
    if separator is not None:
        said["separator"] = separator_of(separator)
    return Reading(**said)


def names_of(columns: Columns, role: str) -> tuple[str, ...]:
    """Return columns of a role as a tuple: none, one, or several that together are the role."""
    if columns is None:
        return ()
    names = (columns,) if isinstance(columns, str) else tuple(columns)
    if not all(isinstance(name, str | int) for name in names):
        raise VoteError(f"{role}={columns!r} should be the name of a column, or several names")
    return tuple(map(str, names))


def conditions(
    where: Mapping[str, Any] | Iterable[str] | None,
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return conditions by column: values of the same column are alternatives.

    Examples
    --------
    >>> conditions(["phase=2", "phase=3", "lang=en"])
    (('phase', ('2', '3')), ('lang', ('en',)))
    """
    found: dict[str, list[str]] = {}
    if isinstance(where, Mapping):
        for column, value in where.items():
            single = isinstance(value, str) or not isinstance(value, Iterable)
            found[column] = [str(value)] if single else list(map(str, value))
    else:
        for text in [where] if isinstance(where, str) else where or ():
            column, equals, value = text.partition("=") if isinstance(text, str) else ("",) * 3
            if not equals:
                raise VoteError(f"where={text!r}: say COLUMN=VALUE")
            found.setdefault(column, []).append(value)
    return tuple((column, tuple(values)) for column, values in found.items())


def separator_of(text: str) -> str:
    """Return a separator: one character, or the words tab, comma, semicolon, pipe, space."""
    words = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
    separator = words.get(text.casefold(), text)
    if len(separator) != 1 or separator in '\r\n"':
        raise VoteError(f"separator={text!r} should be one character, such as ; or tab")
    return separator


def split_names(text: str) -> list[str]:
    """Take a list of names in one text apart: commas between them, quotes around one that has some.

    Examples
    --------
    >>> split_names('"yes, sure",no'), split_names("")
    (['yes, sure', 'no'], [''])
    """
    rows = list(csv.reader([text], skipinitialspace=True))
    return rows[0] if rows and rows[0] else [""]
