"""`reassess reproduce` from outside: what it writes and says, and how it ends."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

from analysis import Release
from analysis.release.files.questions import image_name
from analysis.release.labels.label_sets import to_json
from tests.support.commands import REPRODUCED

from ...support import bad_releases as bad
from ...support.commands import Command, refused


@pytest.fixture
def folder(simulated_dir: Path, tmp_path: Path) -> Path:
    return bad.linked(simulated_dir, tmp_path / "release")


def test_reproduce(reassess: Command, simulated: Release, tmp_path: Path) -> None:
    ended = reassess("reproduce", "--data", simulated.folder, "--out", "out")
    assert (ended.status, ended.out) == (0, "out\n")
    out = tmp_path / "out"
    assert {file.name for file in out.iterdir()} == REPRODUCED
    assert (out / "real.json").read_bytes() == (simulated.folder / "real.json").read_bytes()
    for name, array in bad.arrays_of(simulated.folder / "scores.npz").items():
        np.testing.assert_array_equal(bad.arrays_of(out / "scores.npz")[name], array, strict=True)
    numbers = json.loads((out / "summary.json").read_text())
    assert numbers["identical"] is True
    assert (out / "figure3.png").read_bytes().startswith(b"\x89PNG")
    assert (out / "figure3.pdf").read_bytes().startswith(b"%PDF")
    assert "SIMULATED" in (out / "report.html").read_text()
    assert "SIMULATED" in ended.err
    digest = hashlib.sha256((out / "real.json").read_bytes()).hexdigest()
    assert f"\nreal.json, sha256: {digest}\n" in ended.err
    assert (out / "raters.csv").read_text().startswith("rater,votes,accuracy,")


@pytest.mark.release
def test_reproduce_the_release(reassess: Command, release: Release) -> None:
    ended = reassess("reproduce", "--data", release.folder, "--out", "out")
    assert (ended.status, ended.out) == (0, "out\n")
    for name in ("184,962 equal", "42,164 / 46,837", "(0.7999899619893907, 0.8000217580761186]"):
        assert name in " ".join(ended.err.replace("│", " ").split())
    assert "NO" not in ended.err
    digest = hashlib.sha256(Path("out/real.json").read_bytes()).hexdigest()
    assert digest == "d83e9bff374c631aae8439eb064c7019acc56e1b3bc3f56b8380c2a710b0220b"
    assert "SIMULATED" not in Path("out/report.html").read_text()


def test_reproduce_with_one_vote_altered(
    reassess: Command, folder: Path, simulated: Release
) -> None:
    """Exit with status 1, and name the question and the images that differ."""
    tensor = bad.arrays_of(folder / "raters.npz")["tensor"]
    question = int(np.argmax(simulated.scores))
    rater = int(np.argmax(tensor[:, question, 2]))
    tensor[rater, question] = (1, 0, 0)
    bad.change(folder / "raters.npz", tensor=tensor)
    ended = reassess("reproduce", "--data", folder, "--out", "out")
    assert (ended.status, ended.out) == (1, "out\n")
    differing = [line for line in ended.err.splitlines() if line.startswith("scores, bit for bit")]
    name = simulated.questions.name(question)
    score = simulated.scores[question].item()
    (line,) = differing
    assert line.startswith(
        f"scores, bit for bit: question {question} {name}: published {score!r}, recomputed 0."
    )
    assert {file.name for file in Path("out").iterdir()} == REPRODUCED
    assert name in Path("out/report.html").read_text()
    assert json.loads(Path("out/summary.json").read_text())["identical"] is False


def test_reproduce_with_one_label_altered(reassess: Command, folder: Path) -> None:
    label_sets = json.loads((folder / "real.json").read_text())
    label_sets[41] = [999]
    bad.rewrite(folder / "real.json", to_json(label_sets))
    ended = reassess("reproduce", "--data", folder, "--out", "out")
    assert ended.status == 1
    assert f"real.json, sha256: {image_name(42)}: published [999], recomputed [" in ended.err


def test_reproduce_leaves_the_folder_as_it_was(reassess: Command, folder: Path) -> None:
    Path("out/real.json").mkdir(parents=True)
    Path("out/scores.npz").write_text("as it was")
    ended = reassess("reproduce", "--data", folder, "--out", "out")
    assert (ended.status, ended.out) == (2, "")
    assert "reassess: out/real.json: Is a directory" in ended.err
    assert sorted(os.listdir("out")) == ["real.json", "scores.npz"]  # noqa: PTH208
    assert Path("out/scores.npz").read_text() == "as it was"


def test_reproduce_where_nothing_can_be_had(
    reassess: Command, no_network: str, tmp_path: Path
) -> None:
    ended = reassess("reproduce", "--out", "a[/b]")
    out = tmp_path / "a[" / "b]-simulated"
    assert (ended.status, ended.out) == (0, f"{out}\n")
    assert f"The release cannot be had: {no_network}raters.npz cannot be reached" in ended.err
    assert "SIMULATED" in ended.err
    assert "says nothing about ImageNet" in " ".join(ended.err.split())
    assert f"{out}/simulated-release" in ended.err
    assert {file.name for file in out.iterdir()} == REPRODUCED | {"simulated-release"}
    assert "<title>A SIMULATED release" in (out / "report.html").read_text()
    assert json.loads((out / "summary.json").read_text())["simulated"] is True
    assert sorted(tmp_path.iterdir()) == [tmp_path / "a["]
    again = reassess("reproduce", "--data", out / "simulated-release", "--out", "again")
    assert again.status == 0


def test_reproduce_names_the_simulated_folder_of_this_folder(
    reassess: Command, no_network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("scripts.commands.reproduce.write_reproduction", lambda *_: None)
    assert reassess("reproduce", "--out", ".").out == f"{tmp_path / 'here-simulated'}\n"


def test_reproduce_does_not_simulate_where_a_folder_is_named(
    reassess: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = "lacks raters.npz"
    refused(reassess("reproduce", "--data", tmp_path / "nowhere"), message)
    monkeypatch.setenv("REASSESS_DATA", str(tmp_path / "nowhere"))
    refused(reassess("reproduce"), message)
    assert list(tmp_path.iterdir()) == []
