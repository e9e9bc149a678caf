"""`reassess score VOTES --fit DIR`: what the function scores, from the folder, to the bit."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from pyarrow import parquet

from aggregation import METHODS, Votes, VoteStore, score_votes

from ...support.commands import Command, refused
from ...support.new_votes import drawn_rows
from ...support.stores import write_rows

OLD, NEW = drawn_rows(), drawn_rows("gcba", n_items=40, seed=1)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return write_rows(tmp_path / "old.csv", OLD), write_rows(tmp_path / "new.csv", NEW)


@pytest.mark.parametrize("method", ["ibcc", "dawid-skene"])
def test_writes_the_scores_of_the_function(
    method: str, reassess: Command, files: tuple[Path, Path], tmp_path: Path
) -> None:
    old, new = files
    fitted, out = tmp_path / "fitted", tmp_path / "scored"
    assert reassess("fit", old, "--method", method, "-o", fitted).status == 0
    ended = reassess("score", new, "--fit", fitted, "-o", out)
    assert (ended.status, ended.out) == (0, "")
    assert f"Scored with {method} from {fitted}: 3 of 4 raters are known; 1 takes" in ended.err
    scores = score_votes(Votes.read(new), METHODS[method](Votes.read(old)))
    written = parquet.read_table(out / "posteriors.parquet")
    assert written["posterior_dog"].to_pylist() == scores.posterior[:, 1].tolist()
    numbers = json.loads((out / "score.json").read_text())
    assert (numbers["n_votes"], numbers["n_unknown_raters"]) == (len(NEW), 1)
    assert set(numbers["files"]) == {"labels.csv", "raters.csv", "posteriors.parquet"}
    printed = reassess("score", new, "--fit", fitted, "--quiet").out
    assert printed == (out / "labels.csv").read_text() == scores.labels().to_csv()


def test_scores_a_store(reassess: Command, files: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = files
    fitted, out = tmp_path / "fitted", tmp_path / "scored"
    store = VoteStore.ingest(new, tmp_path / "store", partitions=3)
    assert reassess("fit", old, "-o", fitted).status == 0
    assert (
        reassess("score", store.folder, "--fit", fitted, "-o", out, "--format", "csv").status == 0
    )
    assert (
        reassess("score", new, "--fit", fitted, "-o", tmp_path / "b", "--format", "csv").status == 0
    )
    printed = reassess("score", store.folder, "--fit", fitted, "--quiet").out
    assert printed == (out / "labels.csv").read_text()
    for name in ("labels.csv", "posteriors.csv"):
        found, wanted = (
            (folder / name).read_text().splitlines() for folder in (out, tmp_path / "b")
        )
        assert sorted(found) == sorted(wanted)
    items = [row[0] for row in csv.reader(io.StringIO(printed))][1:]
    assert items == list(store.votes().item_names)
    refused(
        reassess("score", store.folder, "--fit", fitted, "--item", "x"), "is a store, whose votes"
    )


def test_says_what_is_impossible(reassess: Command, tmp_path: Path) -> None:
    rows = [(f"i{k}", rater, "no" if k % 2 else "yes") for k in range(20) for rater in "ab"]
    old = write_rows(tmp_path / "old.csv", rows)
    new = write_rows(tmp_path / "new.csv", [("x", "a", "no"), ("x", "b", "yes")])
    assert reassess("fit", old, "--method", "dawid-skene", "-o", tmp_path / "fitted").status == 0
    ended = reassess("score", new, "--fit", tmp_path / "fitted", "-o", tmp_path / "scored")
    assert "warning: 1 item has votes that the earlier fit rules out" in ended.err
    assert json.loads((tmp_path / "scored" / "score.json").read_text())["n_impossible"] == 1


def test_refuses_in_one_line(reassess: Command, files: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = files
    fitted = tmp_path / "fitted"
    assert reassess("fit", old, "-o", fitted).status == 0
    refused(
        reassess("score", new, "--fit", fitted, "--unknown-raters", "error"),
        "1 of 4 raters are not in the fit ('g')",
    )
    refused(reassess("score", new, "--fit", tmp_path), "holds no fit, for there is no fit.json")
    refused(reassess("score", new, "--fit", fitted, "--truth", old), "give --truth to reassess fit")
    strange = write_rows(tmp_path / "strange.csv", [*NEW, ("z", "a", "fox")])
    refused(reassess("score", strange, "--fit", fitted), "1 vote is for answers that are not in")
