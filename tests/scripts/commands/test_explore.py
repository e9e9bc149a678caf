"""`reassess explore`: a page of the release, in a file or on standard output."""

from __future__ import annotations

from pathlib import Path

from analysis import Release, explorer_page

from ...support.commands import Command, refused


def test_it_writes_the_page(reassess: Command, simulated: Release, tmp_path: Path) -> None:
    for options, name in (([], "explore.html"), (["-o", "pages/x.html"], "pages/x.html")):
        ended = reassess("explore", *options, "--data", simulated.folder)
        assert (ended.status, ended.out) == (0, "")
        assert ended.err.splitlines()[-1] == f"wrote {name}: open it in a browser"
        assert (tmp_path / name).read_text(encoding="utf-8") == explorer_page(simulated)


def test_standard_output(reassess: Command, simulated: Release, tmp_path: Path) -> None:
    ended = reassess("explore", "-o", "-", "--data", simulated.folder)
    assert ended.status == 0
    assert ended.out == explorer_page(simulated)
    assert list(tmp_path.iterdir()) == []


def test_without_a_release(reassess: Command) -> None:
    refused(reassess("explore"), "reassess fetch")
