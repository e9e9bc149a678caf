"""Files as users have them, each with its right outcome."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aggregation import VoteError, Votes, read_known_items, read_votes
from tests.conftest import folder_or_skip

pytestmark = pytest.mark.filterwarnings("ignore::aggregation.VoteWarning")


@pytest.fixture(scope="session")
def cases() -> Path:
    """Find the folder of cases, or skip: its tests read REASSESS_CASES."""
    return folder_or_skip("REASSESS_CASES", "the cases of votes as people have them")


@pytest.mark.parametrize(
    ("name", "options", "n_votes", "notes"),
    [
        ("mturk.csv", {}, 171, ["Left out 9 votes: rejected."]),
        ("mturk.csv", {"keep_rejected": True}, 180, []),
        ("mturk_unreviewed.csv", {}, 180, []),
        ("mturk_crowd.csv", {}, 180, []),
        ("toloka.tsv", {}, 180, ["The file has the classes of 20 items"]),
        ("toloka.tsv", {"without_golden": True}, 160, ["Left out 20 votes: golden"]),
        ("appen_full.csv", {}, 174, ["Left out 6 votes: tainted."]),
        ("labelstudio.json", {}, 180, ["Left out 1 vote: cancelled."]),
        ("labelstudio_min.json", {}, 180, []),
        ("labelstudio.csv", {}, 180, []),
        ("prodigy.jsonl", {}, 172, ["Left out 8 votes: ignored."]),
        ("doccano_*.jsonl", {}, 180, []),
        ("argilla.jsonl", {}, 180, []),
        ("labelbox.ndjson", {}, 180, []),
        ("hf_lists.parquet", {}, 180, []),
        ("wide.csv", {"wide": True}, 180, []),
        ("paired_columns.csv", {"rater": "annotator_{}", "answer": "label_{}"}, 180, []),
        ("peerannot_answers.json", {}, 180, []),
        ("base.json", {}, 180, []),
        ("plain.json", {}, 180, []),
        ("plain.jsonl", {}, 180, []),
        ("perf.csv", {}, 180, ["Took 'task' for the item, 'performer' for the rater"]),
        ("snake.csv", {}, 180, ["'worker_id' for the rater"]),
        ("semicolon.csv", {}, 180, []),
        ("utf16.tsv", {}, 180, []),
        ("nohead.csv", {"header": False}, 180, []),
    ],
)
def test_exports(cases: Path, name: str, options: Any, n_votes: int, notes: list[str]) -> None:
    found = read_votes(cases / "exports" / name, **options)
    assert (found.votes.n_votes, found.votes.n_raters, found.votes.n_answers) == (n_votes, 4, 2)
    assert found.votes.n_items == 60
    for note in notes:
        assert any(note in said for said in found.notes), found.notes


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("counts_only.csv", "without raters there is nothing to weigh"),
        ("wide.csv", "the table looks wide, with a column for each rater"),
        ("nohead.csv", r"--no-header and its columns are item, rater, answer in this order"),
        ("paired_columns.csv", r"--rater 'annotator_\{\}'"),
    ],
)
def test_exports_that_are_refused(cases: Path, name: str, message: str) -> None:
    with pytest.raises(VoteError, match=message):
        Votes.read(cases / "exports" / name)


@pytest.mark.parametrize(
    ("name", "options", "n_votes", "n_answers", "said"),
    [
        ("r_na.csv", {"missing": ["NA"]}, 4, None, "Left out 2 votes: without an answer."),
        ("r_na.csv", {}, 6, None, "NA is taken for an answer"),
        ("negzero.parquet", {}, 4, 2, None),
        ("dups.csv", {}, 24, 2, "12 rows repeat a (rater, item) pair"),
        ("dups.csv", {"duplicates": "last"}, 12, 2, None),
        ("booltext.csv", {}, 4, 4, "'True' and 'true'"),
        ("booltext.csv", {"normalise": True}, 4, 2, None),
        ("whitespace_answer.csv", {}, 14, None, "differ in case, blanks"),
        ("nfc_nfd.csv", {}, 4, 2, "unicode form"),
        ("quote_start4.tsv", {}, 4, 2, None),
        ("polars138.parquet", {}, 4, 2, None),
        ("latin1_header.csv", {"encoding": "latin-1"}, 6, 2, None),
        ("empty_answer.csv", {"missing": [""]}, 13, None, "Left out 1 vote"),
        ("comma.tsv", {}, 12, 2, None),
        ("tab.csv", {}, 12, 2, None),
        ("pipe.csv", {}, 12, 2, None),
        ("sep_hint.csv", {}, 4, None, None),
        ("comma_answer.csv", {"answer_names": ["yes, sure", "no"]}, 4, 2, None),
        ("hdr_space2.csv", {"answer": "verdict"}, 4, 2, None),
        ("two_item_columns.csv", {"item": ["doc", "system"]}, 180, 2, None),
        ("two_item_columns.csv", {"item": "doc"}, 180, 2, "180 rows are only 59 (item, rater)"),
        ("null_word.csv", {}, 180, 3, "NULL is taken for an answer, and given 10 times"),
        ("null_word.csv", {"missing": ["NULL"]}, 170, 2, "Left out 10 votes"),
        (
            "task_is_a_kind.csv",
            {"rater": "worker", "answer": "label"},
            180,
            2,
            "2 items have up to 90 votes each",
        ),
        ("task_is_a_kind.csv", {"rater": "worker", "item": "unit"}, 180, 2, "'label'"),
    ],
)
def test_votes(
    cases: Path, name: str, options: Any, n_votes: int, n_answers: int | None, said: str | None
) -> None:
    found = read_votes(cases / "votes" / name, **options)
    assert found.votes.n_votes == n_votes
    assert n_answers in (None, found.votes.n_answers)
    lines = (*found.notes, *found.doubts)
    assert said is None or any(said in line for line in lines), lines


def test_folders_of_two_raters(cases: Path) -> None:
    assert Votes.read(cases / "votes" / "duckdir2").rater_names == ("007", "7")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("latin1_header.csv", "line 1 is not in UTF-8 .* --encoding cp1252 .* latin-1"),
        ("empty_answer.csv", r"1 vote has none: line 14\. --missing ''"),
    ],
)
def test_votes_that_are_refused(cases: Path, name: str, message: str) -> None:
    with pytest.raises(VoteError, match=message):
        Votes.read(cases / "votes" / name)


@pytest.mark.parametrize(("name", "near"), [("t_space.csv", "'dog '"), ("t_case.csv", "'Dog'")])
def test_classes_that_are_no_answers(cases: Path, name: str, near: str) -> None:
    votes = Votes.read(cases / "votes" / "plain.csv")
    with pytest.raises(VoteError, match=f"class {near} is no answer .*: did you mean 'dog'"):
        read_known_items(cases / "votes" / name, votes=votes)
    known = read_known_items(cases / "votes" / name, votes=votes, normalise=True)
    assert known.class_names == ("cat", "dog")


def test_a_column_of_gold_is_found(cases: Path) -> None:
    votes = Votes.read(cases / "votes" / "plain.csv")
    for cls in (None, "gold_label"):
        known = read_known_items(cases / "votes" / "t_gold.csv", votes=votes, cls=cls)
        assert (known.truth >= 0).sum() == 2


def test_all_exports_have_the_votes_behind_them(cases: Path) -> None:
    base = json.loads((cases / "exports" / "base.json").read_text())
    expected = {(item, rater): answer for item, rater, answer in base}
    reads: list[Callable[[], Votes]] = [
        lambda: Votes.read(cases / "exports" / "snake.csv"),
        lambda: Votes.read(cases / "exports" / "wide.csv", wide=True),
        lambda: Votes.read(cases / "exports" / "mturk_crowd.csv"),
    ]
    for read in reads:
        votes = read()
        named = zip(votes.items, votes.raters, votes.answers, strict=True)
        found = {
            (votes.item_names[i], votes.rater_names[r]): votes.answer_names[a] for i, r, a in named
        }
        assert found == expected
