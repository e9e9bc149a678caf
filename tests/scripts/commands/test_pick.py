"""`reassess pick` writes what it prints, to a file or to standard output."""

from __future__ import annotations

from pathlib import Path

from ...support.commands import Command


def test_the_numbers_go_where_they_are_sent(
    reassess: Command, simulated_dir: Path, tmp_path: Path
) -> None:
    options = ["pick", "--threshold", "0.8", "--replicates", "20", "--data", str(simulated_dir)]
    to_file = reassess(*options, "--out", "pick.csv")
    assert to_file.status == 0
    assert (tmp_path / "pick.csv").read_text() == to_file.out
    to_output = reassess(*options, "-o", "-")
    assert to_output.out == to_file.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pick.csv"]
