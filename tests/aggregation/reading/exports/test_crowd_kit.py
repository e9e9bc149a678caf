"""Frames of Crowd-Kit."""

from __future__ import annotations

from collections import Counter

from aggregation.reading.exports.crowd_kit import recognises, votes
from aggregation.reading.exports.export import ExportOptions

from .layouts import Triple, known, table_of, triples


def test_frames_without_true_labels_are_plain_votes(base: Counter[Triple]) -> None:
    rows = "\n".join(",".join(row) for row in base)
    table = table_of(f"task,worker,label\n{rows}")
    assert not recognises(table.column_names)
    assert triples(votes(table, ExportOptions())) == base


def test_true_labels_are_known() -> None:
    table = table_of(",task,performer,label,true_label\n0,t,a,x,x\n1,t,b,y,x\n2,u,a,y,\n")
    assert recognises(table.column_names)
    found = votes(table, ExportOptions())
    assert len(found.answer) == 3
    assert known(found) == {"t": "x"}
    assert "'performer'" in found.notes[0]
    assert votes(table, ExportOptions(truth_column="NONE")).known is None
