"""Votes as people have them: layouts and options, and what is said of every slip."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pytest
from pyarrow import parquet

from aggregation import ReadOptions, VoteError, Votes, VoteWarning, read_votes

from .test_read_formats import Rows, as_text, records

pytestmark = pytest.mark.filterwarnings("ignore::aggregation.VoteWarning")

PLAIN: Rows = [
    ("a", "ann", "cat"),
    ("a", "bob", "dog"),
    ("b", "ann", "cat"),
    ("b", "cem", "cat"),
    ("c", "bob", "dog"),
]


def read(tmp_path: Path, content: str | bytes, name: str = "votes.csv", **options: Any) -> Any:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_votes(path, **options)


def test_line_breaks_in_quotes_beyond_a_block_make_no_votes(tmp_path: Path) -> None:
    lines = [f'i{k},r{k % 3},{"xyz"[k % 3]},"one\nq1,z,maybe,u"' for k in range(400_000)]
    found = read(tmp_path, "item,rater,answer,comment\n" + "\n".join(lines) + "\n")
    assert (found.votes.n_votes, found.votes.n_raters, found.votes.n_answers) == (400_000, 3, 3)


def test_cells_of_any_size_are_read_over(tmp_path: Path) -> None:
    huge = "x" * 9_000_000
    found = read(tmp_path, f"item,rater,answer,more\na,ann,cat,{huge}\na,bob,dog,\n")
    assert as_text(found.votes) == Counter([("a", "ann", "cat"), ("a", "bob", "dog")])


def test_rows_may_end_early_where_nothing_is_wanted(tmp_path: Path) -> None:
    found = read(tmp_path, "item,rater,answer,x,y\na,ann,cat\na,bob,dog,1\n")
    assert found.votes.n_votes == 2


def test_names_of_rows_that_the_header_lacks(tmp_path: Path) -> None:
    found = read(tmp_path, "item,rater,answer\n1,a,ann,cat\n2,a,bob,dog\n")
    assert as_text(found.votes) == Counter([("a", "ann", "cat"), ("a", "bob", "dog")])


@pytest.mark.parametrize(
    ("content", "options", "rows"),
    [
        ("p\nq", {"header": False}, None),
        ("a,ann,cat\na,bob,dog\n", {"header": False}, 2),
        ("1;a;x\n2;a;x", {"header": False, "item": "1", "rater": "2", "answer": "3"}, 2),
        ("doc,sys,worker,label\nd,s,ann,x\nd,t,ann,x\n", {"item": ["doc", "sys"]}, 2),
        ("doc,sys,worker,label\nd,s,ann,x\nd,t,ann,x\n", {"item": "doc,sys"}, 2),
        ("\r\n\r\nitem,rater,answer\r\na,ann,x\r\n", {}, 1),
        ("sep=;\n\nitem;rater;answer\n\na;ann;x\n", {}, 1),
        ('\n"item"\t"rater"\t"answer"\n"a"\t"ann"\t"x\ty"\n', {"separator": "tab"}, 1),
        ("\n\na,ann,x\nb,bob,y\n", {"header": False}, 2),
        ("item,ann,bob\na,x,\nb,y,x\n", {"wide": True}, 3),
        ("item,gold,ann,bob\na,x,x,\nb,,y,x\n", {"wide": True, "truth_column": "gold"}, 3),
        ("id,r_1,l_1,r_2,l_2\na,x,0,y,1\nb,x,1,,\n", {"rater": "r_{}", "answer": "l_{}"}, 3),
        ("id,l_ann,l_bob\na,0,1\nb,1,\n", {"answer": "l_{}"}, 3),
        ("item,rater,answer,n\na,ann,x,3\na,bob,y,0\n", {"count": "n"}, 3),
        ("item,rater,answer,phase\na,ann,x,1\nb,bob,y,2\n", {"where": {"Phase": 2}}, 1),
        ("item,rater,answer,phase\na,ann,x,1\nb,bob,y,2\n", {"where": ["phase=1"]}, 1),
        ("item,rater,answer\na,ann,NA\nb,bob,y\n", {"missing": ["NA"]}, 1),
        ("item,rater,answer\na,ann,\nb,bob,y\nc,,y\n", {"missing": ""}, 1),
        ("item,rater,answer\na,ann,x\na,ann,y\n", {"duplicates": "first"}, 1),
        ('item\trater\tanswer\n"a\tann\tx\na"\tann\ty\n', {"separator": "tab"}, 2),
        ('item\trater\tanswer\n"a\tb"\tann\ty\n', {"quotes": True, "separator": "tab"}, 1),
        ("i\xe9,rater,answer,item\n1,ann,x,p\n".encode("latin-1"), {"encoding": "latin-1"}, 1),
        ("item,rater,answer\nCat,ann,x\ncat ,ann,y\n", {"normalise": True}, 2),
    ],
)
def test_layouts_and_options(
    tmp_path: Path, content: str | bytes, options: ReadOptions, rows: int | None
) -> None:
    if rows is None:
        with pytest.raises(VoteError, match="no column is called like"):
            read(tmp_path, content, **options)
    else:
        assert read(tmp_path, content, **options).votes.n_votes == rows


def test_wide_and_numbered_columns_are_the_plain_votes(tmp_path: Path) -> None:
    wide = "item,ann,bob,cem\na,cat,dog,\nb,cat,,cat\nc,,dog,\n"
    assert as_text(read(tmp_path, wide, wide=True).votes) == Counter(PLAIN)
    paired = "id,who1,what1,who2,what2\na,ann,cat,bob,dog\nb,cem,cat,ann,cat\nc,bob,dog,,\n"
    found = read(tmp_path, paired, rater="who{}", answer="what{}")
    assert as_text(found.votes) == Counter(PLAIN)
    counts = "item,rater,answer,n\n" + "".join(f"{','.join(row)},1\n" for row in PLAIN)
    assert as_text(read(tmp_path, counts, count="n").votes) == Counter(PLAIN)


def test_files_of_a_folder_are_raters(tmp_path: Path) -> None:
    for rater in ("ann", "bob", "cem"):
        rows = [row for row in PLAIN if row[1] == rater]
        lines = "".join(f"{item},{answer}\n" for item, _, answer in rows)
        (tmp_path / f"{rater}.csv").write_text("item,answer\n" + lines)
    for source in (tmp_path, tmp_path / "*.csv"):
        found = read_votes(source)
        assert as_text(found.votes) == Counter(PLAIN)
        assert "Took the files' names for the raters." in found.notes


def test_folders_keep_leading_zeros(tmp_path: Path) -> None:
    for rater in ("007", "7"):
        folder = tmp_path / f"rater={rater}"
        folder.mkdir()
        parquet.write_table(pa.table({"item": ["a"], "answer": ["x"]}), folder / "0.parquet")
    assert Votes.read(tmp_path).rater_names == ("007", "7")


def test_one_number_has_one_name_and_inexact_ones_none() -> None:
    votes = Votes.from_frame({"item": [0.0, -0.0], "rater": ["a", "b"], "answer": ["x", "x"]})
    assert votes.n_items == 1
    with pytest.raises(VoteError, match=r"numbers of 2\*\*53 and above as floats"):
        Votes.from_frame({"item": [2.0**53], "rater": ["a"], "answer": ["x"]})


def test_numbers_in_text_are_ordered_as_numbers(tmp_path: Path) -> None:
    content = "item,rater,answer\n" + "".join(f"a,r{a},{a}\n" for a in ("10.0", "2.0", "-1.5"))
    assert read(tmp_path, content).votes.answer_names == ("-1.5", "2.0", "10.0")


def test_class_labels_of_a_dataset_have_their_names() -> None:
    class Feature:
        names = ("cat", "dog")

    class Dataset:
        """As a Hugging Face Dataset looks from outside."""

        def __init__(self) -> None:
            self.features = {"task": None, "worker": None, "label": Feature()}

        def with_format(self, kind: str) -> Dataset:
            assert kind == "arrow"
            return self

        def __getitem__(self, rows: slice) -> pa.Table:
            return pa.table({"task": ["a", "b"], "worker": ["x", "x"], "label": [1, 0]})[rows]

    assert as_text(Votes.from_frame(Dataset())) == Counter([("a", "x", "dog"), ("b", "x", "cat")])


def test_gold_beside_the_votes_is_known() -> None:
    rows = [*records(PLAIN)]
    for row in rows:
        row["gold"] = "cat" if row["task"] == "a" else ""
    found = read_votes(rows, truth_column="gold")
    assert found.known is not None
    assert found.known.truth.tolist() == [0, -1, -1]
    assert read_votes(rows, truth_column="gold", without_golden=True).votes.n_votes == 3
    assert read_votes(rows).known is None
    assert any("--truth-column gold" in note for note in read_votes(rows).notes)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b,c\nq,r,s\n", r"no column is called like the item or the rater or the answer: say"),
        ("img1,ann,cat\nimg1,bob,cat\nimg2,ann,dog\n", r"--no-header"),
        ("item,ann,bob,cem\n" + "a,x,y,x\nb,x,x,y\n" * 3, r"looks wide.*--wide"),
        ("id,r_1,l_1,r_2,l_2\na,x,0,y,1\n", r"columns are numbered.*--rater 'r_\{\}'"),
        ("item,cat,dog\n" + "a,3,0\nb,1,2\nc,0,3\n" * 3, r"without raters there is nothing to"),
        ("item,worker,rater,answer\na,b,c,d\n", r"'worker' and 'rater' could all be the rater"),
        ("item,rater,answer\na,ann,x\nb,bob,\n", r"1 vote has none: line 3\. --missing ''"),
        ('item,rater,answer\na,"x\ny",x\nb,bob,\n', r"1 vote has none: line 4\."),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(VoteError, match=message):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"where": {"task": "z"}}, "no row has 'z' in column 'task'"),
        ({"where": {"nowhere": "z"}}, "there is no column 'nowhere' for --where"),
        ({"count": "label"}, "column 'label' is taken for the answer, and --count"),
        ({"duplicates": "none"}, "duplicates='none' is not one of keep, first, last, error"),
        ({"separator": "::"}, "separator='::' should be one character"),
        ({"answer_names": ["cat"]}, "answer 'dog' is not in answer_names"),
        ({"export": "nosuch"}, "no export is called 'nosuch'"),
        ({"missing": ["cat", "dog"]}, "no votes are left: 5 without an answer"),
    ],
)
def test_options_that_do_not_fit(options: Any, message: str) -> None:
    with pytest.raises(VoteError, match=message):
        read_votes(records(PLAIN), **options)
    with pytest.raises(TypeError, match="no option 'colour'"):
        read_votes(records(PLAIN), colour="red")  # type: ignore[call-arg]


def test_a_repetition_is_said_and_may_be_refused() -> None:
    rows = records([*PLAIN, ("a", "ann", "dog")])
    assert any("1 row repeats a (rater, item) pair" in note for note in read_votes(rows).notes)
    cases: list[tuple[Literal["first", "last"], str]] = [("first", "cat"), ("last", "dog")]
    for duplicates, answer in cases:
        votes = Votes.from_frame(rows, duplicates=duplicates)
        assert votes.n_votes == 5
        assert as_text(votes)["a", "ann", answer] == 1
    with pytest.raises(VoteError, match=r"rater 'ann' votes on item 'a' again \(row 5\)"):
        Votes.from_frame(rows, duplicates="error")


@pytest.mark.filterwarnings("error")
def test_doubts_are_warnings_in_python() -> None:
    with pytest.warns(VoteWarning, match="answers 'Cat' and 'cat'"):
        Votes.from_frame(records([("a", "ann", "cat"), ("a", "bob", "Cat")]))
    with pytest.warns(VoteWarning, match="NULL is taken for an answer, and given 1 time:"):
        Votes.from_frame(records([("a", "ann", "cat"), ("a", "bob", "NULL")]))
    many = [(f"i{k % 2}", f"r{k % 3}", "x") for k in range(60)]
    with pytest.warns(VoteWarning, match=r"only 6 \(item, rater\) pairs"):
        Votes.from_frame(records(many))


@pytest.mark.parametrize("where", [[("phase", ["2"])], [2], "phase", ["phase"]])
def test_a_condition_that_is_none(where: Any) -> None:
    rows = [{"item": "a", "rater": "ann", "answer": "yes", "phase": "2"}]
    with pytest.raises(VoteError, match=r"where=.*: say COLUMN=VALUE"):
        Votes.from_frame(rows, where=where)


def test_a_header_between_votes_is_no_vote(tmp_path: Path) -> None:
    content = "item,rater,answer\na,ann,x\nitem,rater,answer\nb,ann,y\n"
    found = read(tmp_path, content)
    assert (found.votes.n_votes, found.votes.answer_names) == (2, ("x", "y"))
    assert "Left out 1 vote: the header again." in found.notes
    assert read(tmp_path, "a,ann,x\n1,2,3\n", header=False).votes.n_votes == 2
    assert (
        read(tmp_path, content.replace("item,rater,answer\nb", "item,rater,x\nb")).votes.n_votes
        == 3
    )


def test_a_count_is_a_number(tmp_path: Path) -> None:
    with pytest.raises(VoteError, match="line 2 has 'x' for a number of votes"):
        read(tmp_path, "item,rater,answer,n\na,ann,cat,x\n", count="n")
