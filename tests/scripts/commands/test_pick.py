"""`reassess pick` writes what it prints, to a file or to standard output."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from ...support.commands import Command, refused


def test_the_numbers_go_where_they_are_sent(
    reassess: Command, simulated_dir: Path, tmp_path: Path
) -> None:
    options = ["pick", "--recall", "0.8", "--replicates", "20", "--data", str(simulated_dir)]
    to_file = reassess(*options, "--out", "pick.csv")
    assert to_file.status == 0
    assert "the highest precision with a recall of at least 0.8" in " ".join(to_file.err.split())
    assert (tmp_path / "pick.csv").read_text() == to_file.out
    to_output = reassess(*options, "-o", "-")
    assert to_output.out == to_file.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pick.csv"]


def test_it_says_what_a_picked_precision_promises(reassess: Command, simulated_dir: Path) -> None:
    options = ["pick", "--precision", "0.8", "--replicates", "20", "--data", str(simulated_dir)]
    plain = " ".join(reassess(*options).err.split())
    assert "0.8 about half of the time. --with-confidence 0.95 picks so that they do" in plain
    sure = " ".join(reassess(*options, "--with-confidence", "0.95").err.split())
    assert sure.endswith("reach a precision of 0.8 at least 95 times in 100.")


def test_it_can_keep_none(reassess: Command, simulated_dir: Path) -> None:
    ended = reassess("pick", "--costs", "0", "1", "--replicates", "20", "--data", simulated_dir)
    assert ended.status == 0
    assert "Keep none of all labels" in " ".join(ended.err.split())
    assert ",inf," in ended.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--precision", "1.5"], "precision 1.5 is not in 0..1"),
        ([], "of --precision, --recall, --f-beta, --costs and --threshold: none is given"),
        (["--f-beta", "0"], "--f-beta 0.0 is not above 0"),
        (["--recall", "0.5", "--threshold", "0.5"], "not recall and threshold"),
        (["--costs", "1", "5", "--with-confidence", "0.95"], "goes with precision, not with costs"),
        (["--precision", "0.5", "--with-confidence", "95"], "confidence 95.0 is not between 0"),
    ],
)
def test_unusable_targets(
    reassess: Command, simulated_dir: Path, arguments: list[str], message: str
) -> None:
    ended = reassess("pick", *arguments, "-o", "pick.csv", "--data", simulated_dir)
    refused(ended, message)
    assert not Path("pick.csv").exists()


def test_a_terminal_of_80_columns_has_all_numbers_whole(
    reassess: Command, simulated_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    options = ["pick", "--recall", "0.8", "--by-group", "--replicates", "20"]
    for columns, intervals in (("80", 6), ("50", 0)):
        monkeypatch.setenv("COLUMNS", columns)
        shown = reassess(*options, "--data", simulated_dir).out
        assert "\u2026" not in shown
        found = re.findall(r"\([01]\.[0-9]{3}-[01]\.[0-9]{3}\)", shown)
        assert len(found) >= intervals
