"""Names as a store keeps them: text, with what type they had, so that the same name is the same."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ...errors import VoteError
from ...reading.names import exact_floats, whole_numbers
from ...reading.tables.table import Objects, values_of

# Kinds of names besides Arrow's types: text in a file without types, where numbers are text, too,
# and text in a file that knows better.
WRITTEN, TEXT = "written", "text"
WHOLE, FLOAT = "int64", "double"


def as_text(column: Any, what: str, *, written: bool) -> tuple[Any, str]:
    """Return names as an array of text, and their kind.

    Parameters
    ----------
    column : pyarrow.ChunkedArray, pyarrow.Array or Objects
        Without nulls.
    what : str
        What the column is, for messages.
    written : bool
        Whether the file has no types.

    Returns
    -------
    texts : pyarrow.Array
        Whole numbers have no point, whatever their type, so that 7 and 7.0 are one name.
    kind : str
    """
    import pyarrow as pa

    if isinstance(column, Objects):
        names = pa.array(map(str, column.names), pa.string())
        return names.take(one_array(column.codes)), TEXT
    array = one_array(values_of(column))
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return array.cast(pa.string()), WRITTEN if written else TEXT
    if pa.types.is_floating(array.type):
        return floats_as_text(array, what), FLOAT
    try:
        text = array.cast(pa.string())
    except pa.ArrowNotImplementedError as error:
        raise VoteError(
            f"the {what} is of type {array.type}, which a store cannot keep as a name: make it text"
        ) from error
    if pa.types.is_integer(array.type) and array.type != pa.uint64():
        return text, WHOLE
    if comes_back(str(array.type)):
        return text, str(array.type)
    return as_python_has(array, text), TEXT


def as_python_has(array: Any, text: Any) -> Any:
    """Return names as Python writes them, so that they are called the same without a store.

    Times that Python cannot hold stay as they are in `text`.
    """
    import pyarrow as pa

    encoded = array.dictionary_encode()
    try:
        names = pa.array(map(str, encoded.dictionary.to_pylist()), pa.string())
    except (OverflowError, ValueError):
        return text
    return names.take(encoded.indices)


def one_array(column: Any) -> Any:
    """Return a column as one array."""
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def comes_back(kind: str) -> bool:
    """Say whether Arrow knows a type by what it calls it, and makes names of it of text again."""
    import pyarrow as pa

    try:
        typed(pa.array([], pa.string()), kind)
    except (ValueError, pa.ArrowNotImplementedError):
        return False
    return True


def floats_as_text(array: Any, what: str) -> Any:
    """Return floats as text, those without a fraction as whole numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not len(array):
        return array.cast(pa.string())
    array = exact_floats(array.cast(pa.float64()), what)
    is_whole = pc.equal(array, pc.trunc(array))
    whole = pc.if_else(is_whole, array, pa.scalar(0.0)).cast(pa.int64()).cast(pa.string())
    return pc.if_else(is_whole, whole, array.cast(pa.string()))


def are_whole(texts: Any) -> bool:
    """Say whether all names are whole numbers, written in the usual way."""
    import pyarrow as pa

    return not len(texts) or pa.types.is_integer(whole_numbers(texts, text_only=True).type)


def type_of(kinds: Collection[str], *, whole: bool) -> str:
    """Return the type of names that came in several kinds.

    Parameters
    ----------
    kinds : collection of str
    whole : bool
        Whether all of them are whole numbers.

    Examples
    --------
    >>> type_of({"written", "int64"}, whole=True), type_of({"text", "int64"}, whole=True)
    ('int64', 'string')
    """
    found = set(kinds)
    if whole and found <= {WHOLE, FLOAT, WRITTEN}:
        return WHOLE
    if found <= {WHOLE, FLOAT}:
        return FLOAT
    return found.pop() if len(found) == 1 and not found <= {WRITTEN, TEXT} else "string"


def typed(texts: Any, kind: str) -> Any:
    """Return text as names of their type again."""
    import pyarrow as pa

    return texts.cast(pa.type_for_alias(kind))
