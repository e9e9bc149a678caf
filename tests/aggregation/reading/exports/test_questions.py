"""Which question is meant."""

from __future__ import annotations

import pytest

from aggregation.errors import VoteError, listed
from aggregation.reading.exports.questions import choose_question, same_name, several_choices
from aggregation.reading.tables.table import folded


def test_names_are_compared_without_case_and_blanks() -> None:
    assert folded("  Worker ID ") == "worker id"
    assert same_name(["q", "Q "], "Q ") == "Q "
    assert same_name(["q ", "Q"], " q") == "q "
    assert same_name(["Answer.q"], "q", "Answer.") == "Answer.q"
    assert same_name(["Answer.q"], "p", "Answer.") is None


def test_long_lists_are_cut() -> None:
    assert listed("ab") == "'a', 'b'"
    assert listed(map(str, range(15))).endswith("'11' and 3 more")


def test_the_only_question_needs_no_name() -> None:
    assert choose_question(["q"], None) == "q"
    assert choose_question(["q", "p"], "P") == "p"


@pytest.mark.parametrize(
    ("found", "said", "message"),
    [
        ([], None, "no question has a choice for its answer"),
        ([], "q", "no question is called 'q': there is none"),
        (["colour", "shape"], "color", "did you mean 'colour'"),
        (["p", "q"], None, "2 questions, 'p', 'q': say which one with --answer"),
    ],
)
def test_what_is_wrong_is_said(found: list[str], said: str | None, message: str) -> None:
    with pytest.raises(VoteError, match=message):
        choose_question(found, said)


def test_advice_is_added() -> None:
    with pytest.raises(VoteError, match=r"--answer 'p', or both$"):
        choose_question(["p", "q"], None, advice=", or both")


def test_several_choices_say_both_ways_out() -> None:
    text = str(several_choices(3, ["a", "b"]))
    assert text.startswith("3 answers are of several choices, such as 'a', 'b': ")
    assert "--multiple first" in text
    assert "--multiple split" in text
