"""Pools of Toloka."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.exports.toloka import recognises, votes

from .layouts import Triple, known, read_table, table_of, triples

PLAIN = ExportOptions()
HEAD = "INPUT:a,OUTPUT:r,GOLDEN:r,ASSIGNMENT:worker_id,ASSIGNMENT:status\n"


def test_all_votes_and_the_golden_column(exports: Path, base: Counter[Triple]) -> None:
    table = read_table(exports / "toloka.tsv", "\t")
    gold = {
        row["INPUT:image"]: row["GOLDEN:result"]
        for row in table.to_pylist()
        if row["GOLDEN:result"]
    }
    found = votes(table, PLAIN)
    assert triples(found) == base
    assert known(found) == gold
    assert sum(found.golden.to_pylist()) == 20
    assert found.left_out == {}
    off = votes(table, ExportOptions(truth_column="NONE"))
    assert triples(off) == base
    assert off.known is None
    assert off.golden is None


def test_what_was_not_accepted_or_not_done_is_left_out() -> None:
    table = table_of(
        HEAD + "x,yes,,w1,APPROVED\nx,no,,w2,REJECTED\nx,,,w3,SKIPPED\nx,,,w4,EXPIRED\n"
        "y,no,,w1,SUBMITTED\ny,,,w2,ACTIVE\n"
    )
    found = votes(table, PLAIN)
    assert triples(found) == Counter({("x", "w1", "yes"): 1, ("y", "w1", "no"): 1})
    assert found.left_out == {"rejected": 1, "skipped": 1, "expired": 1, "active": 1}
    kept = votes(table, ExportOptions(keep_rejected=True))
    assert kept.left_out == {"skipped": 1, "expired": 1, "active": 1}


def test_several_inputs_are_called_by_their_task() -> None:
    rows = "x,1,yes,w1\ny,1,no,w1\n"
    table = table_of("INPUT:a,INPUT:b,OUTPUT:r,ASSIGNMENT:worker_id\n" + rows)
    assert votes(table, PLAIN).item.to_pylist() == ["x / 1", "y / 1"]
    assert votes(table, ExportOptions(item="a")).item.to_pylist() == ["x", "y"]
    with_task = table.append_column("ASSIGNMENT:task_id", table["INPUT:a"])
    assert votes(with_task, PLAIN).item.to_pylist() == ["x", "y"]


def test_several_outputs_are_named() -> None:
    table = table_of("INPUT:a,OUTPUT:r,OUTPUT:s,GOLDEN:s,ASSIGNMENT:worker_id\nx,1,2,3,w\n")
    with pytest.raises(VoteError, match="2 questions, 'OUTPUT:r', 'OUTPUT:s'"):
        votes(table, PLAIN)
    found = votes(table, ExportOptions(answer="s"))
    assert found.answer.to_pylist() == ["2"]
    assert known(found) == {"x": "3"}
    assert known(votes(table, ExportOptions(answer="r"))) == {}


def test_lists_are_several_choices() -> None:
    table = table_of(HEAD + 'x,"[""a"",""b""]","[""a"",""b""]",w,\ny,"[""a""]",a,w,\n')
    with pytest.raises(VoteError, match="1 answers are of several choices, such as 'a', 'b'"):
        votes(table, PLAIN)
    found = votes(table, ExportOptions(multiple="first"))
    assert found.answer.to_pylist() == ["a", "a"]
    assert known(found) == {"y": "a"}
    assert any("1 items have gold of several choices" in note for note in found.notes)


def test_aggregated_answers_are_no_votes() -> None:
    table = table_of("INPUT:image,OUTPUT:result,CONFIDENCE:result\nx,cat,99.5\n")
    assert recognises(table.column_names)
    with pytest.raises(VoteError, match="aggregated are no votes"):
        votes(table, PLAIN)


def test_other_tables_are_not_pools() -> None:
    assert not recognises(["task", "worker", "label"])
    assert not recognises(["INPUT:image", "GOLDEN:result"])
