"""Slips of hand-made tables: headers again, empty rows, open quotes and separators within cells."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregation import VoteError, Votes, VoteStore, read_votes

from .test_read import PLAIN, read
from .test_read_formats import records

pytestmark = pytest.mark.filterwarnings("ignore::aggregation.VoteWarning")


@pytest.mark.parametrize("again", ["item,rater,answer", "Item,Rater,Answer", "ITEM,RATER,ANSWER"])
def test_a_header_again_in_any_case_is_no_vote(tmp_path: Path, again: str) -> None:
    lines = [",".join(row) for row in PLAIN]
    found = read(tmp_path, "\n".join(["item,rater,answer", *lines, again, *lines]))
    assert found.votes.n_votes == 2 * len(PLAIN)
    assert "Left out 1 vote: the header again." in found.notes


def test_characters_that_nobody_sees_are_doubted() -> None:
    rows = records([("a", "ann", "cat"), ("a", "bob", "cat\u200b"), ("b", "bob", "\ufeffcat")])
    (doubt,) = read_votes(rows).doubts
    assert r"'cat' and 'cat\u200b' and '\ufeffcat'" in doubt
    assert Votes.from_frame(rows, normalise=True).answer_names == ("cat",)


def test_numbered_columns_are_named_as_they_are(tmp_path: Path) -> None:
    text = "id,who1,said1,who2,said2\na,ann,x,bob,y\n"
    with pytest.raises(VoteError, match=r"--rater 'who\{\}' --answer 'said\{\}'"):
        read(tmp_path, text)
    assert read(tmp_path, text, rater="who{}", answer="said{}").votes.n_votes == 2


def test_empty_rows_are_no_votes(tmp_path: Path) -> None:
    text = "item,rater,answer,note\n" + "".join(f"{','.join(row)},\n" for row in PLAIN)
    found = read(tmp_path, text + ",,,\n,,,checked by hand\n")
    assert found.votes.n_votes == len(PLAIN)
    assert "Left out 2 votes: empty rows." in found.notes
    with pytest.raises(VoteError, match=r"the rater .* is missing: 1 vote has none: line 7\."):
        read(tmp_path, f"{text}c,,dog,\n,,,\n")


def test_columns_of_one_name_are_to_be_renamed(tmp_path: Path) -> None:
    text = "item,rater,label,label\na,ann,x,y\n"
    with pytest.raises(VoteError, match=r"could all be the answer \(rename those of one name\)"):
        read(tmp_path, text)
    with pytest.raises(VoteError, match="column 'label' is there 2 times: rename all but one"):
        read(tmp_path, text, answer="label")


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("row", ['x,"y,cat,', 'x,y,"cat,', 'x,y,cat,"so'])
def test_a_quote_that_is_never_closed_swallows_no_votes(tmp_path: Path, row: str, end: str) -> None:
    lines = ["item,rater,answer,note", *(f'{",".join(vote)},"a\nb"' for vote in PLAIN)]
    text = "\n".join([*lines, row, *lines[1:]]) + end
    for way in (Votes.read, lambda path: VoteStore.ingest(path, tmp_path / "store")):
        (tmp_path / "votes.csv").write_text(text)
        with pytest.raises(
            VoteError, match=r"votes\.csv: line 12: a quote begins a cell and is not"
        ):
            way(tmp_path / "votes.csv")
    assert read(tmp_path, "\n".join(lines) + end).votes.n_votes == len(PLAIN)


def test_quotes_within_cells_may_be_odd(tmp_path: Path) -> None:
    text = "item,rater,answer,note\n" + "".join(f'{",".join(row)},5" wide\n' for row in PLAIN)
    assert read(tmp_path, text).votes.n_votes == len(PLAIN)


def test_a_separator_within_a_cell_makes_no_row_names(tmp_path: Path) -> None:
    rows = "".join(f"{','.join(row)}, maybe\n" for row in PLAIN)
    with pytest.raises(VoteError, match="line 2 has 4 cells, and the header 3"):
        read(tmp_path, f"item,rater,answer\n{rows}")
    numbered = "".join(f"{number},{','.join(row)}\n" for number, row in enumerate(PLAIN))
    assert read(tmp_path, f"item,rater,answer\n{numbered}").votes.n_votes == len(PLAIN)
