"""Labels of Get-Another-Label, without a header."""

from __future__ import annotations

from collections import Counter

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.exports.get_another_label import EXPORT, votes

from .layouts import Triple, table_of, triples


def test_columns_have_a_place_and_no_name(base: Counter[Triple]) -> None:
    rows = "".join(f"{rater}\t{item}\t{answer}\n" for item, rater, answer in base)
    table = table_of("0\t1\t2\n" + rows, "\t")
    assert not EXPORT.has_header
    assert not EXPORT.recognises(table.column_names)
    assert triples(votes(table, ExportOptions())) == base
    with pytest.raises(VoteError, match=r"three columns.*it has 2"):
        votes(table.select([0, 1]), ExportOptions())
