"""What is said of a table beside its votes: titles above it, and options that do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregation import ReadOptions, VoteError, read_votes

PLAIN = "item,rater,answer\na,ann,x|y\nb,bob,x\n"
WIDE = "item,ann,bob,cem,remark\na,x,y,x,\nb,y,x,,blurred\n"


@pytest.mark.parametrize("title", ["Votes of the study\n", "Votes of the study,,\n,,\n"])
def test_names_below_a_title_are_found(tmp_path: Path, title: str) -> None:
    path = tmp_path / "votes.csv"
    path.write_text(title + PLAIN)
    line = 1 + title.count("\n")
    with pytest.raises(VoteError, match=f"line {line} looks like the names: .* what is above it"):
        read_votes(path)


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (PLAIN, {"multiple": "split"}, "Answers are taken whole"),
        (PLAIN, {"without_golden": True}, "--without-golden leaves none out"),
        (PLAIN.replace("answer", "answer,gold"), {"without_golden": True}, "--truth-column COLUMN"),
        (WIDE, {"wide": True}, "No answer of 'remark' is in another column"),
    ],
)
def test_what_does_nothing_is_said(
    tmp_path: Path, content: str, options: ReadOptions, said: str
) -> None:
    path = tmp_path / "votes.csv"
    path.write_text(content)
    assert any(said in note for note in read_votes(path, **options).notes)


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (PLAIN, {}),
        (WIDE, {"wide": True, "rater": "ann,bob,cem"}),
        ("item,ann,bob\na,x,y\nb,x,y\n", {"wide": True}),
        ("item,ann,bob,cem\na,x,y,\nb,y,x,\n", {"wide": True}),
    ],
)
def test_plain_tables_need_no_remark(tmp_path: Path, content: str, options: ReadOptions) -> None:
    path = tmp_path / "votes.csv"
    path.write_text(content)
    (note,) = read_votes(path, **options).notes
    assert note.startswith("Took ")


def test_an_export_is_no_wide_table() -> None:
    with pytest.raises(VoteError, match=r"wide .* export='toloka' is not"):
        read_votes([{"item": "a", "ann": "x"}], wide=True, export="toloka")
    assert read_votes([{"item": "a", "ann": "x"}], wide=True, export="NONE").votes.n_votes == 1
