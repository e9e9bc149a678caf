"""`reassess raters --without`: what changes where some raters are left out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np

from analysis import Release, without_raters
from analysis.scores.methods.without_raters import without_raters_csv

from ...support.commands import Command, refused


def test_command(reassess: Command, simulated: Release, simulated_dir: Path) -> None:
    golden = simulated.golden.raters
    names = [golden.rater_names[rater] for rater in np.flatnonzero(golden.votes_per_rater())[:2]]
    named = ",".join(map(str, names))
    ended = reassess("raters", "--without", named, "--out", "less", "--data", simulated_dir)
    assert ended.status == 0
    found = without_raters(simulated, names)
    assert ended.out == without_raters_csv(found) == Path("less/without.csv").read_text()
    assert json.loads(Path("less/without_labels.json").read_text()) == found.label_sets
    assert f"without 2 raters ({found.votes:,} votes" in ended.err
    assert sorted(path.name for path in Path("less").iterdir()) == [
        "without.csv",
        "without.pdf",
        "without.png",
        "without_labels.csv",
        "without_labels.json",
    ]
    rows = {row["measure"]: row for row in csv.DictReader(io.StringIO(ended.out))}
    labels = rows["labels"]
    assert int(labels["after"]) - int(labels["before"]) == int(labels["difference"])
    added, dropped = (int(rows[f"labels {what}"]["after"]) for what in ("added", "dropped"))
    assert added - dropped == int(labels["difference"])


def test_command_refuses(reassess: Command, simulated_dir: Path) -> None:
    refused(reassess("raters", "--without", "x", "--data", simulated_dir), "rater x is none")
    refused(reassess("raters", "--without", "1", "--votes", "v.csv"), "--without goes with")
