"""Batches of Mechanical Turk: plain, unreviewed, and forms of Crowd HTML elements."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.exports.mturk import recognises, votes

from .layouts import Triple, known, read_table, table_of, triples

PLAIN = ExportOptions()


def forms(*answers: Any) -> Any:
    rows = [("HITId", "WorkerId", "Input.url", "Answer.taskAnswers")]
    rows += [(f"H{n}", f"W{n}", f"u{n}", json.dumps([form])) for n, form in enumerate(answers)]
    return table_of("\n".join(",".join('"' + c.replace('"', '""') + '"' for c in r) for r in rows))


def answers(table: Any, options: ExportOptions = PLAIN) -> list[str | None]:
    found: list[str | None] = votes(table, options).answer.to_pylist()
    return found


def test_rejected_rows_are_left_out(exports: Path, base: Counter[Triple]) -> None:
    table = read_table(exports / "mturk.csv")
    rejected = Counter(
        (row["Input.image_url"], row["WorkerId"], row["Answer.category.label"])
        for row in table.to_pylist()
        if row["AssignmentStatus"] == "Rejected"
    )
    found = votes(table, PLAIN)
    assert triples(found) == base - rejected
    assert found.left_out == {"rejected": 9}
    assert found.known is None
    kept = votes(table, ExportOptions(keep_rejected=True))
    assert triples(kept) == base
    assert kept.left_out == {}


def test_a_batch_before_review_has_shorter_rows(exports: Path, base: Counter[Triple]) -> None:
    found = votes(read_table(exports / "mturk_unreviewed.csv"), PLAIN)
    assert triples(found) == base
    assert found.left_out == {}


def test_forms_are_opened(exports: Path, base: Counter[Triple]) -> None:
    found = votes(read_table(exports / "mturk_crowd.csv"), PLAIN)
    assert triples(found) == base
    assert "'Input.image_url'" in found.notes[0]
    assert "'category'" in found.notes[0]


def test_a_mark_under_reject_rejects() -> None:
    table = table_of(
        "HITId,WorkerId,AssignmentStatus,Answer.q,Approve,Reject\n"
        "1,a,Submitted,yes,,x\n1,b,Submitted,no,x,\n2,a,Rejected,no,,bad\n"
    )
    found = votes(table, PLAIN)
    assert triples(found) == Counter({("1", "b", "no"): 1})
    assert found.left_out == {"rejected": 2}


def test_the_hit_is_the_item_where_several_inputs_were_shown() -> None:
    table = table_of("HITId,WorkerId,Input.a,Input.b,Answer.q\nH1,w,x,y,yes\n")
    assert votes(table, PLAIN).item.to_pylist() == ["H1"]
    assert votes(table, ExportOptions(item="b")).item.to_pylist() == ["y"]


def test_names_may_be_in_small_letters_as_the_command_line_tools_write_them() -> None:
    table = table_of('hitid\tworkerid\tassignmentstatus\tAnswer.q\nH\tw\tApproved\t"yes"\n', "\t")
    assert recognises(table.column_names)
    assert triples(votes(table, PLAIN)) == Counter({("H", "w", "yes"): 1})


def test_several_questions_are_named() -> None:
    table = table_of("HITId,WorkerId,Answer.fit,Answer.why,Answer.empty\n1,a,yes,because,\n")
    with pytest.raises(VoteError, match=r"2 questions, 'Answer.fit', 'Answer.why': .* --answer"):
        votes(table, PLAIN)
    assert answers(table, ExportOptions(answer="fit")) == ["yes"]
    assert answers(table, ExportOptions(answer="answer.why")) == ["because"]
    with pytest.raises(VoteError, match=r"no question is called 'wy'.*did you mean 'Answer.why'"):
        votes(table, ExportOptions(answer="wy"))


def test_checked_boxes_are_several_choices() -> None:
    table = table_of("HITId,WorkerId,Answer.q\n1,a,cat|dog\n1,b,dog\n2,a,cat|bird\n3,a,\n")
    with pytest.raises(VoteError, match=r"2 answers are of several choices, such as 'cat', 'dog'"):
        votes(table, PLAIN)
    assert answers(table, ExportOptions(multiple="first")) == ["cat", "dog", "cat", None]
    found = votes(table, ExportOptions(multiple="split"))
    assert list(triples(found)) == [
        ("1", "a", "cat"),
        ("1", "a", "dog"),
        ("1", "b", "dog"),
        ("2", "a", "cat"),
        ("2", "a", "bird"),
        ("3", "a", None),
    ]


def test_several_choices_of_a_rejected_row_are_no_matter() -> None:
    table = table_of("HITId,WorkerId,AssignmentStatus,Answer.q\n1,a,Rejected,x|y\n1,b,Approved,x\n")
    assert answers(table) == ["x"]


def test_several_choices_and_questions_of_forms() -> None:
    boxes = {"boxes": {"a": True, "b": True}, "place": {"boundingBoxes": [{"left": 1}]}}
    with pytest.raises(VoteError, match="several choices, such as 'a', 'b'"):
        votes(forms(boxes), PLAIN)
    assert answers(forms(boxes), ExportOptions(multiple="first")) == ["a"]
    with pytest.raises(VoteError, match="2 questions, 'p', 'q'"):
        votes(forms({"p": "x"}, {"q": "y"}), PLAIN)
    assert answers(forms({"p": "x|y"}, {"q": "y"}), ExportOptions(answer="q")) == [None, "y"]


def test_a_form_that_is_no_json_answers_nothing() -> None:
    table = table_of("HITId,WorkerId,Answer.taskAnswers\n1,a,{oops\n")
    with pytest.raises(VoteError, match="no question has a choice"):
        votes(table, PLAIN)


def test_an_input_may_be_gold() -> None:
    table = table_of("HITId,WorkerId,Input.x,Input.gold,Answer.q\n1,a,u,cat,cat\n2,a,v,,dog\n")
    found = votes(table, ExportOptions(item="x", truth_column="gold"))
    assert known(found) == {"u": "cat"}
    assert found.golden.to_pylist() == [True, False]
    with pytest.raises(VoteError, match="no column 'Gld' for --truth-column"):
        votes(table, ExportOptions(truth_column="Gld"))


def test_without_workers_there_is_nothing_to_read() -> None:
    table = table_of("HITId,Input.x,Answer.q\n1,u,cat\n")
    assert recognises(table.column_names)
    with pytest.raises(VoteError, match="no column 'WorkerId' for the rater"):
        votes(table, PLAIN)


@pytest.mark.parametrize(
    "names", [["WorkerId", "HITId", "label"], ["worker", "task", "answer"], ["Answer.q", "id"]]
)
def test_other_tables_are_not_batches(names: list[str]) -> None:
    assert not recognises(names)


def test_a_question_for_each_of_several_items_of_a_hit() -> None:
    table = table_of(
        "HITId,WorkerId,AssignmentStatus,Input.url1,Input.url2,Answer.fit1,Answer.fit2\n"
        "H,a,Approved,u,v,yes,no\nH,b,Rejected,u,v,no,no\n"
    )
    with pytest.raises(VoteError, match=r"--answer 'Answer.fit\{\}' takes each number for an item"):
        votes(table, PLAIN)
    found = votes(table, ExportOptions(item="Input.url{}", answer="Answer.fit{}"))
    assert triples(found) == Counter({("u", "a", "yes"): 1, ("v", "a", "no"): 1})
    assert found.left_out == {"rejected": 2}
    assert triples(votes(table, ExportOptions(answer="fit{}"))) == Counter(
        {("H 1", "a", "yes"): 1, ("H 2", "a", "no"): 1}
    )
    with pytest.raises(VoteError, match=r"no question is called 'fot\{\}'"):
        votes(table, ExportOptions(answer="fot{}"))


def test_gold_of_several_items_of_a_hit() -> None:
    table = table_of(
        "HITId,WorkerId,Input.u1,Input.u2,Input.g1,Input.g2,Answer.q1,Answer.q2\n"
        "H,a,x,y,yes,,yes,no\n"
    )
    options = ExportOptions(item="u{}", answer="q{}", truth_column="g{}")
    found = votes(table, options)
    assert known(found) == {"x": "yes"}
    assert found.golden.to_pylist() == [True, False]
