"""`reassess report`: a page on own votes, in a file or on standard output."""

from __future__ import annotations

from pathlib import Path

from ...support.commands import Command, refused

VOTES = "item,rater,answer\n" + "".join(
    f"{item},{rater},{'cat' if (item + (item % 3 == place)) % 2 else 'dog'}\n"
    for item in range(30)
    for place, rater in enumerate(("ann", "bob", "cem"))
)


def test_it_writes_the_page(reassess: Command) -> None:
    Path("votes.csv").write_text(VOTES)
    ended = reassess("report", "votes.csv", "-o", "page.html")
    assert (ended.status, ended.out) == (0, "")
    assert ended.err.splitlines()[-1] == "wrote page.html: open it in a browser"
    page = Path("page.html").read_text(encoding="utf-8")
    assert "<title>Votes in votes.csv</title>" in page
    assert "90 votes of 3 raters on 30 items" in page
    again = reassess("report", "votes.csv", "-o", "-")
    assert again.out == page


def test_known_items_are_measured(reassess: Command) -> None:
    Path("votes.csv").write_text(VOTES)
    Path("known.csv").write_text("item,class\n1,cat\n2,dog\n3,cat\n")
    ended = reassess("report", "votes.csv", "--truth", "known.csv")
    assert ended.status == 0, ended.err
    assert "right on known items" in Path("report.html").read_text(encoding="utf-8")


def test_votes_that_are_nowhere(reassess: Command) -> None:
    refused(reassess("report", "nowhere.csv"), "nowhere.csv")
