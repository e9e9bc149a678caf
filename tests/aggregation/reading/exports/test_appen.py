"""Reports of Appen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.appen import recognises, votes
from aggregation.reading.exports.export import ExportOptions

from .layouts import Triple, known, rater_number, read_table, renamed, table_of, triples

PLAIN = ExportOptions()
HEAD = "_unit_id,_golden,_tainted,_worker_id,"


def test_tainted_judgments_are_left_out(exports: Path, base: Counter[Triple]) -> None:
    table = read_table(exports / "appen_full.csv")
    rows = table.to_pylist()
    all_votes = renamed(base, rater=lambda rater: str(40000 + rater_number(rater)))
    tainted = Counter(
        (row["image"], row["_worker_id"], row["animal"])
        for row in rows
        if row["_tainted"] == "true"
    )
    found = votes(table, PLAIN)
    assert triples(found) == all_votes - tainted
    assert found.left_out == {"tainted": 6}
    assert known(found) == {row["image"]: row["animal_gold"] for row in rows if row["animal_gold"]}
    kept = votes(table, ExportOptions(keep_rejected=True, truth_column="NONE"))
    assert triples(kept) == all_votes
    assert kept.known is None


def test_the_question_is_what_differs_within_a_unit() -> None:
    table = table_of(HEAD + "verdict,text,url\n1,,,a,yes,t,u\n1,,,b,no,t,u\n2,,,a,no,s,v\n")
    found = votes(table, PLAIN)
    assert found.answer.to_pylist() == ["yes", "no", "no"]
    assert found.item.to_pylist() == ["1", "1", "2"]  # two columns of data: neither is the name
    assert votes(table, ExportOptions(item="url")).item.to_pylist() == ["u", "u", "v"]


def test_data_that_two_units_share_do_not_name_them() -> None:
    table = table_of(HEAD + "verdict,query\n1,,,a,yes,q\n1,,,b,no,q\n2,,,a,no,q\n")
    assert votes(table, PLAIN).item.to_pylist() == ["1", "1", "2"]


def test_several_questions_are_named() -> None:
    table = table_of(
        HEAD + "q,r,q_gold,r_gold,q_gold_reason,orig__golden\n1,true,false,a,yes,x,yes,z,so,\n"
    )
    with pytest.raises(VoteError, match="2 questions, 'q', 'r'"):
        votes(table, PLAIN)
    found = votes(table, ExportOptions(answer="r"))
    assert found.answer.to_pylist() == ["x"]
    assert known(found) == {"1": "z"}


def test_nothing_that_differs_is_an_error() -> None:
    table = table_of(HEAD + "q,text\n1,,,a,yes,t\n1,,,b,yes,t\n")
    with pytest.raises(VoteError, match="name the answer with --answer"):
        votes(table, PLAIN)
    found = votes(table, ExportOptions(answer="q"))
    assert found.item.to_pylist() == ["t", "t"]


def test_boxes_and_gold_of_several_choices() -> None:
    table = table_of(HEAD + 'q,q_gold\n1,,,a,"x\ny",x\n2,,,a,x,"x\ny"\n')
    with pytest.raises(VoteError, match="several choices, such as 'x', 'y'"):
        votes(table, PLAIN)
    found = votes(table, ExportOptions(multiple="split"))
    assert found.answer.to_pylist() == ["x", "y", "x"]
    assert found.golden.to_pylist() == [True, True, True]
    assert known(found) == {"1": "x"}


def test_an_aggregated_report_is_no_votes() -> None:
    names = ["_unit_id", "_golden", "_unit_state", "_trusted_judgments", "q", "q:confidence"]
    assert recognises(names)
    with pytest.raises(VoteError, match="download the full report"):
        votes(table_of(",".join(names) + "\n1,f,finalized,3,yes,0.9\n"), PLAIN)


def test_other_tables_are_not_reports() -> None:
    assert not recognises(["unit_id", "worker_id", "label"])
    assert not recognises(["_unit_id", "rater", "label"])
