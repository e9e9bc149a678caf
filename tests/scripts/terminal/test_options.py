"""A folder to write to is asked for before anything is read; what is refused is not listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ...support.commands import Command, refused


@pytest.mark.parametrize(
    "command",
    [
        ("fit", "none.csv"),
        ("ingest", "none.csv"),
        ("score", "none.csv", "--fit", "none"),
        ("raters", "--votes", "none.csv"),
        ("compare", "--votes", "none.csv"),
        ("simulate",),
        ("reproduce",),
    ],
    ids=lambda command: command[0],
)
def test_a_file_is_no_folder(reassess: Command, command: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "afile"
    path.write_text("mine")
    refused(reassess(*command, "--out", path), f"{path} is a file: name a folder to write to")
    assert path.read_text() == "mine"


@pytest.mark.parametrize("command", [("fit", "none.csv"), ("raters", "--votes", "none.csv")])
def test_what_is_called_like_a_file_becomes_no_folder(
    reassess: Command, command: tuple[str, ...], tmp_path: Path
) -> None:
    refused(reassess(*command, "-o", "labels.csv"), "labels.csv is called like a file: name a fold")
    (tmp_path / "old.csv").mkdir()
    refused(reassess(*command, "-o", "old.csv"), "none.csv: No such file")


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (("report", "none.csv"), "html"),
        (("explore", "--votes", "none.csv"), "html"),
        (("diff", "none.csv", "none.csv"), "csv"),
        (("labels", "--data", "none.csv"), "json"),
        (("pick", "--recall", "0.5", "--data", "none.csv"), "csv"),
    ],
)
def test_a_file_is_called_what_it_is(
    reassess: Command, command: tuple[str, ...], kind: str
) -> None:
    other = "made.json" if kind == "csv" else "made.CSV"
    refused(reassess(*command, "-o", other), f"{other}: what is written is {kind}: name a .{kind} ")
    for name in ("made", f"made.{kind}", "v1.5"):
        refused(reassess(*command, "-o", name), "none.csv")


@pytest.mark.parametrize(("command", "listed"), [("fit", 1), ("score", 0), ("ingest", 0)])
def test_options_of_known_items_are_listed_where_there_may_be_some(
    reassess: Command, command: str, listed: int
) -> None:
    text = reassess(command, "--help").out
    for option in ("--truth ", "--class "):
        assert text.count(f" {option}") >= listed
        assert listed or option not in text
    assert "--truth-column" in text
