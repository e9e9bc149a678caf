"""Sets of files: the next run says where they were not of one run."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from analysis.release.files.writing import with_hashes
from scripts.terminal.files import keep_inputs, write_set
from scripts.terminal.messages import UsageError

from ...support.commands import Command, refused


def written(text: str) -> dict[str, bytes]:
    contents = {"a.csv": text.encode(), "b.csv": b"2"}
    return contents | {"m.json": json.dumps(with_hashes({}, contents)).encode()}


def test_the_next_run_says_what_was_not_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_set(tmp_path / "out", written("1"))
    write_set(tmp_path / "out", written("2"))
    assert capsys.readouterr().err == ""
    (tmp_path / "out" / "a.csv").write_text("of another run")
    write_set(tmp_path / "out", written("3"))
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        f"warning: a.csv in {tmp_path / 'out'} and m.json there were not of one run that ended: "
        "all have been written anew"
    )
    assert (tmp_path / "out" / "a.csv").read_text() == "3"


def test_nothing_is_written_over_what_it_is_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    votes, labels = Path("votes.csv"), Path("labels.csv")
    for path in (votes, labels, Path("other.csv")):
        path.write_text("item,rater,answer\na,ann,x\n")
    cases: list[tuple[Path, list[Path | str | None]]] = [
        (votes, [tmp_path / "votes.csv"]),
        (votes, [None, "v*.csv"]),
        (Path(), [labels]),
        (tmp_path, [votes, "./labels.csv"]),
    ]
    for output, inputs in cases:
        with pytest.raises(UsageError, match="is read and would be written over: name another"):
            keep_inputs(output, inputs)
    keep_inputs(None, [votes])
    keep_inputs(Path("-"), [Path("-")])
    keep_inputs(Path(), [votes, "s3://bucket/labels.csv", Path("no.csv")])
    keep_inputs(Path("new"), [labels])
    keep_inputs(Path("other.csv"), [votes, labels, tmp_path])


@pytest.mark.parametrize(
    "words",
    [
        ("report", "labels.csv", "-o", "labels.csv"),
        ("explore", "--votes", "x.csv", "--truth", "labels.csv", "-o", "labels.csv"),
        ("fit", "labels.csv", "-o", "."),
        ("raters", "--votes", "labels.csv", "-o", "."),
        ("diff", "labels.csv", "b.json", "-o", "labels.csv"),
        ("labels", "--scores", "labels.csv", "-o", "labels.csv"),
        ("accuracy", "labels.csv", "--by-class", "labels.csv"),
        ("score", "x.csv", "--fit", "fitted", "-o", "fitted"),
    ],
)
def test_commands_keep_their_inputs(reassess: Command, words: tuple[str, ...]) -> None:
    Path("fitted").mkdir()
    for path in (Path("labels.csv"), Path("fitted", "raters.csv")):
        path.write_text("kept")
    refused(reassess(*words), "is read and would be written over")
    assert Path("labels.csv").read_text() == "kept"


def test_a_folder_that_may_not_be_looked_into_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said so of the folder, not of a file that may or may not be there."""
    monkeypatch.setattr(os, "access", lambda path, mode: (Path(path), mode) != (tmp_path, os.X_OK))
    with pytest.raises(UsageError, match=f"^{tmp_path}: permission denied$"):
        keep_inputs(tmp_path, [tmp_path / "votes.csv"])
