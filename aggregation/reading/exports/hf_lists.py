"""Data sets with a row an item, and lists of its raters and of their answers.

References
----------
.. [1] Learning with Disagreements (le-wi-di.github.io), SemEval-2023 Task 11: "The Datasets", whose
       records have annotators and annotations, as text with commas.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from typing import Any

from ...errors import LayoutError, VoteError, listed, shown
from ..layouts.vote_table import VoteTable
from ..tables.table import folded, has_lists
from .assembly import table_votes
from .export import Export, ExportOptions
from .questions import same_name
from .records import first_records, records_of
from .tables import gold_column, taken, text_column

ITEMS = (
    "id",
    "item",
    "item_id",
    "task",
    "task_id",
    "uid",
    "example_id",
    "text_id",
    "text",
    "image",
)
RATERS = ("annotators", "annotator_ids", "workers", "worker_ids", "raters", "rater_ids")
# A part of a list: in quotes, or without.
WORD = re.compile(r"""'([^']*)'|"([^"]*)"|([^\s,]+)""")
# What separates parts in text without brackets; names may have commas where another one does.
SIGNS = (";", "|", ",")
ANSWERS = ("annotations", "labels", "answers", "responses", "ratings", "votes", "annotator_labels")


def recognises(names: Sequence[str]) -> bool:
    """Say whether one column is of raters and one of answers, both in the plural."""
    there = {folded(name) for name in names}
    return not there.isdisjoint(RATERS) and not there.isdisjoint(ANSWERS)


def recognises_records(value: Any) -> bool:
    """Say whether records have such fields, with lists or with text that is one."""
    records = first_records(value)
    return bool(records) and all(
        recognises(list(record))
        and all(
            isinstance(field, list | str)
            for name, field in record.items()
            if folded(name) in RATERS or (folded(name) in ANSWERS and isinstance(field, dict))
        )
        for record in records
    )


def votes(table: Any, options: ExportOptions) -> VoteTable:
    """Votes of all lists: the first rater gave the first answer, and so on."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rater = column_name(table, options.rater, RATERS, "rater")
    answer = column_name(table, options.answer, ANSWERS, "answer")
    raters, answers = lists(table[rater], rater), lists(table[answer], answer)
    name, item = row_names(table, options.item)
    n_raters, n_answers = (pc.fill_null(pc.list_value_length(c), 0) for c in (raters, answers))
    unequal = pc.not_equal(n_raters, n_answers)
    if pc.any(unequal).as_py():
        which = item.filter(unequal)[0].as_py()
        raise VoteError(
            f"item {which!r} has not as many entries in {rater!r} as in {answer!r} "
            f"({pc.sum(unequal).as_py()} items have not)"
        )
    # A missing list may have entries that nobody sees.
    some = pc.greater(n_raters, 0)
    raters, answers, item = raters.filter(some), answers.filter(some), item.filter(some)
    gold = gold_column(table, options, None)
    rows = pc.list_parent_indices(raters)
    flat = pc.list_flatten(answers)
    return table_votes(
        item.take(rows),
        pc.list_flatten(raters).cast(pa.string()),
        flat.cast(pa.list_(pa.string()) if pa.types.is_list(flat.type) else pa.string()),
        options,
        gold=None if gold is None else gold.filter(some).take(rows),
        notes=(taken(name, rater, answer),),
    )


def votes_of_records(value: Any, options: ExportOptions) -> VoteTable:
    """Votes of records, by turning them into a table of text and lists."""
    import pyarrow as pa

    records = records_of(value)
    names = dict.fromkeys(name for record in records for name in record)
    columns = {name: field_column([record.get(name) for record in records]) for name in names}
    return votes(pa.table(columns), options)


def field_column(values: list[Any]) -> Any:
    """Return a field of all records as a column: lists of text, or text."""
    import pyarrow as pa

    if all(isinstance(value, list) or value is None for value in values):
        rows = [None if value is None else [text_of(part) for part in value] for value in values]
        return pa.array(rows, pa.list_(pa.string()))
    return pa.array([None if value is None else text_of(value) for value in values], pa.string())


def text_of(value: Any) -> str:
    """Return a value as text: JSON, where it is not text."""
    return value if isinstance(value, str) else json.dumps(value)


def column_name(table: Any, said: str | None, usual: Sequence[str], role: str) -> str:
    """Return the column that was said, or the only one of a usual name."""
    if said is not None:
        found = [same_name(table.column_names, said)]
    else:
        found = [name for name in table.column_names if folded(name) in usual]
    if len(found) != 1 or found[0] is None:
        raise VoteError(
            f"which column has the lists of {role}s? Name one with --{role}; "
            f"there are {listed(table.column_names)}"
        )
    return found[0]


def row_names(table: Any, said: str | None) -> tuple[str, Any]:
    """Return what names the rows: a column by its name, or their numbers."""
    import pyarrow as pa

    found = (same_name(table.column_names, name) for name in ((said,) if said else ITEMS))
    name = next((name for name in found if name is not None), None)
    if name is None and said is None:
        return "the row's number", pa.array(map(str, range(table.num_rows)))
    return name or "", text_column(table, said or name or "", role="item")


def lists(column: Any, name: str) -> Any:
    """Return a column's lists; text may hold them as JSON, as Python shows them, or with commas."""
    import pyarrow as pa

    column = column.combine_chunks()
    kind = column.type
    if has_lists(kind):
        return column.cast(pa.list_(kind.value_type))
    try:
        texts = column.cast(pa.string()).to_pylist()
    except pa.ArrowException as error:
        raise LayoutError(f"column {name!r} should have lists: its type is {kind}") from error
    rows = [None if text is None else [text_of(part) for part in parts(text)] for text in texts]
    return pa.array(rows, pa.list_(pa.string()))


def parts(text: str) -> list[Any]:
    """Return the parts of a list in text."""
    bare = text.strip()
    if bare.startswith("{"):
        raise VoteError(
            f"{shown(bare)} is no list, but a record: make a row of each of its answers"
        )
    if not bare.startswith("["):
        sign = next((sign for sign in SIGNS if sign in bare), ",")
        return [part.strip() for part in bare.split(sign) if part.strip()]
    # Python takes texts without commas between them, as NumPy shows them, for one.
    for read in (json.loads, ast.literal_eval) if "," in bare else (json.loads,):
        try:
            return list(read(bare))
        except (ValueError, SyntaxError):
            continue
    return [quoted or double or plain for quoted, double, plain in WORD.findall(bare[1:-1])]


EXPORT = Export("hf_lists", "a data set with lists", "table", recognises, votes)
EXPORT_RECORDS = Export(
    "hf_lists", "a data set with lists (JSON)", "json", recognises_records, votes_of_records
)
