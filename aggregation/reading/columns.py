"""Columns of codes or names, as users have them, to codes 0..n - 1 and names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import VoteError, shown

if TYPE_CHECKING:
    from ..kernels.threads import Threads

# A largest code this far above the number of votes is an identifier, not a code: as a code it would
# ask for that many rows of zeros.
SPARE_CODES = 1_000_000
# A column this long is worth a kernel that reads it once, where NumPy would read it twice.
WORTH_COMPILING = 100_000
SPARE_CODES_PER_VOTE = 100
# From here on doubles skip whole numbers.
LEAST_INEXACT = 2.0**53


class Column(NamedTuple):
    """Codes of a column, how many there are, and what they stand for."""

    codes: NDArray[np.integer[Any]]
    size: int
    names: Sequence[Any]


def coded_column(
    values: ArrayLike | Iterable[Any],
    what: str,
    size: int | None = None,
    threads: Threads | None = None,
    *,
    ascending: bool = False,
) -> Column:
    """Codes of a column of integers or of names.

    Parameters
    ----------
    values : array_like, shape (n_votes,)
        Integer codes (floats without a fraction count as such) or hashable names.
    what : str
        "item", "rater" or "answer", for messages.
    size : int, optional
        Number of codes; default: the largest + 1.
    ascending : bool
        Take a long column of integers to be in ascending order, and its ends for the least and the
        largest. Whoever goes through it next has to find out whether that is so.

    Returns
    -------
    Column

    Raises
    ------
    VoteError
        If the column is empty or not flat, or holds a missing value or something that is no code.
    """
    array = flat_array(values, what)
    if len(array) == 0:
        raise VoteError(f"no votes: the column of {what}s is empty")
    if array.dtype.kind in "biuf":
        codes, largest = integer_codes(array, what, threads, ascending=ascending)
        size = checked_size(codes, largest, what, size)
        return Column(codes, size, range(size))
    codes, names = factorised(array, what)
    if size is not None and size != len(names):
        raise VoteError(
            f"n_{what}s={size} but there are {len(names)} {what} names: leave it out, or pass codes"
        )
    return Column(codes, len(names), names)


def codes_below(values: ArrayLike | Iterable[Any], what: str, size: int) -> NDArray[np.int64]:
    """Codes 0..size - 1 of a column of integers, which may be empty; names are a VoteError."""
    array = flat_array(values, what)
    if len(array) == 0:
        return np.empty(0, dtype=np.int64)
    if array.dtype.kind not in "biuf":
        raise VoteError(f"{what} at row 0 is {array[0]!r}: codes are wanted here, 0..{size - 1}")
    codes, largest = integer_codes(array, what)
    checked_size(codes, largest, what, size)
    return codes.astype(np.int64)


def flat_array(values: ArrayLike | Iterable[Any], what: str) -> NDArray[Any]:
    """Return `values` as a flat array of numbers or of objects, or of dates and the like."""
    if np.ma.is_masked(values):
        raise VoteError(f"the column of {what}s has masked entries: leave missing votes out")
    listed = isinstance(values, Iterable) and not isinstance(values, str | bytes)
    if hasattr(values, "__array__") or not listed:
        array = np.asarray(values)
    else:
        array = array_of(list(values), what)  # type: ignore[arg-type]
    if array.ndim != 1:
        raise VoteError(f"{what}s must be a flat column, one entry a vote: shape {array.shape}")
    return array_of(array.tolist(), what) if array.dtype.kind in "OSTU" else array


def array_of(values: list[Any], what: str) -> NDArray[Any]:
    """Return an array of integers, of floats, or of anything, as the values are.

    Left to itself, NumPy would turn 1 and "1" into the same string, and tuples into rows.
    """
    kinds = set(map(type, values))
    if all(issubclass(kind, int | np.integer | np.bool_) for kind in kinds):
        try:
            return np.array(values, dtype=np.int64)
        except OverflowError:
            raise identifier_error(max(values, key=abs), len(values), what) from None
    if all(issubclass(kind, int | float | np.integer | np.floating | np.bool_) for kind in kinds):
        return np.array(values, dtype=np.float64)
    return np.fromiter(values, dtype=object, count=len(values))


def integer_codes(
    array: NDArray[Any], what: str, threads: Threads | None = None, *, ascending: bool = False
) -> tuple[NDArray[np.integer[Any]], int]:
    """Check that numbers are codes, and find the largest; native integers are not copied."""
    if array.dtype.kind == "f":
        array = whole_numbers(array, what)
    elif array.dtype.kind == "b":
        array = array.view(np.uint8)
    # Numba knows no other byte order.
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    least, largest = int(array[0]), int(array[-1])
    if not ascending or len(array) < WORTH_COMPILING or not 0 <= least <= largest:
        least, largest = extremes(array, threads)
    if least < 0:
        row = first(array < 0)
        raise VoteError(
            f"{what} at row {row} is {array[row]}: "
            "codes are 0, 1, 2, ... (leave a missing vote out)"
        )
    return array, largest


def extremes(array: NDArray[np.integer[Any]], threads: Threads | None) -> tuple[int, int]:
    """Return the least and the largest entry."""
    if threads is None or len(array) < WORTH_COMPILING:
        return int(array.min()), int(array.max())
    from ..kernels.grouping import least_and_largest  # Numba takes a third of a second to import

    return least_and_largest(array, threads)


def whole_numbers(array: NDArray[np.floating[Any]], what: str) -> NDArray[np.int64]:
    """Return floats without a fraction as integers."""
    for wrong, kind in (
        (~np.isfinite(array), "not a number"),
        (array != np.floor(array), "not a whole number"),
    ):
        if wrong.any():
            row = first(wrong)
            raise VoteError(
                f"{what} at row {row} is {array[row]}: {kind} (leave a missing vote out; "
                "pass strings if these are names)"
            )
    if float(np.abs(array).max()) >= LEAST_INEXACT:
        raise VoteError(f"{what} codes of 2**53 and above are not exact as floats: pass integers")
    return array.astype(np.int64)


def checked_size(codes: NDArray[np.integer[Any]], largest: int, what: str, size: int | None) -> int:
    """Return the number of codes; a code beyond it, or too large for one, is a VoteError."""
    if size is None:
        if largest > SPARE_CODES + SPARE_CODES_PER_VOTE * len(codes):
            raise identifier_error(largest, len(codes), what)
        return largest + 1
    if largest >= size:
        raise VoteError(
            f"{what} {largest} at row {first(codes == largest)} is beyond n_{what}s={size}: "
            f"codes are 0..{size - 1}"
        )
    return index(size)


def identifier_error(code: int, n_votes: int, what: str) -> VoteError:
    """Return the error of a number too large for a code."""
    return VoteError(
        f"{what} {code} among {n_votes} votes looks like an identifier, and codes are "
        f"0, 1, 2, ...: pass {what}s as strings, or say n_{what}s= if it is a code"
    )


def factorised(array: NDArray[Any], what: str) -> tuple[NDArray[np.int64], Sequence[Any]]:
    """Codes of names, and the names: sorted, or as they come if they have no order."""
    if array.dtype.kind == "O":
        return factorised_objects(array.tolist(), what)
    missing = array != array  # NaT and complex NaNs alone differ from themselves
    if missing.any():
        row = first(missing)
        raise VoteError(f"{what} at row {row} is missing ({array[row]}): leave the vote out")
    names, codes = np.unique(array, return_inverse=True)
    return codes.astype(np.int64), tuple(names)


def factorised_objects(
    values: list[Any], what: str, *, keep_missing: bool = False
) -> tuple[NDArray[np.int64], Sequence[Any]]:
    """Codes of any hashable objects, and the objects; -1 where one is missing, if that may be."""
    if keep_missing:
        there = np.array([not is_missing(value) for value in values], dtype=bool)
        codes = np.full(len(values), -1, dtype=np.int64)
        if not there.any():
            return codes, ()
        found = [values[row] for row in np.flatnonzero(there)]
        codes[there], names = factorised_objects(found, what)
        return codes, names
    code_of: dict[Any, int] = {}
    try:
        codes = np.array([code_of.setdefault(value, len(code_of)) for value in values])
    except TypeError:
        row = next(row for row, value in enumerate(values) if not is_hashable(value))
        raise VoteError(
            f"{what} at row {row} is a {type(values[row]).__name__}, which cannot be a name: "
            f"{shown(values[row])}"
        ) from None
    names = list(code_of)
    for value in filter(is_missing, names):
        row = first(codes == code_of[value])
        raise VoteError(f"{what} at row {row} is missing ({value}): leave the vote out")
    try:
        order = sorted(range(len(names)), key=names.__getitem__)
    except TypeError:
        return codes, tuple(names)
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    return rank[codes], tuple(names[code] for code in order)


def is_missing(value: Any) -> bool:
    """Say whether a value is None, a NaN, or cannot be compared with itself, as pandas.NA."""
    try:
        return value is None or bool(value != value)
    except (TypeError, ValueError):
        return True


def is_hashable(value: Any) -> bool:
    """Say whether a value has a hash; a tuple has none if something in it has none."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def first(mask: NDArray[np.bool_]) -> int:
    """Row of the first True."""
    return int(np.argmax(mask))
