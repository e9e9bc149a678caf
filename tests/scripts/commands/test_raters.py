from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from analysis import Release, rater_accuracy, report_on_release
from analysis.raters.golden.accuracy import raters_csv
from analysis.raters.report import RaterReport
from scripts.commands.raters import print_table, raters
from scripts.main import app

from ...support.commands import Command, refused
from ...support.rater_jobs import good_rates, job, with_copies

FILES = {"raters.csv", "pairs.csv", "golden_pairs.csv", "raters.json"}


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def report(simulated: Release) -> RaterReport:
    return report_on_release(simulated)


@pytest.fixture(scope="module")
def votes_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a job in which rater r7 copies from r2, and r5 guesses."""
    rng = np.random.default_rng(1)
    rates = good_rates(12, rng=rng)
    rates[5] = [0.4, 0.3, 0.3]
    votes = with_copies(job(rates, seed=1, votes_per_item=6), [(7, 2)], share=0.95, rng=rng)
    names = ("low", "middle", "high")
    lines = [
        f"i{item},r{rater},{names[answer]}"
        for item, rater, answer in zip(votes.items, votes.raters, votes.answers, strict=True)
    ]
    path = tmp_path_factory.mktemp("votes") / "votes.csv"
    path.write_text("\n".join(["item,rater,answer", *lines]) + "\n")
    return path


def test_pipes_csv(simulated: Release, simulated_dir: Path) -> None:
    result = CliRunner().invoke(app, ["raters", "--data", str(simulated_dir)])
    assert result.exit_code == 0
    assert "raters have golden answers: accuracy" in result.stderr
    assert "Krippendorff's alpha" in result.stderr
    rows = rows_of(result.stdout)
    first = rows_of(raters_csv(rater_accuracy(simulated)))
    assert [{name: row[name] for name in first[0]} for row in rows] == first
    assert list(rows[0])[:3] == ["rater", "votes", "accuracy"]
    for row in rows:
        assert bool(row["verdict"]) == (row["kind"] == "rater")


def test_writes_the_files(simulated_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    options = ["raters", "--out", str(out), "--data", str(simulated_dir)]
    result = CliRunner().invoke(app, options)
    assert result.exit_code == 0
    assert (out / "raters.csv").read_bytes() == result.stdout.encode()
    assert {path.name for path in out.iterdir()} >= FILES
    assert "raters.csv" in result.stderr.splitlines()[-1]
    for name in ("pairs.csv", "golden_pairs.csv"):
        assert (out / name).read_text().startswith("rater_a,rater_b,")
    numbers = json.loads((out / "raters.json").read_text())
    assert numbers["agreement"]["scale"] == "ordinal"
    assert sum(numbers["verdicts"].values()) == 25


def test_writes_nothing_without_out(
    simulated_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(app, ["raters", "--data", str(simulated_dir)])
    assert not list(tmp_path.iterdir())


def test_prints_a_table_on_a_terminal(
    simulated_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    raters(data=simulated_dir)
    printed = capsys.readouterr().out
    assert "verdict" in printed
    assert not printed.startswith("rater,votes")


def test_table_is_sorted_by_accuracy(
    report: RaterReport, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    print_table(report)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in "".join(lines)
    assert report.golden is not None
    rows = {}
    for row in rows_of(raters_csv(report.golden.accuracy)):
        name = row["rater"] if row["kind"] == "original label" else f"{row['kind']} {row['rater']}"
        rows[name] = row
    for kind in ("rater", "expert", "original label"):
        of_kind = [line for line in lines if line.startswith(kind)]
        names = [next(name for name in rows if line.startswith(f"{name} ")) for line in of_kind]
        assert sorted(names) == sorted(name for name in rows if rows[name]["kind"] == kind)
        values = [float(rows[name]["accuracy"] or -1) for name in names]
        assert values == sorted(values, reverse=True)
        for line, value in zip(of_kind, values, strict=True):
            assert (f" {value:.3f} [" in line) == (value >= 0)


def test_your_own_votes(reassess: Command, votes_file: Path, tmp_path: Path) -> None:
    options = ("--answers", "low,middle,high", "--scale", "ordinal", "--out", tmp_path / "out")
    ended = reassess("raters", "--votes", votes_file, *options)
    assert ended.status == 0
    rows = {row["rater"]: row for row in rows_of(ended.out)}
    assert len(rows) == 12
    assert list(rows["r5"])[:4] == ["rater", "votes", "known_answers", "accuracy"]
    assert rows["r5"]["accuracy"] == ""
    assert rows["r5"]["verdict"] == "guesses"
    assert {rater for rater, row in rows.items() if row["copies"]} == {"r2", "r7"}
    assert "those of raters r2, r7 are near copies of each other" in ended.err
    pairs = rows_of((tmp_path / "out" / "pairs.csv").read_text())
    assert {pairs[0]["rater_a"], pairs[0]["rater_b"]} == {"r2", "r7"}
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert FILES - written == {"golden_pairs.csv"}


def test_refits_widen_the_intervals(reassess: Command, votes_file: Path) -> None:
    given = rows_of(reassess("raters", "--votes", votes_file).out)
    refitted = rows_of(reassess("raters", "--votes", votes_file, "--refits", "50").out)
    for one, other in zip(given, refitted, strict=True):
        assert one["bits"] == other["bits"]
        assert "bits_low_given_classes" in one
        assert float(other["bits_low"]) <= float(other["bits"]) <= float(other["bits_high"])
        assert "bits_low_given_classes" not in other
    refused(reassess("raters", "--votes", votes_file, "--refits", "3"), "refits=3: give 50 or more")


def test_your_own_votes_with_truth(
    reassess: Command, votes_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = {"i0": "low", "i1": "high", "i2": "low"}
    file = tmp_path / "truth.csv"
    file.write_text("item,class\n" + "".join(f"{item},{cls}\n" for item, cls in truth.items()))
    order = ("--answers", "low,middle,high")
    ended = reassess("raters", "--votes", votes_file, "--truth", file, *order)
    assert ended.status == 0
    given = [line.split(",") for line in votes_file.read_text().splitlines()[1:]]
    for row in rows_of(ended.out):
        right = [
            truth[item] == answer
            for item, rater, answer in given
            if item in truth and rater == row["rater"]
        ]
        assert row["accuracy"] == (str(sum(right) / len(right)) if right else "")


def test_table_of_your_own_votes(
    votes_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    raters(votes=votes_file)
    lines = capsys.readouterr().out.splitlines()
    assert "evidence" in lines[0]
    assert any(line.startswith("r5 ") and "guesses" in line for line in lines)


def test_options_of_your_own_votes(reassess: Command, votes_file: Path, tmp_path: Path) -> None:
    refused(reassess("raters", "--truth", votes_file), "go with --votes VOTES")
    refused(reassess("raters", "--votes", tmp_path / "none.csv"), "none.csv")
    refused(reassess("raters", "--votes", votes_file, "--rater", "who"), "'who'")


def test_missing_release(reassess: Command, tmp_path: Path) -> None:
    refused(reassess("raters", "--data", tmp_path / "nowhere"), "nowhere")


@pytest.mark.release
def test_release(release: Release) -> None:
    result = CliRunner().invoke(app, ["raters", "--data", str(release.folder)])
    assert (
        "78 of 85 raters have golden answers: accuracy 0.87004 (median), 0.25815" in result.stderr
    )
    assert "answers: no near copies among 2,224 pairs of raters" in result.stderr
    assert "two of these have 98.1 to 99.4 % of golden answers in common" in result.stderr
    best = sorted(
        (row for row in rows_of(result.stdout) if row["kind"] == "rater" and row["accuracy"]),
        key=lambda row: -float(row["accuracy"]),
    )
    # The eight highest accuracies are those of the near copies.
    assert [row["golden_copies"] for row in best] == ["1"] * 8 + [""] * 70
