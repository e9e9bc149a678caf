"""Predictions in JSON, in every layout that pandas writes, and so timm's inference.py."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ...errors import AnalysisError
from .cells import Column
from .columns import Chosen, chosen_columns
from .image_names import is_image_name

# What timm's inference.py prints before the results that it prints.
RESULT = "--result"


def predictions_of_json(text: str, wanted: str | None = None) -> Chosen:
    """Return predictions, and image names where there are any, from the text of a JSON file.

    Parameters
    ----------
    text : str
        A list with an entry an image, or an object of image names and entries, where an entry is a
        label or a list of numbers. Or a table: records, as a list or one a line, or pandas' layouts
        "index", "columns", "split" and "table", or an object of columns.
    wanted : str, optional
        As for :func:`analysis.accuracy.reading.columns.chosen_columns`.

    Returns
    -------
    Chosen

    Raises
    ------
    AnalysisError
        If it is none of these.
    """
    content = _parsed(text)
    columns = _table(content)
    if columns is not None:
        return chosen_columns(columns, wanted)
    if wanted is not None:
        raise AnalysisError(f"there is no column {wanted!r}, for there are no columns")
    if isinstance(content, tuple):
        return Chosen([entry for _, entry in content], [name for name, _ in content])
    if isinstance(content, list):
        return Chosen(content, None)
    raise AnalysisError(f"holds {content!r:.60}, not a list or an object with an entry an image")


def _parsed(text: str) -> Any:
    """Return what is written; an object becomes a tuple of pairs, so that no name is lost."""
    body = text.strip()
    if body.startswith(RESULT):
        body = body.removeprefix(RESULT)
    try:
        try:
            return json.loads(body, object_pairs_hook=tuple)
        except json.JSONDecodeError as error:
            if not error.msg.startswith("Extra data"):
                raise
            lines = [line for line in body.splitlines() if line.strip()]
            return [json.loads(line, object_pairs_hook=tuple) for line in lines]
    except (ValueError, RecursionError) as error:
        raise AnalysisError(f"not a JSON file ({error})") from error


def _table(content: Any) -> list[Column] | None:
    """Return the columns of a table, None where the content is none."""
    if isinstance(content, list):
        return _from_records(content) if _are_objects(content) else None
    if not isinstance(content, tuple) or not content:
        return None
    names, values = zip(*content, strict=True)
    parts = dict(content)
    if {"columns", "data"} <= set(names):
        return _columns(dict(zip(parts["columns"], zip(*parts["data"], strict=True), strict=True)))
    if set(names) == {"schema", "data"}:
        return _from_records(parts["data"])
    by_column = not is_image_name(names[0]) and len(names) < max(map(_size, values))
    if _are_objects(values):
        if by_column:
            return _columns({name: _by_row(names[0], values, cells) for name, cells in content})
        numbered = all(map(str.isdecimal, names))
        return _from_records(values, None if numbered else names)
    if by_column and all(isinstance(value, list) for value in values):
        return _columns(parts)
    return None


def _are_objects(entries: Sequence[Any]) -> bool:
    return bool(entries) and all(isinstance(entry, tuple) and entry for entry in entries)


def _size(value: Any) -> int:
    return len(value) if isinstance(value, list | tuple) else 1


def _by_row(first: str, columns: Sequence[Any], cells: Any) -> list[Any]:
    """Return a column's cells in order of the first column's rows."""
    by_row = dict(cells)
    try:
        return [by_row[row] for row, _ in columns[0]]
    except KeyError as error:
        raise AnalysisError(f"a column has no row {error}, which column {first} has") from None


def _from_records(records: Sequence[Any], names: Sequence[str] | None = None) -> list[Column]:
    """Return records, each with the same columns, as columns; their names are one of them."""
    rows = [dict(record) for record in records]
    columns: dict[str, Any] = {} if names is None else {"name": names}
    for column in rows[0]:
        lacking = next((entry for entry, row in enumerate(rows) if column not in row), None)
        if lacking is not None:
            raise AnalysisError(f"entry {lacking} has no {column}, which entry 0 has")
        columns[column] = [row[column] for row in rows]
    return _columns(columns)


def _columns(columns: dict[str, Any]) -> list[Column]:
    import pyarrow

    found = []
    for name, values in columns.items():
        try:
            found.append(Column(name, pyarrow.chunked_array([pyarrow.array(list(values))])))
        except pyarrow.ArrowException as error:
            raise AnalysisError(f"column {name} holds values of several kinds ({error})") from error
    return found
