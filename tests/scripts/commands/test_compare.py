from __future__ import annotations

import sys
from pathlib import Path

import pytest

from analysis import Release, compare_methods
from analysis.scores.methods.comparison import comparison_csv
from analysis.scores.methods.optimism import bands_csv, in_and_out_of_sample
from scripts.commands.compare import compare, print_table

from ...support.commands import Command, refused

pytestmark = pytest.mark.filterwarnings("ignore::aggregation.errors.IdentifiabilityWarning")
FILES = [
    "calibration.csv",
    "calibration.pdf",
    "calibration.png",
    "compare.pdf",
    "compare.png",
    "comparison.csv",
    "reliability.csv",
]


def test_writes_tables_and_figures(
    reassess: Command, simulated: Release, simulated_dir: Path, tmp_path: Path
) -> None:
    options = ["--folds", "2", "--replicates", "30", "--seed", "3", "--data", str(simulated_dir)]
    ended = reassess("compare", "--out", "new", *options)
    assert ended.status == 0
    expected = comparison_csv(compare_methods(simulated, folds=2, replicates=30, seed=3))
    assert ended.out == expected
    out = tmp_path / "new"
    assert sorted(path.name for path in out.iterdir()) == FILES
    assert (out / "comparison.csv").read_text() == expected
    assert (out / "calibration.csv").read_text().startswith("scores,against,brier,brier_low,")
    assert (out / "compare.png").read_bytes().startswith(b"\x89PNG")
    assert (out / "calibration.pdf").read_bytes().startswith(b"%PDF")
    assert "simulated golden questions of 60 images: average precision" in ended.err
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    assert reassess("compare", "--out", "again", *options).status == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == first


def test_writes_nothing_without_out(reassess: Command, simulated_dir: Path, tmp_path: Path) -> None:
    ended = reassess("compare", "--folds", "2", "--replicates", "5", "--data", simulated_dir)
    assert ended.status == 0
    assert ended.out.startswith("method,left_out,average_precision_in_sample,")
    assert not list(tmp_path.iterdir())


def test_prints_a_table_on_a_terminal(
    simulated_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    compare(folds=2, replicates=5, data=simulated_dir)
    printed = capsys.readouterr().out
    assert "SIMULATED release" in printed
    assert "method,left_out" not in printed


def test_table_holds_the_numbers(
    simulated: Release, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = compare_methods(simulated, folds=2, replicates=20)
    print_table(result)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in "".join(lines)
    for line, method in zip(lines[1:], result.methods, strict=False):
        measured = method.out_of_sample
        assert line.startswith(method.name)
        assert f"{measured.value:.3f} [{measured.low:.3f}, {measured.high:.3f}]" in line


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--folds", "1", "folds=1: give 2 to 60"),
        ("--replicates", "0", "replicates=0: give 1 or more"),
        ("--threshold", "80", "threshold 80.0 is not in 0..1"),
        ("--seed", "-1", "seed=-1: give 0 or more"),
    ],
)
def test_refuses(
    reassess: Command,
    simulated_dir: Path,
    tmp_path: Path,
    option: str,
    value: str,
    message: str,
) -> None:
    ended = reassess("compare", "--out", "new", option, value, "--data", simulated_dir)
    last = ended._replace(err=ended.err.splitlines()[-1])  # before it: the release is simulated
    refused(last, message)
    assert not list(tmp_path.iterdir())


def test_missing_release(reassess: Command) -> None:
    refused(reassess("compare", "--data", "nowhere"), "nowhere")


def test_curve_with_bands(
    reassess: Command, simulated: Release, simulated_dir: Path, tmp_path: Path
) -> None:
    options = ["--replicates", "40", "--seed", "2", "--threshold", "0.5", "--data", simulated_dir]
    ended = reassess("curve", "--bands", "-o", "bands.pdf", *options)
    assert ended.status == 0
    data = in_and_out_of_sample(simulated, threshold=0.5, replicates=40, seed=2)
    assert ended.out == bands_csv(data)
    assert (tmp_path / "bands.pdf").read_bytes().startswith(b"%PDF")
    optimism = f"{data.optimism.value:.5f} [{data.optimism.low:.5f}, {data.optimism.high:.5f}]"
    assert f"optimism of the average precision: {optimism}" in ended.err
    assert "wrote bands.pdf" in ended.err


def test_bands_out_of_range(reassess: Command, simulated_dir: Path, tmp_path: Path) -> None:
    options = ["--replicates", "0", "--data", simulated_dir]
    ended = reassess("curve", "--bands", "-o", "bands.pdf", *options)
    refused(ended._replace(err=ended.err.splitlines()[-1]), "replicates=0")
    assert not list(tmp_path.iterdir())
