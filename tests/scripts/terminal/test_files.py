"""Sets of files: the next run says where they were not of one run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_type_hints

import pytest

from analysis.release.files.download import FILES
from analysis.release.files.writing import with_hashes
from scripts.main import app
from scripts.terminal.files import READ, SUFFIXES, TABLES, WRITTEN, keep_inputs, write_set
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
        (votes, [tmp_path]),
    ]
    for output, inputs in cases:
        with pytest.raises(UsageError, match="is read and would be written over: name another"):
            keep_inputs(output, inputs)
    keep_inputs(None, [votes])
    keep_inputs(Path("-"), [Path("-")])
    keep_inputs(Path(), [votes, "s3://bucket/labels.csv", Path("no.csv")])
    keep_inputs(Path("new"), [labels])
    keep_inputs(Path("other.csv"), [votes, labels])
    Path("report.html").touch()
    keep_inputs(Path("report.html"), [tmp_path])


@pytest.mark.parametrize(
    "words",
    [
        ("report", "votes", "-o", "votes"),
        ("explore", "--votes", "x.csv", "--truth", "votes", "-o", "votes"),
        ("fit", "labels.csv", "-o", "."),
        ("raters", "--votes", "labels.csv", "-o", "."),
        ("diff", "labels.csv", "b.json", "-o", "labels.csv"),
        ("labels", "--scores", "votes", "-o", "votes"),
        ("accuracy", "labels.csv", "--by-class", "labels.csv"),
        ("score", "x.csv", "--fit", "fitted", "-o", "fitted"),
        ("compare", "--votes", "methods.csv", "-o", "."),
        ("raters", "--votes", "model_check.csv", "--out", "."),
    ],
)
def test_commands_keep_their_inputs(reassess: Command, words: tuple[str, ...]) -> None:
    Path("fitted").mkdir()
    names = "votes", "labels.csv", "methods.csv", "model_check.csv", "fitted/raters.csv"
    for name in names:
        Path(name).write_text("kept")
    refused(reassess(*words), "is read and would be written over")
    assert {Path(name).read_text() for name in names} == {"kept"}


@pytest.mark.parametrize(
    "words",
    [
        ("pick", "--threshold", "0.8", "-o", "data/golden.npz"),
        ("labels", "-o", "data/real.json"),
        ("explore", "-o", "data/scores.npz"),
        ("accuracy", "x.npy", "--by-class", "data/golden.npz"),
        ("reproduce", "--out", "data"),
        ("raters", "--out", "linked"),
    ],
)
def test_commands_keep_the_release(
    reassess: Command, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    folder = Path("data").resolve()
    folder.mkdir()
    for name in FILES:
        (folder / name).write_text("kept")
    Path("linked").mkdir()
    Path("linked", "raters.json").symlink_to(folder / "real.json")
    refused(reassess(*words, "--data", "data"), "is read and would be written over")
    monkeypatch.setenv("REASSESS_DATA", str(folder))
    refused(reassess(*words), "is read and would be written over")
    assert {(folder / name).read_text() for name in FILES} == {"kept"}


def test_every_table_that_is_written_is_known(
    reassess: Command, simulated_dir: Path, tmp_path: Path
) -> None:
    rows = [f"{item},{rater},{(item + rater // 3) % 2}" for item in range(9) for rater in range(4)]
    Path("votes.csv").write_text("\n".join(["item,rater,answer", *rows]))
    of_release = ("--data", simulated_dir)
    for words in (
        ("fit", "votes.csv", "-o", "out"),
        ("score", "votes.csv", "--fit", "out", "-o", "out/scored"),
        ("raters", "--votes", "votes.csv", "-o", "out"),
        ("compare", "--votes", "votes.csv", "-o", "out"),
        ("raters", *of_release, "-o", "out"),
        ("raters", *of_release, "--without", "101", "-o", "out"),
        ("compare", *of_release, "--replicates", "10", "-o", "out"),
        ("reproduce", *of_release, "-o", "out"),
    ):
        ended = reassess(*words)
        assert ended.status == 0, ended.err
    written = {path.stem for path in tmp_path.glob("out/**/*") if path.suffix in SUFFIXES}
    assert written <= set(TABLES)


def test_every_path_that_a_command_takes_is_known() -> None:
    """What fit starts from may be replaced by what it comes to, and a store keeps itself."""
    known = {*READ, *WRITTEN, "data", "start", "files"}
    for command in app.registered_commands:
        assert command.callback
        hints = get_type_hints(command.callback)
        assert {name for name, hint in hints.items() if "Path" in str(hint)} <= known
