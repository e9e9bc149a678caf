"""JSON files: one value, or a value a line; and plain records as a table."""

from __future__ import annotations

import json
from typing import Any

from ...errors import LayoutError, VoteError, shown
from ..options import Reading
from .dialect import in_utf8
from .table import Table, arrow_table


def json_value(buffer: Any, options: Reading) -> Any:
    """Return a file's JSON value; of JSON lines, the list of their values.

    Raises
    ------
    VoteError
        If it is not JSON; the message names the line.
    """
    try:
        text = str(in_utf8(buffer, options.encoding), "utf-8")
    except UnicodeDecodeError as error:
        raise VoteError(f"is not in UTF-8 ({error}): say --encoding") from error
    if not text.strip():
        raise VoteError("is empty")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise VoteError("is nested too deeply") from error
    except ValueError as error:
        whole = error
    values = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                values.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                if not values or options.input_format == "json":
                    raise VoteError(f"is not JSON ({whole})") from error
                raise VoteError(f"line {number} is not JSON ({error})") from error
    return values


def records_table(value: Any) -> Table:
    """Make a table of plain records: a list of them, columns by name, or rows without names.

    Raises
    ------
    VoteError
        If the value is of another form.
    """
    if isinstance(value, dict) and value:
        if isinstance(value.get("data"), list) and isinstance(value.get("columns", []), list):
            return split_table(value)
        inner = list(value.values())
        if all(isinstance(part, list) for part in inner):
            if len({len(part) for part in inner}) > 1:
                raise LayoutError("its lists, one a column, differ in length")
            return columns_table(value)
        value = objects_of(value) if all(isinstance(part, dict) for part in inner) else [value]
    if not isinstance(value, list) or not value:
        raise VoteError("holds no records")
    if all(isinstance(row, dict) for row in value):
        names = dict.fromkeys(name for row in value for name in row)
        return columns_table({name: [row.get(name) for row in value] for name in names})
    if all(isinstance(row, list) and len(row) == len(value[0]) for row in value):
        return columns_table(
            {
                str(number): list(column)
                for number, column in enumerate(zip(*value, strict=True), 1)
            },
            has_header=False,
        )
    odd = next(row for row in value if not isinstance(row, dict))
    raise VoteError(f"holds {shown(odd)} among its records")


def split_table(value: dict[str, Any]) -> Table:
    """Make a table of what pandas writes as "split" or "table": columns or a schema, and data."""
    names, rows = value.get("columns"), value["data"]
    if names is None:
        return records_table(rows)
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        raise VoteError(f"its data should have {len(names)} entries a row, as its columns say")
    return columns_table(
        {str(name): [row[place] for row in rows] for place, name in enumerate(names)}
    )


def objects_of(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Return records of objects in an object: each is a record, or a column by row numbers."""
    keys = dict.fromkeys(key for part in value.values() for key in part)
    if all(key.isdecimal() for key in keys):
        return [{name: part.get(key) for name, part in value.items()} for key in keys]
    return [{"": key, **part} for key, part in value.items()]


def columns_table(columns: dict[str, list[Any]], *, has_header: bool = True) -> Table:
    """Make a table of lists of values, a list a column."""
    return arrow_table(
        [json_column(column) for column in columns.values()],
        list(columns),
        written=True,
        has_header=has_header,
        unit="record",
    )


def json_column(values: list[Any]) -> Any:
    """Return values as a column: of one type where they have one, else as text."""
    import pyarrow as pa

    values = [None if value != value else value for value in values]
    try:
        return pa.chunked_array([pa.array(values)])
    except (pa.ArrowException, OverflowError):
        return pa.chunked_array([pa.array(map(value_text, values), pa.string())])


def value_text(value: Any) -> str | None:
    """Return a value as text, as a csv would have it; JSON where it is not text."""
    return (
        value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    )
