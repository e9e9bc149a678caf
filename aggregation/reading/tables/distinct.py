"""Distinct texts of a long Arrow column, found by kernels that read its buffers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...held import LARGE
from ..columns import WORTH_COMPILING

if TYPE_CHECKING:
    from ...kernels.numbering import Keys
    from ...kernels.text import Bytes, Offsets


class Texts(NamedTuple):
    """An array of text as kernels take it; text ``i`` is ``data[offsets[i]:offsets[i + 1]]``."""

    data: Bytes
    offsets: Offsets


def is_long_text(column: Any) -> bool:
    """Say whether a column or an array is text without nulls, and worth a compiled kernel."""
    import pyarrow as pa

    text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    return text and len(column) >= WORTH_COMPILING and not column.null_count


def distinct_texts(column: Any) -> tuple[Any, NDArray[np.int32]] | None:
    """Find the distinct texts of a column, by their first bytes or by a hash, and make sure.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Text, long and without nulls.

    Returns
    -------
    names : pyarrow.Array
        In the order in which they first occur.
    codes : ndarray of int32, shape (n_rows,)
        The place of each row's among them.

    None where two texts have the same hash, which nobody is expected to see.
    """
    import pyarrow as pa

    from ...kernels.numbering import numbered
    from ...kernels.text import all_as_named

    if pa.types.is_string(column.type) and column.nbytes >= LARGE:
        column = column.cast(pa.large_string())
    texts = [texts_of(chunk) for chunk in column.chunks if len(chunk)]
    keys, exact = keys_of(texts, len(column))
    codes, firsts = numbered(keys)
    names = taken_in_order(column, firsts)
    named = texts_of(names)
    if exact or all(all_as_named(*text, part, *named) for text, part in parts(texts, codes)):
        return names, codes
    return None


def distinct_listed(column: Any) -> tuple[Any, NDArray[np.int32]]:
    """Find the distinct texts of a column of places in lists of them; see :func:`distinct_texts`.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Dictionaries of text, which may differ from chunk to chunk, without nulls.
    """
    import pyarrow as pa

    from ...kernels.numbering import mark, renumber

    # a list that several chunks share is looked at once
    lists: dict[tuple[Any, ...], tuple[int, Any]] = {}
    begins, n_listed = [], 0
    for chunk in column.chunks:
        held = chunk.dictionary
        buffers = (None if buffer is None else buffer.address for buffer in held.buffers())
        begin, _ = lists.setdefault((held.offset, len(held), *buffers), (n_listed, held))
        n_listed = max(n_listed, begin + len(held))
        begins.append(begin)
    whole = pa.concat_arrays([held for _, held in lists.values()]).dictionary_encode()
    place = whole.indices.to_numpy().astype(np.int32)
    codes = np.empty(len(column), dtype=np.int32)
    listed = np.zeros(len(place), dtype=bool)
    row = 0
    for chunk, begin in zip(column.chunks, begins, strict=True):
        here = slice(begin, begin + len(chunk.dictionary))
        indices = chunk.indices.to_numpy()
        mark(indices, listed[here])
        renumber(indices, place[here], codes[row : row + len(chunk)])
        row += len(chunk)
    used = np.zeros(len(whole.dictionary), dtype=bool)
    used[place[listed]] = True
    if used.all():
        return whole.dictionary, codes
    renumber(codes, np.cumsum(used, dtype=np.int32) - np.int32(1), codes)
    return whole.dictionary.filter(pa.array(used)), codes


def is_long_listed_text(column: Any) -> bool:
    """Say whether a column is places in lists of text, as long as for :func:`is_long_text`."""
    import pyarrow as pa

    return (
        pa.types.is_dictionary(column.type)
        and column.type.value_type in (pa.string(), pa.large_string())
        and len(column) >= WORTH_COMPILING
        and not column.null_count
        and not any(chunk.dictionary.null_count for chunk in column.chunks)
    )


def texts_of(array: Any) -> Texts:
    """Return the bytes of an array of text, which are not copied, and where each text begins."""
    import pyarrow as pa

    _, offsets, data = array.buffers()
    kind = np.int32 if pa.types.is_string(array.type) else np.int64
    begins: Offsets = np.frombuffer(
        offsets, kind, count=len(array) + 1, offset=array.offset * kind(0).nbytes
    )
    held = np.frombuffer(b"" if data is None else data, np.uint8)
    # one kind of array, read-only, is one kernel to compile
    for view in (begins, held):
        view.flags.writeable = False
    return Texts(held, begins)


def parts(texts: list[Texts], whole: NDArray[Any]) -> Iterator[tuple[Texts, NDArray[Any]]]:
    """Go through arrays of text, each with its part of an array that has a row for each text."""
    row = 0
    for text in texts:
        size = len(text.offsets) - 1
        yield text, whole[row : row + size]
        row += size


def keys_of(texts: list[Texts], size: int) -> tuple[Keys, bool]:
    """Return a key for each text, and whether equal keys are sure to be equal texts."""
    from ...kernels.text import hash_keys, shared_prefix, short_keys

    keys = np.empty(size, dtype=np.uint64)
    prefix = texts[0].data[texts[0].offsets[0] : texts[0].offsets[1]]
    for text in texts:
        prefix = prefix[: shared_prefix(*text, prefix)]
    if all(short_keys(*text, len(prefix), part) for text, part in parts(texts, keys)):
        return keys, True
    for text, part in parts(texts, keys):
        hash_keys(*text, part)
    return keys, False


def taken_in_order(column: Any, rows: NDArray[np.int32]) -> Any:
    """Return a column's ascending rows as one array, taken chunk by chunk."""
    import pyarrow as pa

    ends = np.cumsum([len(chunk) for chunk in column.chunks])
    borders = [0, *np.searchsorted(rows, ends).tolist()]
    taken = [
        chunk.take(pa.array(rows[first:last] - (end - len(chunk))))
        for chunk, end, first, last in zip(
            column.chunks, ends.tolist(), borders[:-1], borders[1:], strict=True
        )
    ]
    return pa.concat_arrays(taken)


def sorted_texts(names: Any) -> NDArray[np.int64]:
    """Return the places of distinct names, an array of text, in ascending order of their bytes."""
    from ...kernels.text import order_of_texts

    return order_of_texts(*texts_of(names))
