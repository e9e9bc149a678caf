"""answers.json of peerannot."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.exports.peerannot import recognises, votes

from .layouts import Triple, rater_number, read_json, renamed, triples

PLAIN = ExportOptions()


def test_answers_by_worker_by_task(exports: Path, base: Counter[Triple]) -> None:
    found = votes(read_json(exports / "peerannot_answers.json"), PLAIN)
    items = sorted({item for item, _, _ in base})
    assert triples(found) == renamed(
        base,
        item=lambda item: str(items.index(item)),
        rater=lambda rater: str(rater_number(rater)),
        answer=lambda answer: str(("cat", "dog").index(answer)),
    )


@pytest.mark.parametrize(
    "value",
    [
        {"0": {"0": 1, "1": 0}, "1": {"0": 1, "1": 1}},  # every worker answered every task
        {"0": {"1": 1}, "1": {}, "2": {"0": 2}},
        {"a.png": {"ann": "cat"}, "b.png": {"bob": "dog", "ann": "cat"}},
    ],
)
def test_answers_are_recognised(value: Any) -> None:
    assert recognises(value)


@pytest.mark.parametrize(
    "value",
    [
        {"task": {"0": "a", "1": "b"}, "worker": {"0": "c", "1": "d"}},  # a frame, by columns
        {"photo": {"0": "a", "1": "b"}, "verdict": {"0": "c", "1": "d"}},
        {"0": {"task": "a", "worker": "b", "label": "c"}},  # a frame, by rows
        {"x.png": {"cat": 0.9, "dog": 0.1}},
        {"x": {}},
        {},
        [{"a": {"b": 1}}],
        {"a": 1},
    ],
)
def test_other_values_are_not_answers(value: Any) -> None:
    assert not recognises(value)


def test_another_value_is_refused_by_name() -> None:
    with pytest.raises(VoteError, match=r"should be {task: {worker: answer}}"):
        votes([1], PLAIN)
