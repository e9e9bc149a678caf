"""Sets of files: the next run says where they were not of one run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.release.files.writing import with_hashes
from scripts.terminal.files import write_set


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
