"""`reassess simulate`: it writes what the function writes."""

from __future__ import annotations

from pathlib import Path

from analysis.release.simulated.drawn_release import TRUTH, write_simulated_release

from ...support.commands import Command, refused


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_writes_what_the_function_writes(reassess: Command, tmp_path: Path) -> None:
    folder = tmp_path / "a b"
    options = ("--images", "20", "--golden-images", "5", "--raters", "8", "--seed", "9")
    ended = reassess("simulate", "-o", folder, *options)
    assert (ended.status, ended.out) == (0, "")
    assert "wrote a SIMULATED release" in ended.err
    assert "8 raters" in ended.err
    assert "20 images" in ended.err
    assert f"reassess reproduce --data '{folder}'" in ended.err
    write_simulated_release(tmp_path / "b", n_images=20, n_golden_images=5, n_raters=8, seed=9)
    assert contents(folder) == contents(tmp_path / "b")
    assert TRUTH in contents(folder)


def test_refuses_in_one_line(reassess: Command, tmp_path: Path) -> None:
    ended = reassess("simulate", "--out", tmp_path / "a", "--raters", "2")
    refused(ended, "n_raters=2: it must be 5 or more")
    assert not (tmp_path / "a").exists()
