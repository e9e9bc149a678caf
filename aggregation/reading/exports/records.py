"""What exports that are JSON have in common: an answered record at a time, then votes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from ...errors import VoteError, listed
from ..layouts.vote_table import VoteTable
from ..options import NONE
from .assembly import table_votes
from .export import FILE, ExportOptions
from .questions import choose_question, same_name
from .tables import one_to_one

# An item is called by its text only while that is a name.
LONGEST_NAME = 200
# Between a question and one that was asked because of its answer.
NESTED = " / "
# So many records are looked at to recognise an export.
FEW = 20


class Answered(NamedTuple):
    """What one rater said of one item."""

    item: Any  # the platform's id of it
    content: Mapping[str, Any]  # what the rater was shown
    rater: Any
    questions: Mapping[str, Sequence[Any]]  # each question's choices
    left_out: str | None = None  # why it is no vote
    gold: Mapping[str, Sequence[Any]] | None = None  # each question's known class
    beside: Mapping[str, Any] = {}  # what else came with it, for a user to name


def records_of(value: Any) -> list[dict[str, Any]]:
    """Return a JSON value as records: a list of them, one alone, lists by key, records by key."""
    if isinstance(value, dict):
        inner = list(value.values())
        if inner and all(isinstance(part, dict) for part in inner):
            return [{"id": key, **part} for key, part in value.items()]
        if inner and all(isinstance(part, list) and len(part) == len(inner[0]) for part in inner):
            return [dict(zip(value, row, strict=True)) for row in zip(*inner, strict=True)]
        return [value]
    if isinstance(value, list) and all(isinstance(part, dict) for part in value):
        return value
    raise VoteError("is not a list of records")


def first_records(value: Any) -> list[dict[str, Any]]:
    """Return some records of a JSON value, none if it has no records."""
    if isinstance(value, list):
        few = value[:FEW]
        return few if all(isinstance(part, dict) for part in few) else []
    if not isinstance(value, dict):
        return []
    parts = list(islice(value.items(), FEW))
    if all(isinstance(part, dict) for _, part in parts):
        return records_of(dict(parts))
    if all(isinstance(part, list) for part in value.values()):
        return records_of({name: part[:FEW] for name, part in value.items()})
    return [value]


def as_text(value: Any) -> str | None:
    """Return a value as a csv would have it: text as it stands, all else as JSON."""
    if value is None or isinstance(value, str):
        return value
    return str(value) if type(value) is int else json.dumps(value)


def record_votes(rows: Iterable[Answered], options: ExportOptions) -> VoteTable:
    """Put votes together from what was answered.

    Parameters
    ----------
    rows : iterable of Answered
    options : ExportOptions
        Names a question with `answer`; fields of the content with `item`, `rater` and
        `truth_column`.

    Returns
    -------
    VoteTable

    Raises
    ------
    VoteError
        If the question cannot be told, no answer has a rater, a field that was named is not there,
        or an answer is of several choices and nobody said what becomes of them.
    """
    import pyarrow as pa

    rows = all_rows(rows)
    reasons = Counter(row.left_out for row in rows if row.left_out)
    kept = [row for row in rows if not row.left_out]
    questions = asked(kept)
    first = [name for name in questions if NESTED not in name]
    question = choose_question(first if options.answer is None else questions, options.answer)
    # A row may be about other questions alone; one that is about none was left blank.
    meant = [row for row in kept if question in row.questions or not row.questions]
    kept = [row for row in meant if row.questions.get(question)]
    reasons["unanswered"] = len(meant) - len(kept)
    raters = raters_of(kept, options.rater)
    items, item_note = items_of(kept, options.item)
    answers = [[as_text(choice) for choice in row.questions[question]] for row in kept]
    found = table_votes(
        items,
        pa.array(raters, pa.string()),
        pa.array(answers, pa.list_(pa.string())),
        options,
        gold=gold_of(kept, question, options.truth_column),
        notes=(f"Answers are to {question!r}; {item_note}.",),
    )
    return VoteTable(
        item=found.item,
        rater=found.rater,
        answer=found.answer,
        known=found.known,
        left_out={reason: count for reason, count in reasons.items() if count},
        notes=found.notes,
        golden=found.golden,
    )


def all_rows(rows: Iterable[Answered]) -> list[Answered]:
    """Return all rows of an export, or raise VoteError if a record is built otherwise."""
    try:
        return list(rows)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, VoteError):
            raise
        raise VoteError(
            f"a record is not built as such an export's are ({type(error).__name__}: {error})"
        ) from error


def fields_of(value: Any) -> dict[str, Any]:
    """Return an object's fields: none where an export has text, or nothing, in its place."""
    return value if isinstance(value, dict) else {}


def asked(rows: Sequence[Answered]) -> list[str]:
    """Return the questions with an answer."""
    found = (name for row in rows for name, choices in row.questions.items() if choices)
    return list(dict.fromkeys(found))


def raters_of(rows: Sequence[Answered], said: str | None) -> list[str | None]:
    """Return each row's rater: the field that was said, what the platform says, or the file."""
    if said is not None:
        return [as_text(value) for value in field_of(rows, said, "rater")]
    raters = [as_text(row.beside.get(FILE) if row.rater is None else row.rater) for row in rows]
    if raters and not any(rater is not None for rater in raters):
        raise VoteError(
            "no answer says whose it is: without raters there is nothing to weigh; where each "
            "rater has a file, give their folder or a pattern such as 'votes_*.jsonl'"
        )
    return raters


def field_of(rows: Sequence[Answered], said: str, role: str) -> Iterator[Any]:
    """Return a field of each row's content, by the name that was said."""
    names = dict.fromkeys(name for row in rows for name in (*row.content, *row.beside))
    name = same_name(names, said)
    if name is None:
        raise VoteError(f"no field is called {said!r}, for the {role}: there are {listed(names)}")
    return (row.content.get(name, row.beside.get(name)) for row in rows)


def items_of(rows: Sequence[Answered], said: str | None) -> tuple[Any, str]:
    """Return what names each row's item, and how that is said.

    What was shown is a better name than a platform's number, and joins projects that showed the
    same: it is taken where it is one text, unless that is long and the numbers say the same.
    """
    import pyarrow as pa

    if said is not None and said != "id":
        shown = [as_text(value) for value in field_of(rows, said, "item")]
        return pa.array(shown, pa.string()), f"items are in {said!r}"
    ids = pa.array([as_text(row.item) for row in rows], pa.string())
    name = only_content(rows)
    if name is None or said is not None:
        return ids, "items are called by their ids" + differing(rows)
    contents = pa.array([as_text(row.content[name]) for row in rows], pa.string())
    long = any(len(text) > LONGEST_NAME for text in contents.to_pylist())
    if long and (ids.null_count == 0) and one_to_one(ids, contents):
        return ids, "items are called by their ids"
    return contents, f"items are in {name!r}"


def differing(rows: Sequence[Answered]) -> str:
    """Say how many ids come with different contents, as where projects were joined, if any."""
    shown: dict[str | None, Mapping[str, Any]] = {}
    unlike = set()
    for row in rows:
        name = as_text(row.item)
        first = shown.setdefault(name, row.content)
        if first is not row.content and first != row.content:
            unlike.add(name)
    if not unlike:
        return ""
    return (
        f", of which {len(unlike):,} come with different contents, such as {listed(unlike, 1)}: "
        "where exports of several projects were joined, --item FIELD tells their items apart"
    )


def only_content(rows: Sequence[Answered]) -> str | None:
    """Return the field that is text in every row, if it is the only field of them all."""
    names = {name for row in rows for name in row.content}
    if len(names) != 1:
        return None
    name = next(iter(names))
    texts = (row.content.get(name) for row in rows)
    return name if all(isinstance(text, str | int) and text != "" for text in texts) else None


def gold_of(rows: Sequence[Answered], question: str, said: str | None) -> Any:
    """Return each row's known class, null where it has none; None where no row has one."""
    import pyarrow as pa

    if said == NONE:
        return None
    if said is not None:
        return pa.array(map(as_text, field_of(rows, said, "truth")), pa.string())
    gold = [list((row.gold or {}).get(question, ())) for row in rows]
    if not any(gold):
        return None
    return pa.array([as_text(one[0]) if len(one) == 1 else None for one in gold], pa.string())
