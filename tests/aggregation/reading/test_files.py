"""Votes from files: every kind, names kept and given back, and what is refused."""

from __future__ import annotations

import bz2
import csv
import gzip
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from aggregation import VoteError, Votes
from analysis import Release

from ...support import bad_releases as bad
from ...support.named import named_votes

TEXT = "item,rater,answer\nb,ann,yes\na,bob,no\nb,ann,yes\n"
NAMED = Counter({("b", "ann", "yes"): 2, ("a", "bob", "no"): 1})


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("votes.csv", str.encode),
        ("VOTES.CSV", str.encode),
        ("votes.tsv", lambda text: text.replace(",", "\t").encode()),
        ("votes.csv.gz", lambda text: gzip.compress(text.encode())),
        ("votes.csv.bz2", lambda text: bz2.compress(text.encode())),
        ("with a mark.csv", lambda text: b"\xef\xbb\xbf" + text.encode()),
        ("windows.csv", lambda text: text.replace("\n", "\r\n").encode()),
    ],
)
def test_kinds_of_csv(name: str, pack: Callable[[str], bytes], tmp_path: Path) -> None:
    votes = Votes.read(written(tmp_path / name, pack(TEXT)))
    assert named_votes(votes) == NAMED
    assert named_votes(Votes.read(str(tmp_path / name))) == NAMED


@pytest.mark.filterwarnings("ignore::aggregation.VoteWarning")
@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(
            *[st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)] * 3
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_text_is_a_name(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "votes.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("item", "rater", "answer"), *rows])
    as_text = Counter(tuple(map(str, names)) for names in named_votes(Votes.read(path)).elements())
    assert as_text == Counter(rows)


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        (["10", "9", "-3"], (-3, 9, 10)),
        (["10", "09"], ("09", "10")),
        (["1", "+2"], ("1", "+2")),
        (["1", "one"], ("1", "one")),
        (["1.0", "2.5"], ("1.0", "2.5")),
        (["NA", "nan", "null", "None"], ("NA", "None", "nan", "null")),
        (["true", "false"], ("false", "true")),
        (["99999999999999999999", "1"], ("1", "99999999999999999999")),
        (["2020-01-02", "2020-01-01"], ("2020-01-01", "2020-01-02")),
    ],
)
def test_names_in_csv(cells: list[str], names: tuple[Any, ...], tmp_path: Path) -> None:
    lines = "".join(f"{cell},ann,yes\n" for cell in cells)
    votes = Votes.read(written(tmp_path / "votes.csv", "item,rater,answer\n" + lines))
    assert votes.item_names == names
    assert list(map(type, votes.item_names)) == list(map(type, names))


def test_a_name_on_the_last_line_of_a_long_file_of_numbers(tmp_path: Path) -> None:
    lines = "".join(f"{item},{item % 7},{item % 3}\n" for item in range(200_000))
    path = written(tmp_path / "votes.csv", f"item,rater,answer\n{lines}the last,7,0\n")
    assert path.stat().st_size > 2**20  # more than a block, whose entries tell pyarrow the type
    votes = Votes.read(path)
    assert votes.n_votes == 200_001
    assert votes.item_names[-1] == "the last"
    assert votes.item_names[0] == "0"
    assert votes.rater_names == tuple(range(8))


def test_columns_by_name_and_others_left_alone(tmp_path: Path) -> None:
    text = "when,photo,who,item,said\n\xe9,p,ann,1,yes\n,q,bob,,no\n"
    path = written(tmp_path / "votes.csv", text)
    votes = Votes.read(path, item="photo", rater="who", answer="said", answer_names=["yes", "no"])
    assert named_votes(votes) == Counter({("p", "ann", "yes"): 1, ("q", "bob", "no"): 1})
    assert list(votes.answer_names) == ["yes", "no"]


@pytest.mark.parametrize("compression", ["snappy", "none"])
def test_parquet(compression: str, tmp_path: Path) -> None:
    table = pa.table({"task": ["b", "a", "b"], "worker": [7, 11, 7], "label": [True, False, True]})
    parquet.write_table(table, tmp_path / "votes.parquet", compression=compression)
    votes = Votes.read(tmp_path / "votes.parquet")
    assert named_votes(votes) == Counter({("b", 7, True): 2, ("a", 11, False): 1})


def test_a_folder_of_parquet(tmp_path: Path) -> None:
    folder = tmp_path / "votes"
    folder.mkdir()
    for part, items in enumerate((["b", "c"], ["a", "b"])):
        table = pa.table({"rater": [part, part], "item": items, "answer": ["x", "y"]})
        parquet.write_table(table, folder / f"part-{part}.parquet")
    assert named_votes(Votes.read(folder)) == Counter(
        {("b", 0, "x"): 1, ("c", 0, "y"): 1, ("a", 1, "x"): 1, ("b", 1, "y"): 1}
    )


def test_npz(tmp_path: Path) -> None:
    tensor = np.random.default_rng(0).integers(0, 3, (4, 50))[:, :, None] == np.arange(1, 3)
    path = tmp_path / "votes.npz"
    for dtype in (np.float64, np.uint8, bool):
        np.savez_compressed(path, tensor=tensor.astype(dtype))
        votes = Votes.read(path)
        np.testing.assert_array_equal(votes.to_tensor(), tensor)
        assert votes.item_names == range(50)
    ids, info = np.array([7, 5, 6, 9]), np.array([["img", str(item)] for item in range(50)])
    np.savez(path, tensor=tensor, ids=ids, info=info)
    votes = Votes.read(path, answer_names=["no", "yes"])
    np.testing.assert_array_equal(votes.to_tensor(), tensor)
    assert votes.rater_names == (7, 5, 6, 9)
    assert votes.item_names[49] == "img/49"
    assert votes.answer_names == ("no", "yes")


def test_simulated_release(simulated: Release) -> None:
    votes = Votes.read(simulated.folder / "raters.npz")
    np.testing.assert_array_equal(votes.starts, simulated.votes.starts)
    np.testing.assert_array_equal(votes.codes, simulated.votes.codes)
    assert votes.rater_names == simulated.votes.rater_names


@pytest.mark.release
def test_published_release(release: Release) -> None:
    votes = Votes.read(release.folder / "raters.npz")
    np.testing.assert_array_equal(votes.starts, release.votes.starts)
    np.testing.assert_array_equal(votes.codes, release.votes.codes)
    assert votes.item_names[:2] == (
        "ILSVRC2012_val_00041207.JPEG/556",
        "ILSVRC2012_val_00041207.JPEG/588",
    )


def test_bluebirds(datasets: Path) -> None:
    path = datasets / "bluebird_votes.csv"
    with path.open(newline="") as file:
        rows = [tuple(map(int, row)) for row in list(csv.reader(file))[1:]]
    votes = Votes.read(path)
    assert named_votes(votes) == Counter(rows)
    assert (votes.n_items, votes.n_raters, votes.n_answers, votes.n_votes) == (108, 39, 2, 4212)
    assert votes.item_names[0] == 11573


WRONG_CSV = {
    "": "is empty",
    "item,rater,answer\n": "no votes: the table has no rows",
    "item,rater,answer\na,b,yes\na,,yes\n": "(column 'rater') is missing: 1 vote has none: line 3",
    'item,rater,answer\na,b,""\n': "answer (column 'answer') is missing: 1 vote has none: line 2",
    "item,rater,answer\na,b,yes\na,b\n": "(column 'answer') is missing: 1 vote has none: line 3",
    "seconds,rater,answer\n1,2,3\n": "no column is called like the item",
    "item,rater,answer\na,b,yes,no\nb,b,no\n": "line 2 has 4 cells, and the header 3",
    "item:rater:answer\n1:2:3\n": "(the columns are 'item:rater:answer')",
}


@pytest.mark.parametrize("text", WRONG_CSV)
def test_wrong_csv(text: str, tmp_path: Path) -> None:
    refused(written(tmp_path / "votes.csv", text), WRONG_CSV[text])


def test_wrong_bytes(tmp_path: Path) -> None:
    content = b"item,rater,answer\na,b\xff,c\n"
    refused(
        written(tmp_path / "votes.csv", content),
        "a column is not in UTF-8: say how the",
    )


def test_columns_of_one_name(tmp_path: Path) -> None:
    path = written(tmp_path / "votes.csv", "item,rater,said,said\na,b,1,2\n")
    refused(path, "column 'said' is there 2 times", answer="said")


def refused(path: Path, message: str, **options: Any) -> None:
    """Expect one line that names the file."""
    with pytest.raises(VoteError) as caught:
        Votes.read(path, **options)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_wrong_kinds(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Votes.read(tmp_path / "votes.csv")
    refused(written(tmp_path / "votes.xlsx", b"PK"), "cannot be read (")
    refused(written(tmp_path / "votes", b"\1\0\2"), "call it .csv, .tsv, .json")
    refused(written(tmp_path / "votes.parquet", b"no such thing"), "cannot be read (")
    refused(written(tmp_path / "votes.csv.gz", b"no such thing"), "cannot be read (")
    refused(written(tmp_path / "votes.npz", b"no such thing"), "not an .npz file")
    (tmp_path / "folder").mkdir()
    refused(tmp_path / "folder", "")


def test_wrong_npz(tmp_path: Path) -> None:
    path = tmp_path / "votes.npz"
    whole = np.eye(6).reshape(2, 6, 3)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"votes": whole}, "no array tensor: it holds 'votes'"),
        ({"tensor": whole[0]}, "tensor: should hold numbers, 0 and 1, with three axes"),
        ({"tensor": whole.astype(str)}, "tensor: should hold numbers"),
        ({"tensor": whole * 2}, "tensor: entry (0, 0, 0) of the tensor is 2.0"),
        ({"tensor": np.zeros((2, 6, 3))}, "tensor: no votes"),
        ({"tensor": np.ones((2, 6, 3)), "ids": np.arange(2)}, "tensor: rater 0 gave item 0 more"),
        ({"tensor": whole, "ids": np.arange(3)}, "ids: should hold 2 names, as the tensor has"),
        ({"tensor": whole, "info": np.zeros((6, 2, 2))}, "info: should hold 6 names"),
        ({"tensor": whole, "ids": np.array([4, 4])}, "ids: 1 of the 2 names occur before"),
    ]
    for arrays, message in cases:
        np.savez(path, **arrays)
        refused(path, message)
    np.savez(path, tensor=whole)
    refused(path, "leave rater='ids' out", rater="ids")
    refused(path, "2 answer names for 3 answers", answer_names=["no", "yes"])
    bad.damage(path, "tensor")
    refused(path, "(Bad CRC-32 for file")


def test_a_folder_of_other_files_is_named(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text("item,rater,answer\n1,ann,yes\n")
    (tmp_path / "votes.json").write_text("[]")
    with pytest.raises(VoteError, match=r"a folder of files of several kinds \(1 csv, 1 json\)"):
        Votes.read(tmp_path)


def test_a_row_of_a_folder_is_named_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("task,worker,label\n1,ann,x\n2,bob,y\n")
    (tmp_path / "gold.csv").write_text("task,label\n1,x\n2,y\n")
    (tmp_path / "b.csv").write_text("task,worker,label\n1,eve,x\n")
    with pytest.raises(VoteError, match="2 votes have none: line 2 of gold, line 3 of gold"):
        Votes.read(tmp_path)
    (tmp_path / "gold.csv").unlink()
    (tmp_path / "b.csv").write_text("task,worker,label\n1,eve,\n")
    with pytest.raises(VoteError, match="1 vote has none: line 2 of b"):
        Votes.read(tmp_path)


def test_a_pattern_of_folders_alone_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "votes1").mkdir()
    for pattern, message in (
        ("votes*", "folders are, but no file is called"),
        ("x*", "no file is"),
    ):
        with pytest.raises(FileNotFoundError, match=message):
            Votes.read(tmp_path / pattern)
