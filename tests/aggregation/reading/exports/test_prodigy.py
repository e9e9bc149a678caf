"""Annotated tasks of Prodigy."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.export import FILE, ExportOptions
from aggregation.reading.exports.prodigy import recognises, votes

from .layouts import Triple, known, read_json, renamed, triples

PLAIN = ExportOptions()


def task(text: str, *accept: Any, answer: str = "accept", **more: Any) -> dict[str, Any]:
    return {
        "text": text,
        "_input_hash": hash(text) % 1000,
        "_task_hash": 1,
        "accept": list(accept),
        "answer": answer,
        "_annotator_id": "d-ann",
        **more,
    }


def test_ignored_tasks_are_left_out(exports: Path, base: Counter[Triple]) -> None:
    tasks = read_json(exports / "prodigy.jsonl")
    ignored = Counter(
        (one["image"], one["_annotator_id"], one["accept"][0])
        for one in tasks
        if one["answer"] == "ignore"
    )
    found = votes(tasks, PLAIN)
    assert triples(found) == renamed(base, rater=lambda rater: f"ds-{rater}") - ignored
    assert found.left_out == {"ignored": 8}


def test_rejected_choices_and_empty_ones() -> None:
    tasks = [task("a", "x"), task("b", "y", answer="reject"), task("c")]
    found = votes(tasks, PLAIN)
    assert triples(found) == Counter({("a", "d-ann", "x"): 1})
    assert found.left_out == {"rejected": 1, "unanswered": 1}
    kept = votes(tasks, ExportOptions(keep_rejected=True))
    assert kept.answer.to_pylist() == ["x", "y"]


def test_choices_may_be_numbers_and_several() -> None:
    tasks = [task("a", 1), task("b", 1, 2)]
    with pytest.raises(VoteError, match="several choices, such as '1', '2'"):
        votes(tasks, PLAIN)
    assert votes(tasks, ExportOptions(multiple="split")).answer.to_pylist() == ["1", "1", "2"]


def binary(text: str, label: str, answer: str) -> dict[str, Any]:
    one = task(text, label=label, answer=answer)
    del one["accept"]
    return one


def test_yes_or_no_to_a_label() -> None:
    tasks = [binary("a", "GOOD", "accept"), binary("b", "GOOD", "reject")]
    found = votes([*tasks, binary("c", "GOOD", "ignore")], PLAIN)
    assert found.answer.to_pylist() == ["accept", "reject"]
    assert found.left_out == {"ignored": 1}
    with pytest.raises(VoteError, match="2 questions, 'GOOD', 'BAD'"):
        votes([*tasks, binary("a", "BAD", "accept")], PLAIN)
    one = votes([*tasks, binary("a", "BAD", "accept")], ExportOptions(answer="BAD"))
    assert triples(one) == Counter({("a", "d-ann", "accept"): 1})
    assert one.left_out == {}


def test_sessions_files_and_nobody() -> None:
    session = task("a", "x", _annotator_id=None, _session_id="d-bob")
    assert votes([session], PLAIN).rater.to_pylist() == ["d-bob"]
    nobody = task("a", "x", _annotator_id=None)
    assert votes([{**nobody, FILE: "eve"}], PLAIN).rater.to_pylist() == ["eve"]
    with pytest.raises(VoteError, match="no answer says whose it is"):
        votes([nobody], PLAIN)


def test_an_image_within_the_task_is_called_by_its_path_or_its_hash() -> None:
    image = {**task("", "x", image="data:image/png;base64,AAAA"), "_input_hash": -7}
    del image["text"]
    assert votes([image], PLAIN).item.to_pylist() == ["-7"]
    assert votes([{**image, "path": "a.png"}], PLAIN).item.to_pylist() == ["a.png"]
    named = {**image, "meta": {"name": "first"}}
    assert votes([named], ExportOptions(item="name")).item.to_pylist() == ["first"]


def test_reviewed_tasks_hold_all_versions_and_the_truth() -> None:
    versions = [
        {"text": "a", "accept": ["x"], "answer": "accept", "sessions": ["d-ann", "d-bob"]},
        {"text": "a", "accept": ["y"], "answer": "accept", "sessions": ["d-eve"]},
    ]
    found = votes([task("a", "x", versions=versions, _view_id="review")], PLAIN)
    assert triples(found) == Counter(
        {("a", "d-ann", "x"): 1, ("a", "d-bob", "x"): 1, ("a", "d-eve", "y"): 1}
    )
    assert known(found) == {"a": "x"}
    undecided = task("a", "x", versions=versions, answer="ignore")
    assert votes([undecided], PLAIN).known is None


def test_other_records_are_not_tasks() -> None:
    assert not recognises([{"task": "a", "worker": "b", "answer": "c"}])
    assert not recognises([{"_input_hash": 1, "text": "a"}])
