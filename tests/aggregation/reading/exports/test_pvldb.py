"""The files of the PVLDB survey."""

from __future__ import annotations

from collections import Counter

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.exports.pvldb import recognises, votes

from .layouts import Triple, table_of, triples


def test_answers(base: Counter[Triple]) -> None:
    rows = "\n".join(",".join(row) for row in base)
    table = table_of(f"question,worker,answer\n{rows}")
    assert recognises(table.column_names)
    assert triples(votes(table, ExportOptions())) == base


def test_truth_files_are_no_votes() -> None:
    assert recognises(["question", "truth"])
    with pytest.raises(VoteError, match=r"no votes: give answer\.csv, and this file as --truth"):
        votes(table_of("question,truth\nq,yes\n"), ExportOptions())


@pytest.mark.parametrize(
    "names",
    [["question", "worker", "answer", "time"], ["question", "answer"], ["task", "worker", "label"]],
)
def test_other_columns(names: list[str]) -> None:
    assert not recognises(names)
