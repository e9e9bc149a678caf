"""From an export's columns to votes: rows left out, gold to known items, choices to answers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..layouts.vote_table import VoteTable
from ..options import NONE
from .export import ExportOptions
from .questions import several_choices

# Takes an answer apart into its choices.
Choices = Callable[[str], Sequence[str]]


def split_at(separator: str) -> Choices:
    """Return what takes an answer apart at a separator; blanks around a choice are not its own."""
    return lambda text: [part.strip() for part in text.split(separator) if part.strip()]


def json_choices(text: str) -> Sequence[str]:
    """Take an answer apart that may be a JSON list of choices, or an object with "choices"."""
    if not text.lstrip().startswith(("[", "{")):
        return [text]
    try:
        value = json.loads(text)
    except ValueError:
        return [text]
    found = value.get("choices", value) if isinstance(value, dict) else value
    if not isinstance(found, list):
        found = [found]
    return [part if isinstance(part, str) else json.dumps(part) for part in found]


def table_votes(
    item: Any,
    rater: Any,
    answer: Any,
    options: ExportOptions,
    *,
    left_out: Mapping[str, Any] | None = None,
    gold: Any = None,
    choices: Choices | None = None,
    notes: Sequence[str] = (),
) -> VoteTable:
    """Put votes together: leave rows out, take gold to the known items, and look at choices.

    Parameters
    ----------
    item, rater, answer : pyarrow.ChunkedArray or pyarrow.Array, shape (n_rows,)
        Text, null where missing; `answer` may hold lists of choices.
    options : ExportOptions
    left_out : mapping of str to pyarrow.ChunkedArray of bool, shape (n_rows,)
        Which rows are not to be votes, by reason; None where there is no such column. A row
        counts for the first of its reasons.
    gold : pyarrow.ChunkedArray or None, shape (n_rows,)
        The item's class, null where it is not known.
    choices : callable or None
        Takes an answer apart into its choices; without it, every answer is one choice.
    notes : sequence of str

    Returns
    -------
    VoteTable

    Raises
    ------
    VoteError
        If an answer is of several choices, and nobody said what becomes of them.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    known, golden = None, None
    if gold is not None and options.truth_column != NONE:
        golden = pc.is_valid(gold)
        known, gold_notes = known_items(item, gold, choices)
        notes = (*notes, *gold_notes)
    columns = {"item": item, "rater": rater, "answer": answer}
    rows = pa.table(columns if golden is None else {**columns, "golden": golden})
    keep, counts = kept_rows(rows.num_rows, left_out or {})
    rows = rows if keep is None else rows.filter(keep)
    rows = single_choices(rows, choices, options.multiple)
    return VoteTable(
        item=rows["item"],
        rater=rows["rater"],
        answer=rows["answer"],
        known=known,
        left_out=counts,
        notes=tuple(notes),
        golden=None if golden is None else rows["golden"].combine_chunks(),
    )


def stacked(tables: Sequence[VoteTable]) -> VoteTable:
    """Return the votes of several tables as one; what was left out is added up."""
    import pyarrow as pa

    def end_to_end(name: str) -> Any:
        columns = [getattr(one, name) for one in tables]
        return None if columns[0] is None else pa.concat_arrays([whole(one) for one in columns])

    known = [one.known for one in tables if one.known is not None]
    return VoteTable(
        item=end_to_end("item"),
        rater=end_to_end("rater"),
        answer=end_to_end("answer"),
        known=pa.concat_tables(known) if known else None,
        left_out=dict(sum((Counter(one.left_out) for one in tables), Counter())),
        notes=tuple(dict.fromkeys(note for one in tables for note in one.notes)),
        golden=end_to_end("golden"),
    )


def whole(column: Any) -> Any:
    """Return a column as one array."""
    return column.combine_chunks() if hasattr(column, "combine_chunks") else column


def kept_rows(n_rows: int, left_out: Mapping[str, Any]) -> tuple[Any, dict[str, int]]:
    """Return which rows stay, None for all, and how many are left out for which reason."""
    import pyarrow as pa
    import pyarrow.compute as pc

    keep = None
    counts = {}
    for reason, mask in left_out.items():
        if mask is None:
            continue
        keep = pa.repeat(True, n_rows) if keep is None else keep
        count = pc.sum(pc.and_(keep, mask)).as_py() or 0
        if count:
            counts[reason] = count
            keep = pc.and_not(keep, mask)
    return keep, counts


def known_items(item: Any, gold: Any, choices: Choices | None) -> tuple[Any, tuple[str, ...]]:
    """Return the items whose class is known, once each, and what is to be said of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pairs = pa.table({"item": item, "class": gold})
    pairs = pairs.filter(pc.and_(pc.is_valid(pairs["item"]), pc.is_valid(pairs["class"])))
    pairs = pairs.group_by(["item", "class"], use_threads=False).aggregate([])
    if choices is None:
        return pairs.select(["item", "class"]), ()
    parts = [list(choices(text)) for text in pairs["class"].to_pylist()]
    pairs = pairs.set_column(
        pairs.column_names.index("class"),
        "class",
        pa.array([part[0] if len(part) == 1 else None for part in parts], pa.string()),
    )
    several = sum(len(part) > 1 for part in parts)
    said = (f"{several} items have gold of several choices, and are not taken as known.",)
    known = pairs.filter(pc.is_valid(pairs["class"])).select(["item", "class"])
    return known, said if several else ()


def single_choices(rows: Any, choices: Choices | None, multiple: str) -> Any:
    """Return rows of one choice each; an answer without any is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_list = pa.types.is_list(rows["answer"].type)
    if choices is None and not is_list:
        return rows
    parts, indices = answer_parts(rows["answer"], choices)
    several = [number for number, part in enumerate(parts) if len(part) > 1]
    if several and multiple == "error":
        count = pc.sum(pc.is_in(indices, pa.array(several, indices.type))).as_py() or 0
        raise several_choices(count, parts[several[0]])
    if several and multiple == "split":
        filled: list[Sequence[str | None]] = [part or [None] for part in parts]
        lists = pa.array(filled, pa.list_(pa.string())).take(indices)
        rows = rows.take(pc.list_parent_indices(lists))
        answer = pc.list_flatten(lists)
    else:
        answer = pa.array([part[0] if part else None for part in parts], pa.string()).take(indices)
    return rows.set_column(rows.column_names.index("answer"), "answer", answer)


def answer_parts(answer: Any, choices: Choices | None) -> tuple[list[list[str]], Any]:
    """Return distinct answers' choices, and each row's place among them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_list(answer.type):
        parts = [list(part or []) for part in answer.to_pylist()]
        return parts, pa.array(range(len(parts)), pa.int64())
    assert choices is not None
    coded = answer if isinstance(answer, pa.ChunkedArray) else pa.chunked_array([answer])
    coded = coded.dictionary_encode().combine_chunks()
    # A dictionary has no null: a missing answer's place is behind all others.
    parts = [list(choices(text)) for text in coded.dictionary.to_pylist()]
    return [*parts, []], pc.fill_null(coded.indices, len(parts))
