"""A table of results: columns by name, as text, as HTML, as csv, or as the user's kind of frame."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .csv_text import cells_of, csv_text, told_apart
from .errors import printable
from .held import HeldNames

# A table's columns by name, equally long.
Columns = Mapping[str, Sequence[Any] | NDArray[Any]]
SHOWN_ROWS = 10
SHOWN_CHARACTERS = 40


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Columns by name, equally long; it cannot be changed.

    ``table["label"]`` is a column, ``len(table)`` the number of rows, and ``dict(table)`` all
    columns. Whatever takes Arrow data takes it as it is: ``polars.DataFrame(table)``,
    ``pyarrow.table(table)``, ``narwhals.from_arrow(table, backend="pandas")``.

    Attributes
    ----------
    columns : mapping of str to sequence
        Sequences and arrays; None, and NaN among floats, where there is no value.
    native : str, optional
        What kind of frame :meth:`to_native` makes: "pandas", "polars", or else of pyarrow.

    Raises
    ------
    ValueError
        If the columns differ in length.

    Examples
    --------
    >>> Table({"rater": ["ann", "bob"], "accuracy": np.array([0.125, 1.0])})
    rater  accuracy
    ann      0.1250
    bob      1.0000
    """

    columns: Columns
    native: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        held = {name: _read_only(column) for name, column in self.columns.items()}
        lengths = {name: len(column) for name, column in held.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns of a table must be equally long, not {lengths}")
        object.__setattr__(self, "columns", MappingProxyType(held))

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names, in their order."""
        return tuple(self.columns)

    def keys(self) -> Iterable[str]:
        """Return the columns' names, so that ``dict(table)`` has the columns."""
        return self.columns.keys()

    def __getitem__(self, name: str) -> Sequence[Any] | NDArray[Any]:
        return self.columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __repr__(self) -> str:
        return self.to_text()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_text(self, most: int | None = SHOWN_ROWS) -> str:
        """Return the first rows as text for people: numbers to the right, with four decimals.

        Parameters
        ----------
        most : int, optional
            Number of rows; None for all of them.

        Returns
        -------
        str
            Without a final newline.
        """
        aligned = [
            _aligned(name, _shown(column, most), right=is_numeric(column))
            for name, column in self.columns.items()
        ]
        lines = ["  ".join(cells).rstrip() for cells in zip(*aligned, strict=True)]
        return "\n".join([*lines, *self._left_over(most)])

    def _repr_html_(self) -> str:
        from html import escape

        names = "".join(f"<th>{escape(printable(name))}</th>" for name in self.columns)
        shown = [
            [
                f'<td style="text-align: {"right" if is_numeric(column) else "left"}">'
                f"{escape(cell)}</td>"
                for cell in _shown(column, SHOWN_ROWS)
            ]
            for column in self.columns.values()
        ]
        rows = "".join(f"<tr>{''.join(cells)}</tr>" for cells in zip(*shown, strict=True))
        more = "".join(f"<p>{escape(line)}</p>" for line in self._left_over(SHOWN_ROWS))
        return f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>{more}"

    def _left_over(self, most: int | None) -> list[str]:
        over = 0 if most is None else len(self) - most
        return [f"... and {over:,} more rows"] if over > 0 else []

    def to_csv(self) -> str:
        r"""Write the table as csv, with a header row; read back, every number is the same.

        Returns
        -------
        str
            Floats are written in full (their `repr`); NaN and None are empty cells. Lines end in
            ``\n``. Names are data, and stay as they are: a cell that begins a formula, such as
            ``=1+1``, is one to a spreadsheet, as in what pandas writes.

        Examples
        --------
        >>> Table({"rater": ["ann", "bob"], "accuracy": [0.1, float("nan")]}).to_csv()
        'rater,accuracy\nann,0.1\nbob,\n'
        """
        return csv_text(self.columns)

    def to_arrow(self) -> Any:
        """Return a pyarrow.Table; names of several types, such as 1 and "a", become text."""
        import pyarrow as pa

        return pa.table({name: _arrow(column) for name, column in self.columns.items()})

    def to_native(self) -> Any:
        """Return a frame of the library that the votes came in: pandas, polars, else pyarrow."""
        table = self.to_arrow()
        if self.native == "pandas":
            # whole numbers stay whole beside an empty cell
            return table.to_pandas(integer_object_nulls=True)
        if self.native == "polars":
            import narwhals as nw

            return nw.from_native(table, eager_only=True).to_polars()
        return table


def is_numeric(column: Sequence[Any] | NDArray[Any]) -> bool:
    """Say whether a column is of numbers, which stand to the right."""
    return isinstance(column, range) or np.asarray(column[:1]).dtype.kind in "iuf"


def _read_only(column: Sequence[Any] | NDArray[Any]) -> Sequence[Any] | NDArray[Any]:
    if not isinstance(column, np.ndarray):
        return column if isinstance(column, range | HeldNames) else tuple(column)
    view = column.view()
    view.flags.writeable = False
    return view


def _shown(column: Sequence[Any] | NDArray[Any], most: int | None) -> list[str]:
    return [_short(cell) for cell in cells_of(column[:most])]


def _short(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:.4f}"
    text = printable(" ".join(str(cell).split()))
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 3]}..."


def _aligned(name: str, cells: list[str], *, right: bool) -> list[str]:
    name = printable(name)
    texts = [name, *cells]
    widths = [*map(_cells_wide, texts)]
    blanks = [" " * (max(widths) - width) for width in widths]
    return [
        f"{blank}{text}" if right else f"{text}{blank}"
        for text, blank in zip(texts, blanks, strict=True)
    ]


def _cells_wide(text: str) -> int:
    """Count a terminal's cells: two for a Chinese letter, none for what joins the one before."""
    if text.isascii():
        return len(text)
    marks = sum(unicodedata.category(letter) in ("Mn", "Me", "Cf") for letter in text)
    return len(text) - marks + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def _arrow(column: Sequence[Any] | NDArray[Any]) -> Any:
    import pyarrow as pa

    values = column if isinstance(column, np.ndarray | HeldNames) else list(column)
    try:
        return pa.array(values)
    except OverflowError:  # ids from 2**63 on; larger ones, and among others, are text
        with suppress(OverflowError, pa.ArrowException):
            return pa.array(values, pa.uint64())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        pass
    texts = told_apart(list(values))
    return pa.array([None if value is None else str(value) for value in texts])
