"""Three columns under the names of crowd-kit, PVLDB, Get-Another-Label and spark-crowd."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports import crowd_kit, get_another_label, pvldb, spark_crowd
from aggregation.reading.exports.export import Export, ExportOptions

from .layouts import Triple, known, read_table, table_of, triples

PLAIN = ExportOptions()


@pytest.mark.parametrize(
    ("export", "header"),
    [
        (crowd_kit.EXPORT, "task,worker,label"),
        (pvldb.EXPORT, "question,worker,answer"),
        (spark_crowd.EXPORT, "example,annotator,value"),
    ],
)
def test_the_votes_under_each_ones_names(
    export: Export, header: str, exports: Path, base: Counter[Triple]
) -> None:
    rows = "\n".join(",".join(row) for row in base)
    assert triples(export.votes(table_of(f"{header}\n{rows}"), PLAIN)) == base


def test_columns_may_be_in_any_order_and_named_otherwise() -> None:
    table = table_of("worker,Answer,question,more\na,yes,q1,z\n")
    assert triples(pvldb.votes(table, PLAIN)) == Counter({("q1", "a", "yes"): 1})
    found = pvldb.votes(table, ExportOptions(answer="more"))
    assert found.answer.to_pylist() == ["z"]
    with pytest.raises(VoteError, match=r"no column 'question' for the item.*--item"):
        pvldb.votes(table_of("worker,answer\na,yes\n"), PLAIN)


def test_truth_files_of_pvldb_are_no_votes() -> None:
    assert pvldb.recognises(["question", "truth"])
    with pytest.raises(VoteError, match=r"no votes: give answer.csv, and this file as --truth"):
        pvldb.votes(table_of("question,truth\nq,yes\n"), PLAIN)


def test_true_labels_of_crowd_kit() -> None:
    table = table_of(",task,performer,label,true_label\n0,t,a,x,x\n1,t,b,y,x\n2,u,a,y,\n")
    assert crowd_kit.recognises(table.column_names)
    assert not crowd_kit.recognises(["task", "worker", "label"])
    found = crowd_kit.votes(table, PLAIN)
    assert len(found.answer) == 3
    assert known(found) == {"t": "x"}
    assert "'performer'" in found.notes[0]
    assert crowd_kit.votes(table, ExportOptions(truth_column="NONE")).known is None


def test_get_another_label_has_no_header(exports: Path, base: Counter[Triple]) -> None:
    rows = "".join(f"{rater}\t{item}\t{answer}\n" for item, rater, answer in base)
    table = table_of("0\t1\t2\n" + rows, "\t")
    assert not get_another_label.EXPORT.has_header
    assert triples(get_another_label.votes(table, PLAIN)) == base
    with pytest.raises(VoteError, match=r"three columns.*it has 2"):
        get_another_label.votes(table.select([0, 1]), PLAIN)


@pytest.mark.parametrize("module", [pvldb, spark_crowd])
def test_one_column_more_is_another_table(module: object, exports: Path) -> None:
    recognises = module.EXPORT.recognises  # type: ignore[attr-defined]
    assert not recognises(["question", "worker", "answer", "time"])
    assert not recognises(["example", "annotator", "value", "time"])
    assert not recognises(read_table(exports / "snake.csv").column_names)
