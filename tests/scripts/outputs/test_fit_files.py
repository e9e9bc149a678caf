"""What `reassess fit` prints and writes beside the fit itself."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from aggregation import Votes, fit_ibcc
from analysis.tables import without_nan

from ...support.commands import Command

# Of photo 4 most raters say cat; photo 5 is a tie.
ROWS = """photo 3,ann,dog
photo 3,bob,dog
photo 3,dan,cat
photo 1,ann,cat
photo 1,bob,cat
photo 1,cem,cat
photo 2,ann,dog
photo 2,bob,dog
photo 2,cem,cat
photo 10,bob,dog
photo 10,ann,dog
photo 4,bob,dog
photo 4,cem,cat
photo 4,dan,cat
photo 5,bob,dog
photo 5,dan,cat
"""
ITEMS = ["photo 3", "photo 1", "photo 2", "photo 10", "photo 4", "photo 5"]


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    """A small file of votes in the current folder."""
    Path("v.csv").write_text("item,rater,answer\n" + ROWS)
    return Path("v.csv")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_labels_are_piped_as_csv(reassess: Command, votes: Path) -> None:
    ended = reassess("fit", votes)
    assert ended.status == 0
    assert ended.out == fit_ibcc(Votes.read(votes)).labels().to_csv()
    rows = rows_of(ended.out)
    assert [row["item"] for row in rows] == ITEMS
    assert [row["label"] for row in rows] == ["dog", "cat", "dog", "dog", "dog", "dog"]
    assert [row["majority"] for row in rows] == ["dog", "cat", "dog", "dog", "cat", ""]
    assert "differ from the majority of votes on 1 of 5 items (20.0 %), 1 tie apart" in ended.err
    assert [path.name for path in Path().iterdir()] == ["v.csv"]


def test_a_table_on_a_terminal(
    reassess: Command, votes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = "".join(f"more {n},ann,dog\n" for n in range(30))
    votes.write_text(votes.read_text() + more)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    lines = reassess("fit", votes).out.splitlines()
    assert lines[0].split() == [
        "item",
        "label",
        "confidence",
        "votes",
        "agreement",
        "entropy",
        "majority",
    ]
    assert lines[1].startswith("photo 3")
    assert lines[-1] == "... and 16 more rows"
    assert len(lines) == 22


def test_tables_in_a_folder(reassess: Command, votes: Path) -> None:
    method = ["--method", "dawid-skene"]
    ended = reassess("fit", votes, *method, "-o", "out")
    assert ended.out == ""
    assert Path("out/labels.csv").read_text() == reassess("fit", votes, *method).out
    raters = {row["rater"]: row for row in rows_of(Path("out/raters.csv").read_text())}
    assert list(raters) == ["ann", "bob", "cem", "dan"]
    assert float(raters["ann"]["accuracy"]) == pytest.approx(1, abs=1e-3)
    assert raters["cem"]["main_confusion"] == "dog as cat"
    assert float(raters["cem"]["confusion_rate"]) == pytest.approx(1, abs=1e-3)
    next_votes = rows_of(Path("out/next_votes.csv").read_text())
    assert sorted(row["item"] for row in next_votes) == sorted(ITEMS)
    gains = [float(row["gain"]) for row in next_votes]
    assert gains == sorted(gains, reverse=True)


def test_json_instead_of_labels(reassess: Command, votes: Path) -> None:
    ended = reassess("fit", votes, "--json", "-o", "out")
    assert ended.out == Path("out/fit.json").read_text()
    assert json.loads(ended.out)["n_votes"] == 16


def test_quiet_but_for_warnings(reassess: Command, votes: Path) -> None:
    assert reassess("fit", votes, "--quiet", "-o", "out").err == ""
    (line,) = reassess("fit", votes, "--quiet", "--max-steps", "1").err.splitlines()
    assert line.startswith("warning: not converged after 1 step")
    assert "16 votes of 4 raters" in reassess("fit", votes).err  # the next one speaks again


def test_other_classes_than_answers(reassess: Command, votes: Path) -> None:
    ended = reassess("fit", votes, "--answers", "cat,maybe,dog", "--classes", "2", "-o", "out")
    assert ended.status == 0
    assert "differ from the majority" not in ended.err
    assert {row["label"] for row in rows_of(Path("out/labels.csv").read_text())} <= {"0", "1"}
    assert rows_of(Path("out/raters.csv").read_text())[0]["accuracy"] == ""


def test_one_class(reassess: Command, votes: Path) -> None:
    assert reassess("fit", votes, "--classes", "1", "-o", "out").status == 0
    gains = [float(row["gain"]) for row in rows_of(Path("out/next_votes.csv").read_text())]
    assert len(gains) == 6
    assert max(gains) < 1e-12


def test_named_classes(reassess: Command, votes: Path) -> None:
    Path("truth.csv").write_text("item,class\nphoto 1,cat\nphoto 5,cat\nphoto 3,dog\n")
    ended = reassess("fit", votes, "--truth", "truth.csv")
    labels = {row["item"]: row for row in rows_of(ended.out)}
    assert (labels["photo 5"]["label"], labels["photo 5"]["confidence"]) == ("cat", "1.0")
    assert "3 items were known and kept their class" in ended.err


def test_what_json_has_no_number_for() -> None:
    found = without_nan({"a": [1.5, float("nan")], "b": (float("-inf"), True, "x", None)})
    assert found == {"a": [1.5, None], "b": [None, True, "x", None]}


def test_raters_of_own_votes_have_next_votes(reassess: Command, votes: Path) -> None:
    assert reassess("raters", "--votes", votes, "-o", "found").status == 0
    rows = rows_of(Path("found/next_votes.csv").read_text())
    assert sorted(row["item"] for row in rows) == sorted(ITEMS)
