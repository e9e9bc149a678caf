"""Annotations of spark-crowd."""

from __future__ import annotations

from collections import Counter

from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.exports.spark_crowd import recognises, votes

from .layouts import Triple, table_of, triples


def test_annotations(base: Counter[Triple]) -> None:
    rows = "\n".join(",".join(row) for row in base)
    table = table_of(f"example,annotator,value\n{rows}")
    assert recognises(table.column_names)
    assert triples(votes(table, ExportOptions())) == base


def test_other_columns() -> None:
    assert not recognises(["example", "annotator", "value", "time"])
    assert not recognises(["example", "annotator", "label"])
