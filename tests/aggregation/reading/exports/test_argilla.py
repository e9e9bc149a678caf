"""Records of Argilla, in every layout."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.argilla import recognises, recognises_table, votes, votes_of_table
from aggregation.reading.exports.export import ExportOptions

from .layouts import Triple, read_json, triples

PLAIN = ExportOptions()
WANTED = Counter({("t", "u1", "x"): 1, ("t", "u2", "y"): 1})


def flat(**more: Any) -> dict[str, Any]:
    return {
        "id": "r1",
        "text": "t",
        "status": "completed",
        "q.responses": ["x", "y", "z"],
        "q.responses.users": ["u1", "u2", "u3"],
        "q.responses.status": ["submitted", "submitted", "discarded"],
        "q.suggestion": "z",
        "q.suggestion.agent": "model",
        **more,
    }


def given(user: str, value: Any, status: str = "submitted") -> dict[str, Any]:
    return {"user_id": user, "value": value, "status": status}


GIVEN = [given("u1", "x"), given("u2", "y"), given("u3", "z", "discarded")]
OWN = {"external_id": None, "metadata": "{}"}
COLUMNS = {name: [one[name] for one in GIVEN] for name in ("user_id", "value", "status")}
BY_USER = [
    {"user_id": one["user_id"], "status": one["status"], "values": {"q": {"value": one["value"]}}}
    for one in GIVEN
]


def test_flat_records(exports: Path, base: Counter[Triple]) -> None:
    found = votes(read_json(exports / "argilla.jsonl"), PLAIN)
    assert triples(found) == base
    assert found.left_out == {}


@pytest.mark.parametrize(
    "value",
    [
        [flat()],
        {name: [field] for name, field in flat().items()},
        {"r1": flat()},
        [{"id": "r1", "fields": {"text": "t"}, "responses": {"q": GIVEN}, "suggestions": {}}],
        [{"fields": {"text": "t"}, "responses": BY_USER, "external_id": None}],
        [{"text": "t", "q": GIVEN, "q-suggestion": "z", "external_id": "e", "metadata": {}}],
        [{"text": "t", "q": COLUMNS, "q-suggestion": None, "external_id": "e"}],
    ],
)
def test_every_layout_holds_the_same(value: Any) -> None:
    assert recognises(value)
    found = votes(value, PLAIN)
    assert triples(found) == WANTED
    assert found.left_out == {"discarded": 1}


def test_several_questions_are_named() -> None:
    more = {"r.responses": ["a"], "r.responses.users": ["u1"], "r.responses.status": ["submitted"]}
    with pytest.raises(VoteError, match="2 questions, 'q', 'r'"):
        votes([flat(**more)], PLAIN)
    found = votes([flat(**more)], ExportOptions(answer="r"))
    assert triples(found) == Counter({("t", "u1", "a"): 1})
    assert found.left_out == {"discarded": 1}


def test_drafts_lists_and_ratings() -> None:
    responses = {"q": [given("u1", ["x", "y"]), given("u2", 3), given("u3", "x", "draft")]}
    record = {"id": "r", "fields": {"text": "t"}, "responses": responses}
    with pytest.raises(VoteError, match="several choices, such as 'x', 'y'"):
        votes([record], PLAIN)
    found = votes([record], ExportOptions(multiple="first"))
    assert found.answer.to_pylist() == ["x", "3"]
    assert found.left_out == {"draft": 1}


def test_several_fields_are_called_by_the_record() -> None:
    assert votes([flat(prompt="p")], PLAIN).item.to_pylist() == ["r1", "r1"]
    assert votes([flat(prompt="p")], ExportOptions(item="prompt")).item.to_pylist() == ["p", "p"]


def test_records_nobody_answered() -> None:
    empty = {"id": "r0", "text": "s", "q.responses": None, "q.responses.users": None}
    assert triples(votes([{**empty, "q.responses.status": None}, flat()], PLAIN)) == WANTED


def test_records_in_a_table() -> None:
    for value in ([flat()], [{"text": "t", "q": GIVEN, "q-suggestion": "z", **OWN}]):
        table = pa.Table.from_pylist(value)
        assert recognises_table(table.column_names)
        assert triples(votes_of_table(table, PLAIN)) == WANTED
    assert not recognises_table(["text", "label", "metadata"])


def test_one_annotation_a_record_as_before_version_1_8() -> None:
    one = {"inputs": {"text": "t"}, "annotation": "x", "annotation_agent": "u1", "id": "r1"}
    rows = [{**one, "status": "Validated"}, {**one, "annotation": "y", "status": "Discarded"}]
    assert recognises(rows)
    found = votes(rows, PLAIN)
    assert triples(found) == Counter({("t", "u1", "x"): 1})
    assert found.left_out == {"discarded": 1}


def test_a_record_that_is_built_otherwise_is_an_error() -> None:
    record = {"id": "r", "fields": {"text": "t"}, "responses": {"q": ["x"]}}
    with pytest.raises(VoteError, match="a record is not built as such an export's are"):
        votes([record], PLAIN)


def test_other_records_are_not_of_argilla() -> None:
    assert not recognises([{"task": "a", "worker": "b", "label": "c"}])
    assert not recognises([{"id": 1, "text": "t", "label": ["x"]}])
