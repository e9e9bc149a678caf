"""`reassess raters --votes` on votes that leave something undefined, and on scales."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from ...conftest import folder_or_skip
from ...support.commands import Command, refused

ONE_EACH = "p0,r0,x p1,r1,y p2,r2,x p3,r0,y p4,r1,x p5,r2,y p6,r0,x p7,r1,y"
GOLD = "p0,x p1,y p2,x p3,y p4,y"


def written(path: Path, header: str, rows: str) -> Path:
    path.write_text("\n".join((header, *rows.split())) + "\n")
    return path


def ordinal_votes(path: Path, names: tuple[str, str, str]) -> Path:
    answers = np.random.default_rng(1).integers(3, size=20)[:, None] + [[0, 0, 1]]
    rows = [
        f"i{item},r{rater},{names[min(answer, 2)]}"
        for item, of in enumerate(answers.tolist())
        for rater, answer in enumerate(of)
    ]
    return written(path, "item,rater,answer", " ".join(rows))


def known_items(reassess: Command, votes: Path, truth: Path, out: Path) -> None:
    ended = reassess("raters", "--votes", votes, "--truth", truth, "--out", out)
    assert ended.status == 0, ended.err
    rows = {row["rater"]: row for row in csv.DictReader(io.StringIO(ended.out))}
    found = {rater: (row["known_answers"], row["accuracy"]) for rater, row in rows.items()}
    assert found == {"r0": ("2", "1.0"), "r1": ("2", "0.5"), "r2": ("1", "1.0")}
    assert "agreement: none, for no item has two votes of different raters" in ended.err
    assert "RuntimeWarning" not in ended.err
    numbers = json.loads((out / "raters.json").read_text(), parse_constant=pytest.fail)
    assert numbers["agreement"]["percent"] == [None, None, None]
    assert numbers["agreement"]["reason"].startswith("no item has two votes")


def test_one_vote_an_item(reassess: Command, tmp_path: Path) -> None:
    votes = written(tmp_path / "votes.csv", "item,rater,answer", ONE_EACH)
    truth = written(tmp_path / "truth.csv", "item,class", GOLD)
    known_items(reassess, votes, truth, tmp_path / "out")


def test_cases(reassess: Command, tmp_path: Path) -> None:
    cases = folder_or_skip("REASSESS_CASES", "votes as people have them") / "votes"
    known_items(reassess, cases / "one_vote_each.csv", cases / "gold1.csv", tmp_path / "out")
    ended = reassess("raters", "--votes", cases / "one_class.csv", "--out", tmp_path / "one")
    assert ended.status == 0
    json.loads((tmp_path / "one" / "raters.json").read_text(), parse_constant=pytest.fail)
    options = ("--votes", cases / "interval3.csv", "--scale", "interval", "--out", tmp_path / "i")
    assert reassess("raters", *options).status == 0
    numbers = json.loads((tmp_path / "i" / "raters.json").read_text())
    assert numbers["agreement"]["krippendorff_alpha"][0] == pytest.approx(0.99993, abs=5e-6)


def test_an_ordinal_scale_says_its_order(reassess: Command, tmp_path: Path) -> None:
    words = ordinal_votes(tmp_path / "words.csv", ("low", "middle", "top"))
    said = reassess("raters", "--votes", words, "--scale", "ordinal").err
    assert "order of the answers: low < middle < top, which is alphabetical: --answers" in said
    order = ("--answers", "low,top,middle")
    said = reassess("raters", "--votes", words, "--scale", "ordinal", *order).err
    assert "order of the answers: low < top < middle; alpha counts" in said
    order = ("--answers", "low,middle,top")
    said = reassess("raters", "--votes", words, "--scale", "ordinal", *order).err
    assert "order of the answers: low < middle < top; alpha counts" in said
    numbers = ordinal_votes(tmp_path / "numbers.csv", ("1", "2", "10"))
    said = reassess("raters", "--votes", numbers, "--scale", "ordinal").err
    assert "order of the answers: 1 < 2 < 10; alpha counts" in said
    refused(reassess("raters", "--votes", words, "--scale", "interval"), "'low' is no number")


def test_repetitions_are_counted(reassess: Command, tmp_path: Path) -> None:
    votes = ordinal_votes(tmp_path / "votes.csv", ("a", "b", "c"))
    once = reassess("raters", "--votes", votes).err
    votes.write_text(votes.read_text() + "".join(votes.read_text().splitlines(True)[1:]))
    twice = reassess("raters", "--votes", votes).err
    assert "60 votes repeat a rater's on the same item" in twice
    assert "repeat" not in once
    one, other = (said.partition("nominal scale: ")[2].partition("\n")[0] for said in (once, twice))
    assert one == other
