"""Surveys: a row a rater, and a column for each item."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from aggregation import ReadOptions, VoteError, Votes, read_votes

from ....support.named import named_votes

pandas: Any = importlib.import_module("pandas")

ANSWERS = {
    "ann": ["y", "n", "y", "n"],
    "bob": ["y", "", "n", "n"],
    "cem": ["y", "y", "y", "y"],
    "dan": ["n", "n", "y", ""],
}
VOTES = sorted(
    (f"Q{number}", rater, answer)
    for rater, answers in ANSWERS.items()
    for number, answer in enumerate(answers, 1)
    if answer
)


def survey(folder: Path, name: str = "Mail") -> Path:
    path = folder / "survey.csv"
    rows = [
        f"2024-01-0{k},{name[0]},{r},{','.join(a)}" for k, (r, a) in enumerate(ANSWERS.items(), 1)
    ]
    path.write_text("\n".join([f"Timestamp,Group,{name},Q1,Q2,Q3,Q4", *rows]) + "\n")
    return path


@pytest.mark.parametrize("item", ["Q*", "Q1,Q2,Q3,Q4", ["Q1", "Q2", "Q3", "Q4"]])
def test_items_are_the_columns_that_were_named(tmp_path: Path, item: Any) -> None:
    found = read_votes(survey(tmp_path), wide=True, rater="Mail", item=item)
    assert sorted(named_votes(found.votes)) == VOTES
    assert (
        "Took 'Mail' for the rater and 4 columns, 'Q1', 'Q2', 'Q3', 'Q4', for items." in found.notes
    )


def test_rows_with_raters_names_are_raters() -> None:
    table = {
        "worker": list(ANSWERS),
        **{f"Q{k + 1}": [a[k] for a in ANSWERS.values()] for k in range(4)},
    }
    for frame in (table, pandas.DataFrame(table)):
        assert sorted(named_votes(Votes.from_frame(frame, wide=True))) == VOTES
    numbers = {"worker": [7, 8], "1": [0, 1], "2": [1, 1]}
    votes = Votes.from_frame(numbers, wide=True)
    assert (votes.item_names, votes.rater_names, votes.answer_names) == ((1, 2), (7, 8), (0, 1))


def test_a_column_of_items_keeps_rows_items() -> None:
    table = {"item": ["i", "j"], "worker": ["x", "y"], "ann": ["x", "y"], "bob": ["x", "x"]}
    votes = Votes.from_frame(table, wide=True)
    assert (votes.item_names, votes.rater_names) == (("i", "j"), ("ann", "bob", "worker"))
    some = Votes.from_frame(table, wide=True, item="item", rater="ann,bob")
    assert some.rater_names == ("ann", "bob")


def test_known_classes_of_rows_are_refused(tmp_path: Path) -> None:
    options: ReadOptions = {"rater": "Mail", "item": "Q*", "truth_column": "Group", "wide": True}
    with pytest.raises(VoteError, match="where a row is a rater, no column has the items' classes"):
        Votes.read(survey(tmp_path), **options)


def test_it_is_said_how_a_survey_is_read(tmp_path: Path) -> None:
    with pytest.raises(VoteError, match=r"looks wide.*--wide --rater COLUMN --item 'A,B,...'"):
        Votes.read(survey(tmp_path))


def test_wide_tables_with_other_columns_look_wide(tmp_path: Path) -> None:
    texts = [f"text {number}" for number in range(6)]
    answers = {"ann": list("yynnyn"), "bob": list("ynnnyy"), "cem": list("yynyyn")}
    for table in (
        {"item": range(6), "text": texts, **answers},
        {**answers, "item": texts},
        {"item": texts, **answers, "remark": texts},
    ):
        pandas.DataFrame(table).to_csv(tmp_path / "votes.csv", index=False)
        with pytest.raises(VoteError, match="the table looks wide, with a column for each rater"):
            Votes.read(tmp_path / "votes.csv")
    long = {"a": texts, "b": list("uvwuvw"), "c": list("ynynyn")}
    pandas.DataFrame(long).to_csv(tmp_path / "votes.csv", index=False)
    with pytest.raises(VoteError) as caught:
        Votes.read(tmp_path / "votes.csv")
    assert "looks wide" not in str(caught.value)


def test_a_pattern_of_items_alone(tmp_path: Path) -> None:
    found = Votes.read(survey(tmp_path, "Worker ID"), wide=True, item="Q?")
    assert sorted(named_votes(found)) == VOTES
    with pytest.raises(VoteError, match=r"item='Q\*' names several columns.*by --rater"):
        Votes.read(survey(tmp_path), wide=True, item="Q*")


def test_counts_of_a_varying_number_of_raters_are_not_told_to_be_wide_alone(tmp_path: Path) -> None:
    counts = {"item": list("abcdef"), "cat": [0, 1, 2, 0, 3, 1], "dog": [2, 2, 0, 1, 1, 0]}
    pandas.DataFrame(counts).to_csv(tmp_path / "votes.csv", index=False)
    with pytest.raises(VoteError, match=r"looks wide.*; counts of answers, without raters, cannot"):
        Votes.read(tmp_path / "votes.csv")
