"""`reassess labels`: label files at any threshold, and what is written beside them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from analysis import Release, make_labels
from analysis.release.files.download import sha256_of
from analysis.release.labels.label_sets import to_json
from analysis.reproduction import write_scores

from ...support.commands import Command, refused


def test_labels_are_real_json(reassess: Command, simulated: Release) -> None:
    ended = reassess("labels", "--data", simulated.folder)
    assert ended.status == 0
    assert ended.out == (simulated.folder / "real.json").read_text()
    (line,) = ended.err.splitlines()
    kept = sum(map(len, simulated.label_sets))
    assert line.startswith(f"{kept:,} labels on ")


def test_labels_of_another_threshold(
    reassess: Command, simulated: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REASSESS_DATA", str(simulated.folder))
    ended = reassess("labels", "--threshold", "0.5", "-o", tmp_path / "new" / "half.json")
    assert (ended.status, ended.out) == (0, "")
    written = (tmp_path / "new" / "half.json").read_text()
    assert written == to_json(make_labels(simulated, threshold=0.5))
    names = sorted(file.name for file in (tmp_path / "new").iterdir())
    assert names == ["half.json", "half.provenance.json"]


@pytest.mark.parametrize("threshold", ["1.5", "-0.1", "nan"])
def test_thresholds_out_of_range(reassess: Command, simulated_dir: Path, threshold: str) -> None:
    ended = reassess("labels", "--threshold", threshold, "-o", "out.json", "--data", simulated_dir)
    refused(ended, f"threshold {threshold} is not in 0..1")
    assert not Path("out.json").exists()


def test_thresholds_with_the_same_labels_are_thresholds(
    reassess: Command, simulated: Release, tmp_path: Path
) -> None:
    for threshold, ends in (("0", "[0, "), ("1", ", 1.0]")):
        out = tmp_path / "labels.json"
        ended = reassess("labels", "--threshold", threshold, "-o", out, "--data", simulated.folder)
        assert ends in ended.err.partition("any threshold in ")[2]


def test_provenance_beside_the_label_file(reassess: Command, simulated_dir: Path) -> None:
    for place in ("a/real.json", "b/real.json"):
        ended = reassess("labels", "--threshold", "0.7", "-o", place, "--data", simulated_dir)
        assert ended.status == 0
    record = Path("a/real.provenance.json").read_text()
    assert record == Path("b/real.provenance.json").read_text()
    found = json.loads(record)
    content = Path("a/real.json").read_bytes()
    sets = json.loads(content)
    assert found["sha256"] == hashlib.sha256(content).hexdigest()
    assert found["threshold"] == 0.7
    assert found["labels"] == sum(map(len, sets))
    assert found["images_with_labels"] == sum(map(bool, sets))
    assert found["simulated"] is True
    interval = found["same_labels_for_thresholds"]
    assert interval["above"] < 0.7 <= interval["up_to"]


def test_labels_of_scores_of_ones_own(
    reassess: Command, simulated: Release, simulated_dir: Path, tmp_path: Path
) -> None:
    own = 1 - simulated.scores
    with (tmp_path / "own.npz").open("wb") as stream:
        write_scores(stream, simulated, own)
    arguments = ("--scores", "own.npz", "--threshold", "0.6", "--animal-threshold", "0.4")
    ended = reassess("labels", *arguments, "-o", "own.json", "--data", simulated_dir)
    assert ended.status == 0
    expected = make_labels(simulated, scores=own, threshold=0.6, animal_threshold=0.4)
    assert json.loads(Path("own.json").read_text()) == expected
    found = json.loads(Path("own.provenance.json").read_text())
    assert found["threshold_of_labels_below_398"] == 0.4
    assert found["input_sha256"]["scores"] == sha256_of(tmp_path / "own.npz")
