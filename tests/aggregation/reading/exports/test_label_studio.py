"""Tasks of Label Studio with their annotations."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.exports.label_studio import recognises, votes
from aggregation.reading.exports.label_studio_min import votes_of_records

from .layouts import Triple, known, rater_number, read_json, renamed, triples

PLAIN = ExportOptions()


def result(*choices: Any, name: str = "q", kind: str = "choices") -> dict[str, Any]:
    return {"from_name": name, "to_name": "t", "type": kind, "value": {kind: list(choices)}}


def note(rater: Any, *results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"completed_by": rater, "result": list(results), "was_cancelled": False, **more}


def task(number: int, *notes: dict[str, Any], **data: Any) -> dict[str, Any]:
    return {"id": number, "data": data or {"text": f"t{number}"}, "annotations": list(notes)}


def test_users_in_both_ways_and_a_cancelled_annotation(
    exports: Path, base: Counter[Triple]
) -> None:
    found = votes(read_json(exports / "labelstudio.json"), PLAIN)
    assert triples(found) == renamed(base, rater=lambda rater: str(rater_number(rater) + 1))
    assert found.left_out == {"cancelled": 1}
    assert found.known is None


@pytest.mark.parametrize(
    ("user", "rater"),
    [
        (7, "7"),
        (0, "0"),
        ({"id": 7, "email": "a@b.org"}, "7"),
        ({"email": "a@b.org", "first_name": "A"}, "a@b.org"),
        ("a@b.org", "a@b.org"),
    ],
)
def test_users_come_in_many_ways(user: Any, rater: str) -> None:
    assert votes([task(1, note(user, result("x")))], PLAIN).rater.to_pylist() == [rater]


def test_an_address_is_the_user_whose_id_is_known() -> None:
    tasks = [task(1, note({"id": 7, "email": "a@b.org"}, result("x")), note(8, result("x")))]
    tasks += [task(2, note("a@b.org", result("y")))]
    assert votes(tasks, PLAIN).rater.to_pylist() == ["7", "8", "7"]


def test_no_user_at_all_is_an_error() -> None:
    with pytest.raises(VoteError, match="no answer says whose it is"):
        votes([task(1, note(None, result("x")))], PLAIN)


def test_several_questions_are_named() -> None:
    tasks = [task(1, note(1, result("x"), result("y", name="r")), note(2, result("x")))]
    with pytest.raises(VoteError, match="2 questions, 'q', 'r'"):
        votes(tasks, PLAIN)
    found = votes(tasks, ExportOptions(answer="r"))
    assert triples(found) == Counter({("t1", "1", "y"): 1})
    assert found.left_out == {"unanswered": 1}


def test_several_choices_in_one_result_or_in_several() -> None:
    tasks = [task(1, note(1, result("x", "y")), note(2, result("x"), result("z")))]
    with pytest.raises(VoteError, match="2 answers are of several choices, such as 'x', 'y'"):
        votes(tasks, PLAIN)
    assert votes(tasks, ExportOptions(multiple="first")).answer.to_pylist() == ["x", "x"]
    split = votes(tasks, ExportOptions(multiple="split"))
    assert split.answer.to_pylist() == ["x", "y", "x", "z"]
    assert split.rater.to_pylist() == ["1", "1", "2", "2"]


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ({"rating": 4}, "4"),
        ({"number": 0}, "0"),
        ({"selected": "left"}, "left"),
        ({"taxonomy": [["animal", "cat"]]}, "animal/cat"),
        ({"choices": ["x"], "start": 0, "end": 3}, "x"),
    ],
)
def test_other_controls_have_choices_too(value: Any, answer: str) -> None:
    tasks = [task(1, note(1, {"from_name": "q", "type": "any", "value": value}))]
    assert votes(tasks, PLAIN).answer.to_pylist() == [answer]


def test_regions_have_a_place_and_no_choice() -> None:
    box = {"from_name": "box", "type": "rectanglelabels", "value": {"rectanglelabels": ["car"]}}
    with pytest.raises(VoteError, match="no question has a choice"):
        votes([task(1, note(1, box))], PLAIN)
    assert votes([task(1, note(1, box, result("x")))], PLAIN).answer.to_pylist() == ["x"]


def test_drafts_and_predictions_are_no_votes() -> None:
    one = task(1, note(1, result("x")), note(2))
    one["drafts"] = [{"result": [result("y")]}, 5]
    one["predictions"] = [{"result": [result("z")]}, {"result": []}]
    found = votes([one], PLAIN)
    assert triples(found) == Counter({("t1", "1", "x"): 1})
    assert found.left_out == {"draft": 1, "prediction": 2, "unanswered": 1}


def test_ground_truth_is_known_and_a_vote() -> None:
    tasks = [task(1, note(1, result("x"), ground_truth=True), note(2, result("y")))]
    found = votes([*tasks, task(2, note(1, result("y")))], PLAIN)
    assert known(found) == {"t1": "x"}
    assert found.golden.to_pylist() == [True, False, False]
    assert len(found.answer) == 3
    assert votes(tasks, ExportOptions(truth_column="NONE")).known is None


def test_a_field_of_the_data_may_be_gold() -> None:
    tasks = [
        task(1, note(1, result("x")), text="a", gold="x"),
        task(2, note(1, result("x")), text="b"),
    ]
    found = votes(tasks, ExportOptions(truth_column="gold", item="text"))
    assert known(found) == {"a": "x"}
    with pytest.raises(VoteError, match=r"no field is called 'glod', for the truth.*'gold'"):
        votes(tasks, ExportOptions(truth_column="glod"))


def test_items_are_called_by_what_was_shown_while_that_is_a_name() -> None:
    def items(*tasks: dict[str, Any], said: str | None = None) -> list[str]:
        found: list[str] = votes(list(tasks), ExportOptions(item=said)).item.to_pylist()
        return found

    one, two = note(1, result("x")), note(2, result("x"))
    assert items(task(1, one), task(2, two)) == ["t1", "t2"]
    assert items(task(1, one, a="x", b="y"), task(2, two, a="x", b="z")) == ["1", "2"]
    assert items(task(1, one, a="x", b="y"), said="b") == ["y"]
    assert items(task(1, one), said="id") == ["1"]
    # Two projects showed the same: the ids differ.
    assert items(task(1, one, text="a"), task(2, two, text="a")) == ["a", "a"]
    long = "word " * 100
    assert items(task(1, one, text=long), task(2, one, text=long + "end")) == ["1", "2"]
    assert items(task(1, one, text=long), task(2, two, text=long)) == [long, long]


def test_json_min_is_of_label_studio_too(exports: Path) -> None:
    records = read_json(exports / "labelstudio_min.json")
    assert recognises(records)
    assert triples(votes(records, PLAIN)) == triples(votes_of_records(records, PLAIN))


def test_completions_of_old() -> None:
    old = {
        "id": 1,
        "data": {"text": "t"},
        "completions": [note(3, result("x")), note(4, skipped=True)],
    }
    assert recognises([old])
    found = votes(old, PLAIN)
    assert triples(found) == Counter({("t", "3", "x"): 1})
    assert found.left_out == {"cancelled": 1}


@pytest.mark.parametrize(
    "value",
    [
        [{"task": "a", "worker": "b", "label": "c"}],
        [],
        {},
        3,
        [1, 2],
        [{"data": "x", "annotations": []}],
    ],
)
def test_other_values_are_not_tasks(value: Any) -> None:
    assert not recognises(value)


def test_ids_of_joined_projects_are_said() -> None:
    """The first task of each project is task 1."""
    one = [task(1, note(1, result("a")), text="x", source="s"), task(2, note(1, result("b")), t=1)]
    same = [task(1, note(2, result("a")), text="x", source="s")]
    other = [task(1, note(2, result("a")), text="y", source="s")]
    said = "of which 1 come with different contents, such as '1': where exports of several"
    assert not any(said in text for text in votes(one + same, PLAIN).notes)
    assert any(said in text for text in votes(one + other, PLAIN).notes)
    named = votes([*one[:1], *other], ExportOptions(item="text"))
    assert not any(said in text for text in named.notes)
