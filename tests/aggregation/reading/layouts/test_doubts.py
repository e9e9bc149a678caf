"""What was probably not meant is said: words for nothing, and items in the raters' column."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from aggregation import ReadOptions, VoteStore, read_votes
from aggregation.reading.layouts.doubts import is_nothing, looks_swapped, words_for_nothing
from aggregation.reading.options import checked_reading, split_names
from aggregation.votes.store.making.ingest import ingest

WORDS = [
    "skip",
    "none",
    "-",
    "n/a",
    "unsure",
    "don't know",
    "nan",
    "I don\u2019t know.",
    "NOT_SURE",
]

WAY: dict[str, Any] = {"memory": 1 << 30, "partitions": None, "progress": None}


def rows(answers: list[Any]) -> list[dict[str, Any]]:
    return [
        {"item": f"i{k // 3}", "rater": f"r{k % 3}", "answer": answer}
        for k, answer in enumerate(answers)
    ]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_for_nothing_is_doubted(word: str) -> None:
    found = read_votes(rows(["yes", "no", word, word]))
    (doubt,) = found.doubts
    assert f"{word if word[0].isalpha() else repr(word)} is taken for an answer" in doubt
    assert "given 2 times" in doubt
    said = split_names(shlex.split(doubt.split("--missing ")[1])[0])
    left = read_votes(rows(["yes", "no", word, word]), missing=said)
    assert (left.votes.n_votes, left.doubts) == (2, ())


def test_words_for_nothing_are_one_line() -> None:
    (doubt,) = read_votes(rows(["yes", "?", "a", "skip", "?"])).doubts
    assert "'?' (2 times), skip (1 time) are taken for answers" in doubt
    assert shlex.split(doubt.split("--missing ")[1])[0] == "?,skip"


def test_answers_that_were_said_are_not_doubted() -> None:
    given = ["yes", "none", "no"]
    assert read_votes(rows(given), answer_names=given).doubts == ()
    assert not any(map(is_nothing, ["no", "nothing to see", "0", "-1", "nonsense", "neutral"]))
    assert words_for_nothing([0, 1, 2.5, True]) == []


def test_items_in_the_column_of_raters_are_doubted(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    lines = [f"w{k % 5},i{k // 5},{'yn'[k % 2]}" for k in range(300)]
    path.write_text("item,rater,answer\n" + "\n".join(lines) + "\n")
    (doubt,) = read_votes(path).doubts
    assert "5 items with 60 votes each, on average, and 60 raters with 5.0 each" in doubt
    swapped: ReadOptions = {"item": "rater", "rater": "item"}
    assert read_votes(path, **swapped).doubts == ()
    assert doubt in ingest([path], tmp_path / "store", checked_reading({}), **WAY).notes
    assert VoteStore.open(tmp_path / "store").n_items == 5


def test_few_raters_an_item_are_not_doubted() -> None:
    assert looks_swapped(n_votes=490, n_items=4, n_raters=49) == []
    assert looks_swapped(n_votes=1720, n_items=300, n_raters=461) == []


def test_no_data_set_is_doubted(datasets: Path) -> None:
    files = sorted(datasets.glob("**/*votes.csv"))
    assert len(files) > 10
    assert [file for file in files if read_votes(file).doubts] == []


def test_several_choices_in_one_answer_are_doubted() -> None:
    (doubt,) = read_votes(rows(["cat", "cat|red", "dog"])).doubts
    assert "1 of the 3 answers, such as 'cat|red', looks like several choices" in doubt
    (doubt,) = read_votes(rows(["['cat']", "['cat', 'red']"])).doubts
    assert doubt.startswith("2 of the 2 answers")
    assert read_votes(rows(["yes", "yes, but", "no"])).doubts == ()


def test_answers_that_are_hardly_given_twice_are_doubted() -> None:
    (doubt,) = read_votes(rows([f"text {number}" for number in range(15)] + ["other"] * 5)).doubts
    assert "there are 16 different answers in 20 votes" in doubt
    assert read_votes(rows([f"text {number}" for number in range(19)])).doubts == ()
