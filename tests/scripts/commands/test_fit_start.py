"""`reassess fit VOTES --start DIR`: from an earlier fit, by names, and it says what is matched."""

from __future__ import annotations

import json
from pathlib import Path

from aggregation import VoteStore

from ...support.commands import Command, refused
from ...support.new_votes import drawn_rows
from ...support.stores import write_rows

OLD = drawn_rows(n_items=400)
# On further items, by a rater who is known and one who is new.
LATER = [(f"new {item}", rater, answer) for item, rater, answer in drawn_rows("bg", n_items=9)]


def test_starts_from_a_folder(reassess: Command, tmp_path: Path) -> None:
    old = write_rows(tmp_path / "old.csv", OLD)
    new = write_rows(tmp_path / "new.csv", [*OLD, *LATER])
    for options in ([], ["--pseudo-count", "0.1"]):
        first, scratch, warm = (tmp_path / "".join([k, *options]) for k in "abc")
        assert reassess("fit", old, "-o", first, *options).status == 0
        assert reassess("fit", new, "-o", scratch, *options).status == 0
        ended = reassess("fit", new, "-o", warm, "--start", first, *options)
        assert ended.status == 0
        said = f"Start: 6 of 7 raters and 3 of 3 answers from {first}; the new rater starts as"
        assert said in ended.err
        one, other = (json.loads((path / "fit.json").read_text()) for path in (scratch, warm))
        assert other["n_steps"] < one["n_steps"]
        assert abs(one["objective"] - other["objective"]) < 1e-4
        assert other["options"]["start"] == str(first)
        assert "start" not in one["options"]


def test_a_store_starts_from_a_folder(reassess: Command, tmp_path: Path) -> None:
    old = write_rows(tmp_path / "old.csv", OLD)
    new = write_rows(tmp_path / "new.csv", [*OLD, *LATER])
    stores = [VoteStore.ingest(path, tmp_path / path.stem, partitions=2) for path in (old, new)]
    smooth = ("--pseudo-count", "0.1")
    assert reassess("fit", stores[0].folder, "-o", tmp_path / "fitted", *smooth).status == 0
    ended = reassess("fit", stores[1].folder, "--start", tmp_path / "fitted", "--json", *smooth)
    assert ended.status == 0
    assert "Start: 6 of 7 raters and 3 of 3 answers" in ended.err
    scratch = reassess("fit", stores[1].folder, "--json", *smooth)
    assert json.loads(ended.out)["n_steps"] < json.loads(scratch.out)["n_steps"]


def test_known_items_have_their_classes_in_any_order(reassess: Command, tmp_path: Path) -> None:
    votes = write_rows(tmp_path / "votes.csv", OLD)
    truth = [(f"item {n}", "wild" if n % 2 else "tame") for n in range(10)]
    known = write_rows(tmp_path / "known.csv", truth, "item,class")
    options = ("--truth", known, "--method", "dawid-skene", "--classes", "2")
    assert reassess("fit", votes, "-o", tmp_path / "a", *options).status == 0
    again = reassess("fit", votes, "-o", tmp_path / "b", "--start", tmp_path / "a", *options)
    assert again.status == 0
    one, other = (json.loads((tmp_path / k / "fit.json").read_text()) for k in "ab")
    assert list(other["class_prior"]) == ["tame", "wild"]
    assert other["n_steps"] < one["n_steps"]
    write_rows(
        known, [(item, "feral" if cls == "tame" else cls) for item, cls in truth], "item,class"
    )
    refused(
        reassess("fit", votes, "--start", tmp_path / "a", *options),
        "the earlier fit has the classes 'tame', 'wild', the known items 'feral', 'wild'",
    )


def test_refuses_in_one_line(reassess: Command, tmp_path: Path) -> None:
    votes = write_rows(tmp_path / "votes.csv", OLD)
    refused(reassess("fit", votes, "--start", tmp_path), "holds no fit, for there is no fit.json")
    for method in ("mace", "ebcc"):
        refused(
            reassess("fit", votes, "--start", tmp_path, "--method", method),
            f"--method {method} takes no --start",
        )
