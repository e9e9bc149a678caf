"""Counts of answers are told, and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.counts import holds_counts, recognises, votes
from aggregation.reading.exports.export import ExportOptions

from .layouts import read_table, table_of


def test_counts_are_refused_with_the_reason(exports: Path) -> None:
    table = read_table(exports / "counts_only.csv")
    assert holds_counts(table)
    with pytest.raises(VoteError, match="without raters there is nothing to weigh"):
        votes(table, ExportOptions())


@pytest.mark.parametrize(
    "names",
    [["id", "n_cat", "n_dog"], ["cat_count", "dog_count"], ["t", "votes_a", "votes_b", "x"]],
)
def test_names_say_counts(names: list[str]) -> None:
    assert recognises(names)


@pytest.mark.parametrize(
    "names",
    [
        ["item", "cat", "dog"],
        ["task", "worker", "label", "n_words"],
        ["item", "answer", "count"],
        ["n_a", "n_b", "item", "rater", "answer"],
        ["n_words", "n_chars", "WorkerId", "label"],
    ],
)
def test_other_names_do_not(names: list[str]) -> None:
    assert not recognises(names)


@pytest.mark.parametrize(
    "text",
    [
        "item,ann,bob,eve\n1,0,1,0\n2,0,0,0\n3,1,1,1\n4,1,0,1\n",  # two answers, 0 and 1
        "item,ann,bob,eve\n1,4,5,4\n2,1,2,1\n3,3,3,5\n4,2,2,2\n",  # ratings
        "item,ann,bob\n1,3,0\n2,,3\n3,0,3\n",
        "item,ann,bob\n1,3,0\n2,yes,3\n3,0,3\n",
        "item,rater,answer\n1,3,0\n",
        "item,n\n1,3\n2,3\n3,3\n",
    ],
)
def test_wide_tables_of_answers_are_not_counts(text: str) -> None:
    assert not holds_counts(table_of(text))
