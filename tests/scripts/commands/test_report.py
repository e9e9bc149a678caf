"""`reassess report`: a page on own votes, in a file or on standard output."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.commands import report

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
    assert without_times(again.out) == without_times(page)


def without_times(page: str) -> str:
    """Return the page without how long methods took: the last cells of their rows."""
    short, n_times = re.subn(r">[0-9.]+ m?s</td></tr>", ">", page)
    assert n_times == 7
    return short


def test_of_many_votes_methods_are_not_compared(
    reassess: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MOST_COMPARED", 89)
    Path("votes.csv").write_text(VOTES)
    ended = reassess("report", "votes.csv")
    assert ended.status == 0
    assert "no methods side by side: there are more than 89 votes" in " ".join(ended.err.split())
    assert "Methods side by side" not in Path("report.html").read_text(encoding="utf-8")


def test_votes_that_no_methods_can_be_compared_on(reassess: Command) -> None:
    Path("votes.csv").write_text("item,rater,answer\n1,ann,cat\n")
    ended = reassess("report", "votes.csv")
    assert ended.status == 0
    assert "no methods side by side: folds=5 of 1 votes" in ended.err
    assert Path("report.html").exists()


def test_known_items_are_measured(reassess: Command) -> None:
    Path("votes.csv").write_text(VOTES)
    Path("known.csv").write_text("item,class\n1,cat\n2,dog\n3,cat\n")
    ended = reassess("report", "votes.csv", "--truth", "known.csv")
    assert ended.status == 0, ended.err
    page = Path("report.html").read_text(encoding="utf-8")
    assert "right on known items" in page
    assert "On 3 items of known class, which no method was told." in page


def test_votes_that_are_nowhere(reassess: Command) -> None:
    refused(reassess("report", "nowhere.csv"), "nowhere.csv")
