"""Spreadsheets: which sheet is read, cells merged down a column, and rows as the program counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from aggregation.reading.tables import binary
from aggregation.reading.tables.binary import sheet_table

HEADER = ["item", "rater", "answer"]
ROWS: list[list[Any]] = [
    HEADER,
    ["a", "ann", 1.0],
    ["", "bob", True],
    ["", "", ""],
    ["b", "ann", ""],
]


@dataclass
class Sheet:
    """What is used of a sheet of calamine's."""

    rows: list[list[Any]]
    start: tuple[int, int] = (0, 0)
    merged_cell_ranges: list[Any] | None = field(default_factory=list)

    def to_python(self) -> list[list[Any]]:
        return [list(row) for row in self.rows]


def table_of(monkeypatch: pytest.MonkeyPatch, sheets: dict[str, Sheet]) -> Any:
    monkeypatch.setattr(binary, "filled_sheets", lambda _: sheets)
    return sheet_table(b"", header=True)


def test_merged_cells_have_the_value_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = Sheet(ROWS, (3, 2), [((4, 2), (5, 2)), ((4, 3), (4, 4))])
    table = table_of(monkeypatch, {"votes": sheet})
    item, rater, answer = (column.to_pylist() for column in table.read([0, 1, 2]))
    assert (item, rater) == (["a", "a", "b"], ["ann", "bob", "ann"])
    assert answer == ["1", "True", None]
    assert table_of(monkeypatch, {"ods": Sheet(ROWS, (0, 0), None)}).column(0)[1].as_py() is None


def test_rows_have_the_numbers_that_the_program_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of(monkeypatch, {"votes": Sheet(ROWS, (3, 2))})
    assert [table.line(row) for row in range(3)] == ["row 5", "row 6", "row 8"]


def test_sheets_that_are_not_read_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of(monkeypatch, {"one": Sheet(ROWS), "two": Sheet(ROWS)})
    assert table.notes == (
        "Read sheet 'one', the first one, and not 'two': to read another, save it as csv.",
    )
    assert table_of(monkeypatch, {"one": Sheet(ROWS)}).notes == ()
