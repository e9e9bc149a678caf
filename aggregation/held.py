"""Columns of names that stay codes, or in Arrow, until someone wants them as Python has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

# Text of so many bytes needs wider offsets in one array.
LARGE = 2**31


class HeldNames(Sequence[Any]):
    """Names that cannot be changed, and equal a list or a tuple of the same.

    Arrow takes them as they are held: ``pyarrow.array(names)``.
    """

    def __arrow_array__(self, type: Any = None) -> Any:  # noqa: A002 -- pyarrow's protocol
        """Return them as an array of Arrow; of the types that lists of Python have."""
        raise NotImplementedError

    def taken(self, places: NDArray[Any]) -> Sequence[Any]:
        """Return the names at some places, shape (n,) of int."""
        raise NotImplementedError

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        places = np.arange(len(self))[place]
        return self.taken(places) if isinstance(place, slice) else self.taken(places[None])[0]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


class LateNames(HeldNames):
    """Names that stay in Arrow, or on disk, until someone wants one: millions take their time.

    Parameters
    ----------
    read : callable
        Returns them, as an array of Arrow without nulls.
    size : int
        How many there are.
    """

    def __init__(self, read: Callable[[], Any], size: int) -> None:
        self.read = read
        self.size = size

    @cached_property
    def whole(self) -> tuple[Any, ...]:
        """All names."""
        return tuple(self.read().to_pylist())

    def __arrow_array__(self, type: Any = None) -> Any:  # noqa: A002
        import pyarrow as pa

        held = self.read()
        if type is None and pa.types.is_large_string(held.type) and held.nbytes < LARGE:
            return held.cast(pa.string())
        if type is None and (pa.types.is_string(held.type) or pa.types.is_large_string(held.type)):
            return held
        return pa.array(self.whole, type)

    def taken(self, places: NDArray[Any]) -> Sequence[Any]:
        """Return the names at some places."""
        return [self.whole[place] for place in places.tolist()]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.whole)

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, place: int | slice) -> Any:
        return self.whole[place]

    def __repr__(self) -> str:
        return repr(self.whole)


class NamedCodes(HeldNames):
    """A column of names: a code a row, and what each code stands for.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        Negative where there is no name, which is None.
    names : sequence
        The name of each code.
    """

    def __init__(self, codes: NDArray[np.integer[Any]], names: Sequence[Any]) -> None:
        self.codes = codes
        self.names = names

    def __arrow_array__(self, type: Any = None) -> Any:  # noqa: A002
        import pyarrow as pa

        names = pa.array(self.names, type)
        return names.take(pa.array(self.codes, mask=self.codes < 0))

    def taken(self, places: NDArray[Any]) -> list[Any]:
        """Return the names at some places."""
        return list(NamedCodes(self.codes[places], self.names))

    def __iter__(self) -> Iterator[Any]:
        names = self.names
        if isinstance(names, HeldNames):
            there = self.codes >= 0
            found = iter(names.taken(self.codes[there]))
            return (next(found) if named else None for named in there.tolist())
        return (None if code < 0 else names[code] for code in self.codes.tolist())

    def __len__(self) -> int:
        return len(self.codes)
