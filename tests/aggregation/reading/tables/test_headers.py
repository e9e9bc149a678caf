"""Headers below the header, as Qualtrics writes them, are no votes in any way of reading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aggregation import Votes, VoteStore, read_votes
from aggregation.reading.options import ReadOptions, checked_reading
from aggregation.votes.store.making.ingest import ingest

from ....support.named import named_votes

NAMES = ["StartDate", "ResponseId", "item", "label"]
TEXTS = ['"Start\nDate"', "Response ID", '"Which item, please?"', "Label"]
KEYS = ["startDate", "_recordId", "QID1", "QID2"]
VOTES = [(f"i{number // 3}", f"R_{number % 3}", "yn"[number % 2]) for number in range(30)]
SAID: ReadOptions = {"rater": "ResponseId"}


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


WAY: dict[str, Any] = {"memory": 1 << 30, "partitions": None, "progress": None}
IDS = [quoted(json.dumps({"ImportId": key}, separators=(",", ":"))) for key in KEYS]


def write(folder: Path, headers: list[list[str]], rows: list[list[str]] | None = None) -> Path:
    path = folder / "survey.csv"
    rows = rows or [["2024-01-02", rater, item, answer] for item, rater, answer in VOTES]
    path.write_text("\r\n".join(",".join(row) for row in (NAMES, *headers, *rows)) + "\r\n")
    return path


@pytest.mark.parametrize(
    ("headers", "words"), [([TEXTS, IDS], "the 2 rows"), ([IDS], "the row"), ([], None)]
)
def test_rows_of_qualtrics_are_no_votes(
    tmp_path: Path, headers: list[list[str]], words: str | None
) -> None:
    path = write(tmp_path, headers)
    found = read_votes(path, **SAID)
    assert sorted(named_votes(found.votes)) == sorted(VOTES)
    notes = [note for note in found.notes if "Qualtrics" in note]
    expected = f"Left out {words} of Qualtrics below the names of the columns."
    assert notes == ([expected] if words else [])
    said = ingest([path], tmp_path / "store", checked_reading(SAID), **WAY).notes
    assert [note for note in said if "Qualtrics" in note] == notes
    assert VoteStore.open(tmp_path / "store").votes().n_votes == len(VOTES)


def test_a_row_that_ends_early_is_at_its_line(tmp_path: Path) -> None:
    rows = [["2024-01-02", rater, item] for item, rater, _ in VOTES]
    with pytest.raises(ValueError, match=r"30 votes have none: line 5, line 6, line 7"):
        Votes.read(write(tmp_path, [TEXTS, IDS], rows), **SAID)


def test_without_a_header_there_is_none_below(tmp_path: Path) -> None:
    rows = read_votes(write(tmp_path, [TEXTS, IDS]), header=False, item="3", rater="2", answer="4")
    assert rows.votes.n_votes == len(VOTES) + 3


def test_json_of_another_kind_is_a_vote(tmp_path: Path) -> None:
    row = ["", "R_9", "i9", quoted('{"ImportId":"QID9"}')]
    path = write(tmp_path, [TEXTS, row])
    assert Votes.read(path, **SAID).n_votes == len(VOTES) + 2
