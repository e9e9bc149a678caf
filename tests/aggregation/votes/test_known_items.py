"""Items of known class: matched to the votes by name, and given class names."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from aggregation import (
    KnownItems,
    VoteError,
    Votes,
    VoteStore,
    fit_dawid_skene,
    read_known_items,
    start_from,
)

from ...support.stores import write_csv, write_rows

VOTES = Votes.from_triples(
    ["a", "a", "b", "b", "c"], ["x", "y", "x", "y", "x"], ["no", "maybe", "yes", "yes", "no"]
)


def known(tmp_path: Path, text: str, **options: int) -> KnownItems:
    path = tmp_path / "truth.csv"
    path.write_text(text)
    return read_known_items(path, votes=VOTES, **options)  # type: ignore[arg-type]


def test_classes_that_are_answers(tmp_path: Path) -> None:
    found = known(tmp_path, "class,item\nyes,b\nno,c\n")
    assert found.class_names == ("maybe", "no", "yes")
    np.testing.assert_array_equal(found.truth, [-1, 2, 1])
    assert found.n_without_votes == 0


@pytest.mark.parametrize(
    ("rows", "n_classes", "names", "truth"),
    [
        ("b,yes\nc,no\n", 2, ("no", "yes"), [-1, 1, 0]),
        ("b,yes\nc,no\n", 3, ("maybe", "no", "yes"), [-1, 2, 1]),
        ("b,cat\nc,ape\n", 2, ("ape", "cat"), [-1, 1, 0]),
        ("b,yes\nc,other\n", 4, ("maybe", "no", "yes", "other"), [-1, 2, 3]),
        ("b,yes\n", None, ("maybe", "no", "yes"), [-1, 2, -1]),
    ],
)
def test_names_of_classes(
    rows: str, n_classes: int | None, names: tuple[str, ...], truth: list[int], tmp_path: Path
) -> None:
    options = {} if n_classes is None else {"n_classes": n_classes}
    found = known(tmp_path, "item,class\n" + rows, **options)
    assert found.class_names == names
    np.testing.assert_array_equal(found.truth, truth)


def test_items_without_votes_are_left_out(tmp_path: Path) -> None:
    found = known(tmp_path, "item,class\nz,yes\na,no\ny,no\n")
    assert found.n_without_votes == 2
    np.testing.assert_array_equal(found.truth, [1, -1, -1])


def test_names_that_read_the_same(tmp_path: Path) -> None:
    votes = Votes.from_triples(["7", "10", "7"], ["x", "x", "y"], ["1", "0", "1"])
    table = pa.table({"item": [10, 7], "gold": [0, 1]})
    parquet.write_table(table, tmp_path / "truth.parquet")
    found = read_known_items(tmp_path / "truth.parquet", votes=votes)
    assert votes.item_names == ("10", "7")
    np.testing.assert_array_equal(found.truth, [0, 1])
    assert found.class_names == ("0", "1")


@pytest.mark.parametrize(
    ("text", "n_classes", "message"),
    [
        ("item,class\nA,yes\nB,no\n", None, "none of its 2 items is among the votes: they are"),
        ("item,class\na,yes\na,no\n", None, "item 'a' is known as 'yes', 'no': 1 items are"),
        ("item,class\na,\n", None, "no item's class is known: the column of classes is empty"),
        ("item,class\na,cat\n", None, r"class 'cat' is no answer of these votes \('maybe', 'no'"),
        ("item,class\na,Yes\n", None, r"class 'Yes' is no answer .*: did you mean 'yes'\?"),
        (
            "item,class\na,yes\nb,no\n",
            4,
            "4 classes are wanted, but its classes are 'no', 'yes'",
        ),
        ("item,class,gold\na,1,1\n", None, "'class' and 'gold' could all be the class"),
        ("item,class\n", None, "no item's class is known"),
    ],
)
def test_wrong_files(text: str, n_classes: int | None, message: str, tmp_path: Path) -> None:
    options = {} if n_classes is None else {"n_classes": n_classes}
    with pytest.raises(VoteError, match=f"truth.csv: {message}"):
        known(tmp_path, text, **options)


def test_classes_that_are_not_answers_start_from_known_items() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 400)
    items, raters = np.repeat(np.arange(400), 5), np.tile(np.arange(5), 400)
    # Answer 0 is mostly given in class 1: the other way round than vote shares assume.
    answers = np.where(rng.random(2000) < 0.8, 1 - truth[items], truth[items])
    votes = Votes.from_triples(items, raters, answers)
    few = np.where(np.arange(400) < 30, truth, -1)
    named = KnownItems(few, ("ape", "cat"), 0)
    start = start_from(named, votes)
    assert start is not None
    fit = fit_dawid_skene(votes, truth=few, start=start)
    assert (fit.classes() == truth).mean() > 0.9
    assert start_from(KnownItems(few, (0, 1), 0), votes) is None


def test_classes_called_like_answers_start_from_them_beside_others() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 300)
    items, raters = np.repeat(np.arange(300), 4), np.tile(np.arange(4), 300)
    answers = np.where(rng.random(1200) < 0.85, truth[items], 1 - truth[items])
    votes = Votes.from_triples(items, raters, answers)
    few = np.full(300, -1)
    few[:3] = 2  # nothing is known but three items of a class that nobody can answer
    start = start_from(KnownItems(few, (0, 1, "other"), 0), votes)
    assert start is not None
    rates, prior = start
    np.testing.assert_array_equal(rates[:, :2].argmax(axis=2), [[0, 1]] * 4)
    assert prior[2] < 0.05


@pytest.mark.parametrize("kind", ["text", "whole", "float", "date"])
@pytest.mark.parametrize("normalise", [False, True])
def test_of_a_store_go_by_name(kind: str, normalise: bool, tmp_path: Path) -> None:
    kinds: dict[str, list[Any]] = {
        "text": ["Photo 1", "photo  2", "\u00e9", "7", "'", "z" * 300],
        "whole": [7, -1, 10, 2**40, 0, 3],
        "float": [0.5, 7.0, 1e-9, 3.25, -2.5, 1e6],
        "date": [datetime.date(2020, 1, day) for day in range(1, 7)],
    }
    names = kinds[kind]
    columns = {"item": names * 2, "rater": ["x"] * 6 + ["y"] * 6, "answer": [0, 1, 2] * 4}
    parquet.write_table(pa.table(columns), tmp_path / "votes.parquet")
    store = VoteStore.ingest(tmp_path / "votes.parquet", tmp_path / "store", partitions=4)
    said = [
        str(name).upper() if normalise else str(name) for name in [*names[1:5], "none of these"]
    ]
    path = write_csv(tmp_path / "truth.csv", pa.table({"item": said, "class": [0, 1, 2, 1, 0]}))
    found = read_known_items(path, votes=store, normalise=normalise)
    wanted = read_known_items(path, votes=store.votes(), normalise=normalise)
    assert found[1:] == wanted[1:]
    assert found.n_without_votes == 1
    of_items = dict(zip(store.votes().item_names, wanted.truth.tolist(), strict=True))
    assert found.truth == {name: cls for name, cls in of_items.items() if cls >= 0}
    path.write_text("item,class\nnobody,1\n")
    with pytest.raises(VoteError, match="none of its 1 items is among the votes"):
        read_known_items(path, votes=store)


@pytest.mark.parametrize("rows", [["a,cat", "c,ape"], ["a,no", "b,yes", "c,other"]])
def test_a_start_from_known_items_of_a_store(rows: list[str], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    votes = [(item, rater, rng.choice(["no", "yes"])) for item in "abcdefgh" for rater in "xyz"]
    files = (
        write_rows(tmp_path / "votes.csv", votes),
        write_rows(tmp_path / "t.csv", [], "item,class"),
    )
    files[1].write_text("\n".join(["item,class", *rows]))
    store = VoteStore.ingest(files[0], tmp_path / "store", partitions=3)
    n_classes = 2 if len(rows) == 2 else 3
    starts = [
        start_from(read_known_items(files[1], votes=one, n_classes=n_classes), one)
        for one in (store, store.votes())
    ]
    for found, wanted in zip(*starts, strict=True):
        np.testing.assert_array_equal(found, wanted)
