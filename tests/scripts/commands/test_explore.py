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


VOTES = "item,rater,answer\n1,ann,cat\n1,bob,cat\n2,ann,dog\n2,bob,cat\n3,ann,dog\n3,bob,dog\n"


def test_own_votes(reassess: Command, tmp_path: Path) -> None:
    Path("votes.csv").write_text(VOTES)
    Path("known.csv").write_text("item,class\n1,cat\n3,dog\n")
    ended = reassess("explore", "--votes", "votes.csv", "--truth", "known.csv")
    assert (ended.status, ended.out) == (0, "")
    assert "wrote explore.html" in ended.err
    assert "the 2 items whose class is known" in (tmp_path / "explore.html").read_text()


def test_what_does_not_go_together(reassess: Command, simulated: Release) -> None:
    Path("votes.csv").write_text(VOTES)
    refused(reassess("explore", "--votes", "votes.csv"), "--truth FILE")
    refused(
        reassess("explore", "--truth", "known.csv", "--data", simulated.folder),
        "go with --votes VOTES",
    )
