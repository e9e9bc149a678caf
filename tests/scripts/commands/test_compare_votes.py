"""`reassess compare --votes`: a user's own votes, and methods of the user's own."""

from __future__ import annotations

import csv
import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from aggregation import Votes, read_known_items, simulate_votes
from analysis import compare_on_votes
from analysis.comparison.tables import methods_csv
from scripts.commands.compare import compare

from ...support.commands import Command, refused

RATES = np.array([[[0.8, 0.2], [0.3, 0.7]], [[0.7, 0.3], [0.1, 0.9]], [[0.9, 0.1], [0.4, 0.6]]] * 2)
DRAWN = simulate_votes(RATES, class_prior=[0.6, 0.4], n_items=50, votes_per_item=3, seed=2)
OWN = """
def fit(votes):
    counts = votes.answer_counts() + 1
    return counts / counts.sum(axis=1, keepdims=True)

def wrong(votes):
    return votes.answer_counts()
"""


@pytest.fixture(autouse=True)
def own_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put votes, the truth of some items, and a method of one's own into the working folder."""
    monkeypatch.chdir(tmp_path)
    votes = DRAWN.votes
    rows = zip(votes.items, votes.raters, votes.answers, strict=True)
    lines = [f"{item},{rater},{'ny'[answer]}\n" for item, rater, answer in rows]
    Path("votes.csv").write_text("item,rater,answer\n" + "".join(lines))
    truth = [f"{item},{'ny'[DRAWN.truth[item]]}\n" for item in range(0, 50, 2)]
    Path("truth.csv").write_text("item,class\n" + "".join(truth))
    Path("own_compare_method.py").write_text(OWN)
    return tmp_path


def rows_of(text: str) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(text))]


def without_time(text: str) -> list[dict[str, str]]:
    return [
        {name: cell for name, cell in row.items() if name != "seconds"} for row in rows_of(text)
    ]


def test_writes_what_python_finds(reassess: Command, files: Path) -> None:
    options = ["--method", "vote-share", "--method", "ibcc", "--replicates", "30", "--seed", "3"]
    ended = reassess(
        "compare", "--votes", "votes.csv", "--truth", "truth.csv", *options, "-o", "new"
    )
    assert ended.status == 0
    votes = Votes.read("votes.csv")
    known = read_known_items("truth.csv", votes=votes)
    expected = compare_on_votes(
        votes, truth=known.truth, methods=["vote-share", "ibcc"], replicates=30, seed=3
    )
    assert without_time(ended.out) == without_time(methods_csv(expected))
    assert (files / "new" / "methods.csv").read_text() == ended.out
    assert sorted(path.name for path in (files / "new").iterdir()) == [
        *("methods.csv", "methods.pdf", "methods.png")
    ]
    assert "it does not rank accuracy" in ended.err
    assert "wrote methods.csv, methods.png, methods.pdf to new" in ended.err


def test_a_method_of_ones_own_is_found_in_the_working_folder(
    reassess: Command, files: Path
) -> None:
    names = ["own_compare_method:fit", "vote-share"]
    options = [word for name in names for word in ("--method", name)]
    ended = reassess("compare", "--votes", "votes.csv", "--truth", "truth.csv", *options)
    assert ended.status == 0
    own, shares = rows_of(ended.out)
    assert own["method"] == names[0]
    assert own["accuracy"] == shares["accuracy"]
    assert float(own["overconfidence"]) < float(shares["overconfidence"])
    assert sys.path[-1] == str(files)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--method", "own_compare_method:wrong"], "own_compare_method:wrong: posterior[0, "),
        (
            ["--method", "own_compare_method:none"],
            "no function 'none' in module own_compare_method",
        ),
        (["--method", "nowhere_at_all:fit"], "there is no module 'nowhere_at_all' on the path"),
        (["--method", "best"], "method 'best' is not one of vote-share"),
        (["--folds", "1"], "folds=1 of 150 votes: give 2 to 150"),
        (["--threshold", "0.9"], "--threshold and --data go with the release"),
    ],
)
def test_refuses(reassess: Command, files: Path, options: list[str], message: str) -> None:
    ended = reassess("compare", "--votes", "votes.csv", *options, "-o", "new")
    last = ended._replace(err=ended.err.splitlines()[-1])
    refused(last, message)
    assert not (files / "new").exists()


def test_options_of_votes_go_with_votes(reassess: Command) -> None:
    for options in (["--method", "ibcc"], ["--truth", "truth.csv"]):
        refused(reassess("compare", *options), "go with --votes VOTES")


@pytest.mark.parametrize("known", [True, False])
def test_tables_hold_the_numbers(
    files: Path, known: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    truth = Path("truth.csv") if known else None
    compare(votes=Path("votes.csv"), truth=truth, replicates=20)
    printed = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    lines = printed.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in printed
    flat = " ".join(printed.split())
    assert "it does not rank accuracy. Blank: vote-share has no model of the answers." in flat
    votes = Votes.read("votes.csv")
    given = read_known_items("truth.csv", votes=votes).truth if known else None
    expected = compare_on_votes(votes, truth=given, replicates=20)
    for method in expected.methods:
        about = [line for line in lines if line.split()[:1] == [method.name]]
        assert len(about) == 1 + known
        if method.held_out is not None:
            assert f"{method.held_out.log_likelihood:.4f}" in about[0]
        if method.rightness is not None:
            assert f" {100 * method.rightness.accuracy.value:.1f} [" in about[1]
            assert f" {method.rightness.log_loss.value:.3f} " in about[1]
