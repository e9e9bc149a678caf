from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis import Release
from analysis.figures import figure3, figure_bytes
from analysis.scores.figure3 import figure3_csv, figure3_data
from analysis.scores.methods.optimism import bands_csv, in_and_out_of_sample
from scripts.commands.curve import curve, print_table
from scripts.main import app, run

from ...support.commands import Command, refused


def ended_with(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """Run the command, which ends with exit status 2 and one line on standard error."""
    monkeypatch.setattr(sys, "argv", ["reassess", "curve", *arguments])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = printed.err.splitlines()
    assert lines[-1].startswith("reassess: ")
    # what is loaded is a simulated release, and says so
    assert all("SIMULATED" in line for line in lines[:-1])
    return lines[-1]


@pytest.mark.parametrize("name", ["figure.png", "figure.PDF"])
def test_draws_the_figure_and_pipes_csv(
    simulated: Release, simulated_dir: Path, tmp_path: Path, name: str
) -> None:
    output = tmp_path / "new" / name
    options = ["-o", str(output), "--threshold", "0.5", "--data", str(simulated_dir)]
    result = CliRunner().invoke(app, ["curve", *options])
    assert result.exit_code == 0
    data = figure3_data(simulated, threshold=0.5)
    assert output.read_bytes() == figure_bytes(figure3(data), name[-3:].lower())
    assert [path.name for path in output.parent.iterdir()] == [name]
    assert result.stdout == figure3_csv(data)
    assert f"average precision {data.curve.average_precision:.5f}" in result.stderr
    assert result.stderr.splitlines()[-1] == f"wrote {output}"


@pytest.mark.parametrize("options", [[], ["--bands", "--replicates", "20"]])
def test_draws_to_standard_output(
    simulated_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["curve", *options, "--data", str(simulated_dir)]
    to_output = CliRunner().invoke(app, [*arguments, "-o", "-"])
    assert to_output.exit_code == 0
    assert list(tmp_path.iterdir()) == []
    assert "average precision" in to_output.stderr
    CliRunner().invoke(app, [*arguments, "-o", "curve.png"])
    assert to_output.stdout_bytes == Path("curve.png").read_bytes()


def test_default_is_figure3_png(
    simulated_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["curve", "--data", str(simulated_dir)])
    assert result.exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["figure3.png"]
    assert "scores of at least 0.8,0.8," in result.stdout


def test_prints_a_table_on_a_terminal(
    simulated_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    curve(output=tmp_path / "figure.png", data=simulated_dir)
    printed = capsys.readouterr().out
    assert "rule,threshold" not in printed
    assert "SIMULATED release" in printed


def test_table_holds_the_numbers(
    simulated: Release, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    data = figure3_data(simulated)
    nothing = figure3_data(simulated, scores=simulated.scores * 0.5, threshold=0.9).chosen
    print_table(replace(data, original_label=nothing))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in "".join(lines)
    chosen, label = data.chosen, f"original label {nothing.recall:.5f}"
    numbers = f"{chosen.precision:.5f} {chosen.recall:.5f} {chosen.f1:.5f}"
    counts = f"{chosen.kept} {chosen.hits} {chosen.n_fits}"
    rows = [" ".join(line.split()) for line in lines]
    assert rows[1] == f"simulated scores of at least 0.8 {numbers} {counts}"
    assert rows[2].startswith(label)
    assert len(rows) == 1 + len(data.rules)


@pytest.mark.parametrize("name", ["figure.svg", "figure", "png"])
def test_other_suffixes_are_refused(
    tmp_path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # before the release is looked for, which is not there
    options = ["-o", str(tmp_path / name), "--data", str(tmp_path / "nowhere")]
    error = ended_with(options, monkeypatch, capsys)
    assert f"{name}: a figure is drawn as png or pdf" in error


def test_threshold_out_of_range(
    simulated_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["-o", str(tmp_path / "x.png"), "--threshold", "80", "--data", str(simulated_dir)]
    assert "threshold 80.0 is not in 0..1" in ended_with(options, monkeypatch, capsys)
    assert not list(tmp_path.iterdir())


def test_missing_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["-o", str(tmp_path / "x.png"), "--data", str(tmp_path / "nowhere")]
    assert "nowhere" in ended_with(options, monkeypatch, capsys)


def test_same_bytes_from_another_process(
    simulated: Release, simulated_dir: Path, tmp_path: Path
) -> None:
    # another order of sets and another day, in which a date would show
    environment = {**os.environ, "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "86400"}
    output = tmp_path / "figure.pdf"
    options = ["curve", "-o", str(output), "--data", str(simulated_dir)]
    program = "from scripts.main import run; run()"
    subprocess.run(
        [sys.executable, "-c", program, *options], check=True, capture_output=True, env=environment
    )
    assert output.read_bytes() == figure_bytes(figure3(figure3_data(simulated)), "pdf")


@pytest.mark.release
def test_release(release: Release, tmp_path: Path) -> None:
    options = ["-o", str(tmp_path / "figure.png"), "--data", str(release.folder)]
    result = CliRunner().invoke(app, ["curve", *options])
    assert result.exit_code == 0
    assert "published scores of at least 0.8,0.8,0.897674" in result.stdout
    assert ",215,193,248" in result.stdout
    assert "1,135 golden questions, 248 of which fit: average precision 0.89324" in result.stderr


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
    said = " ".join(ended.err.split())
    assert f"optimism of the average precision: {optimism}, given the fitted scores" in said
    assert "wrote bands.pdf" in ended.err


def test_bands_out_of_range(reassess: Command, simulated_dir: Path, tmp_path: Path) -> None:
    options = ["--replicates", "0", "--data", simulated_dir]
    ended = reassess("curve", "--bands", "-o", "bands.pdf", *options)
    refused(ended._replace(err=ended.err.splitlines()[-1]), "replicates=0")
    assert not list(tmp_path.iterdir())
