"""Three columns by names of their own."""

from __future__ import annotations

from collections import Counter

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.exports.triples import triple_votes

from .layouts import known, table_of, triples

NAMES = (("unit",), ("who", "by"), ("said",))


def test_columns_in_any_order_under_any_of_their_names() -> None:
    table = table_of("By,SAID ,unit,more\na,yes,q1,z\n")
    found = triple_votes(table, ExportOptions(), *NAMES)
    assert triples(found) == Counter({("q1", "a", "yes"): 1})
    assert found.notes == ("Items are in 'unit', raters in 'by', answers in 'said'.",)
    other = triple_votes(table, ExportOptions(answer="more"), *NAMES)
    assert other.answer.to_pylist() == ["z"]


def test_a_column_that_is_not_there_is_named_with_those_that_are() -> None:
    table = table_of("who,said\na,yes\n")
    with pytest.raises(VoteError, match=r"no column 'unit' for the item: .*--item; .*'who'"):
        triple_votes(table, ExportOptions(), *NAMES)


def test_gold_by_its_usual_name_or_another() -> None:
    table = table_of("unit,who,said,gold,key\n1,a,x,x,y\n1,b,y,,y\n")
    assert known(triple_votes(table, ExportOptions(), *NAMES, gold="gold")) == {"1": "x"}
    named = ExportOptions(truth_column="key")
    assert known(triple_votes(table, named, *NAMES, gold="gold")) == {"1": "y"}
    off = ExportOptions(truth_column="NONE")
    assert triple_votes(table, off, *NAMES, gold="gold").known is None
