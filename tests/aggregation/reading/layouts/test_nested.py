"""Records that hold their votes: lists of them, by rater, in objects, in files and frames."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from aggregation import VoteError, Votes, VoteStore, read_votes

from ....support.named import named_votes

pandas: Any = importlib.import_module("pandas")
polars: Any = importlib.import_module("polars")

GIVEN = {
    f"i{item}": {f"r{rater}": "yn"[item * rater % 2] for rater in range(4) if rater != item % 5}
    for item in range(12)
}
VOTES = sorted((i, r, a) for i, answers in GIVEN.items() for r, a in answers.items())


def listed(rater: str = "annotator", answer: str = "label", **beside: Any) -> list[dict[str, Any]]:
    """Return the votes on each item as a list of records."""
    return [
        {
            "id": item,
            "text": "the same",
            "label": "y",
            "annotations": [{"id": 7, rater: r, answer: a, **beside} for r, a in answers.items()],
        }
        for item, answers in GIVEN.items()
    ]


def by_item() -> dict[str, Any]:
    return {record["id"]: record["annotations"] for record in listed()}


def by_rater() -> list[dict[str, Any]]:
    return [{"id": item, "annotations": answers} for item, answers in GIVEN.items()]


def records_by_rater() -> list[dict[str, Any]]:
    return [
        {"id": item, "labels": {r: {"label": a, "seconds": 3} for r, a in answers.items()}}
        for item, answers in GIVEN.items()
    ]


def learning_with_disagreements() -> dict[str, Any]:
    return {
        item: {"text": f"text of {item}", "annotations": answers, "annotators": ",".join(answers)}
        for item, answers in GIVEN.items()
    }


def a_record_a_vote() -> list[dict[str, Any]]:
    return [{"id": i, "annotation": {"annotator": r, "label": a}} for i, r, a in VOTES]


def a_record_a_rater() -> list[dict[str, Any]]:
    return [
        {
            "annotator": rater,
            "responses": [{"item": i, "answer": a} for i, r, a in VOTES if r == rater],
        }
        for rater in sorted({r for _, r, _ in VOTES})
    ]


WAYS: list[Callable[[], Any]] = [
    listed,
    by_item,
    by_rater,
    records_by_rater,
    learning_with_disagreements,
    a_record_a_vote,
    a_record_a_rater,
    lambda: {one["annotator"]: one["responses"] for one in a_record_a_rater()},
    lambda: {"data": listed()},
    lambda: {"project": {"name": "animals"}, "examples": listed()},
    lambda: listed("worker_id", "answer", seconds=3),
    lambda: [{"prompt": one["id"], "votes": one["annotations"], "n": 3} for one in listed()],
    lambda: [*listed(), {"id": "without", "annotations": []}, {"id": "none"}],
]


@pytest.mark.parametrize("way", WAYS)
def test_each_record_within_is_a_vote(tmp_path: Path, way: Callable[[], Any]) -> None:
    path = tmp_path / "votes.json"
    path.write_text(json.dumps(way()))
    found = read_votes(path)
    assert sorted(named_votes(found.votes).elements()) == VOTES
    assert any(note.startswith("Took each record in ") for note in found.notes)
    VoteStore.ingest(path, tmp_path / "store")
    store = VoteStore.open(tmp_path / "store").votes()
    assert named_votes(store) == named_votes(found.votes)


def test_lines_parquet_and_frames(tmp_path: Path) -> None:
    lines = tmp_path / "votes.jsonl"
    lines.write_text("\n".join(map(json.dumps, listed())))
    table = tmp_path / "votes.parquet"
    parquet.write_table(pa.Table.from_pylist(listed()), table)
    for found in (
        Votes.read(lines),
        Votes.read(table),
        Votes.from_frame(pandas.DataFrame(listed())),
        Votes.from_frame(polars.DataFrame(listed())),
    ):
        assert sorted(named_votes(found).elements()) == VOTES


def test_names_are_of_what_is_within(tmp_path: Path) -> None:
    path = tmp_path / "votes.json"
    path.write_text(json.dumps(listed("w", "v")))
    with pytest.raises(VoteError, match=r"There are records within 'annotations': .*\(--rater, --"):
        Votes.read(path)
    found = read_votes(path, rater="w", answer="v", truth_column="label", item="id")
    assert sorted(named_votes(found.votes).elements()) == VOTES
    assert found.known is not None
    assert (found.known.truth >= 0).all()
    assert Votes.read(path, rater="annotations.w", answer="annotations.v").n_votes == len(VOTES)
    assert Votes.read(path, rater="w", answer="v", where={"id": "i3"}).n_items == 1


def test_plain_records_keep_their_own_columns() -> None:
    rows = [
        {"item": i, "rater": r, "answer": a, "spans": [{"user": 1, "tag": 2}]} for i, r, a in VOTES
    ]
    assert sorted(named_votes(Votes.from_frame(rows)).elements()) == VOTES


def test_missing_answers_are_at_their_record(tmp_path: Path) -> None:
    path = tmp_path / "votes.json"
    path.write_text(json.dumps([*listed(), {"id": "x", "annotations": [{"annotator": "r1"}]}]))
    with pytest.raises(VoteError, match=r"'annotations.label'\) is missing: .* record 12\."):
        Votes.read(path)


def test_two_fields_of_votes_are_not_chosen_from(tmp_path: Path) -> None:
    path = tmp_path / "votes.json"
    path.write_text(json.dumps([{**one, "reviews": one["annotations"]} for one in listed()]))
    with pytest.raises(VoteError, match="records within 'annotations', 'reviews'"):
        Votes.read(path)


def test_an_items_own_user_is_no_rater(tmp_path: Path) -> None:
    path = tmp_path / "votes.json"
    votes = [{"id": 7, "label": "y"}, {"id": 8, "label": "n"}]
    path.write_text(json.dumps([{"id": n, "user": "uploader", "annotations": votes} for n in "ab"]))
    with pytest.raises(VoteError, match="records within 'annotations'"):
        Votes.read(path)
