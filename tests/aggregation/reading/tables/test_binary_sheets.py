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

    @property
    def end(self) -> tuple[int, int]:
        """Return the last row and column."""
        return self.start[0] + len(self.rows) - 1, self.start[1] + len(self.rows[0]) - 1

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


def test_a_sheet_of_remarks_is_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    remarks = [["These are the votes of our study."], ["They were collected in spring."]]
    table = table_of(monkeypatch, {"about": Sheet(remarks), "votes": Sheet(ROWS)})
    assert table.names == ("item", "rater", "answer")
    (note,) = table.notes
    assert note.startswith("Read sheet 'votes', the first with a table, and not 'about': to read")
    assert table_of(monkeypatch, {"about": Sheet(remarks)}).names == (remarks[0][0],)


def test_further_headers_of_a_sheet_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [[f'{{"ImportId":"QID{number}"}}' for number in range(3)]]
    table = table_of(monkeypatch, {"votes": Sheet([*ROWS[:1], ROWS[0], *cells, *ROWS[1:]])})
    assert table.column(2).to_pylist() == ["1", "True", None]
    assert table.notes == ("Left out the 2 rows of Qualtrics below the names of the columns.",)
    assert table.line(0) == "row 4"
