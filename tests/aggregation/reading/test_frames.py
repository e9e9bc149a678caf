"""Votes from dataframes: every library, names kept and given back, and what is refused."""

from __future__ import annotations

import datetime
import importlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation import ReadOptions, VoteError, Votes

from ...support.named import named_votes

pandas: Any = importlib.import_module("pandas")
polars: Any = importlib.import_module("polars")

Columns = Mapping[str, Sequence[Any] | NDArray[Any]]


def chunked(columns: Columns) -> pa.Table:
    """A table in chunks of two rows, each with a dictionary of its own."""
    table = pa.table(dict(columns))
    pieces = [table.slice(row, 2) for row in range(0, len(table), 2)] or [table]
    return pa.concat_tables(pieces)


FRAMES: dict[str, Callable[[Columns], Any]] = {
    "pandas": lambda columns: pandas.DataFrame(dict(columns)),
    "pandas objects": lambda columns: pandas.DataFrame(dict(columns), dtype=object),
    "polars": lambda columns: polars.DataFrame(dict(columns)),
    "polars lazy": lambda columns: polars.LazyFrame(dict(columns)),
    "pyarrow": lambda columns: pa.table(dict(columns)),
    "pyarrow in chunks": chunked,
}
every_library = pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)

ROWS: dict[str, list[Any]] = {
    "item": ["b", "a", "b", "c", "b"],
    "rater": [11574, 9, 11574, 100, 9],
    "answer": ["yes", "no", "yes", "maybe", "no"],
}


@every_library
def test_all_columns_are_names(make: Callable[[Columns], Any]) -> None:
    votes = Votes.from_frame(make(ROWS))
    assert votes.item_names == ("a", "b", "c")
    assert votes.rater_names == (9, 100, 11574)
    assert votes.answer_names == ("maybe", "no", "yes")
    assert all(type(name) is int for name in votes.rater_names)
    assert named_votes(votes) == Counter(zip(*ROWS.values(), strict=True))


@pytest.mark.filterwarnings("ignore:names that differ")
@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1),
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
            st.booleans(),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_no_vote_is_lost_or_changed(rows: list[tuple[int, str, bool]]) -> None:
    columns: Columns = dict(
        zip(("item", "rater", "answer"), map(list, zip(*rows, strict=True)), strict=True)
    )
    for make in FRAMES.values():
        votes = Votes.from_frame(make(columns))
        assert named_votes(votes) == Counter(rows)
        for names, held in zip(
            (votes.item_names, votes.rater_names, votes.answer_names),
            columns.values(),
            strict=True,
        ):
            assert list(names) == sorted(set(held))


def test_the_same_as_from_triples() -> None:
    rng = np.random.default_rng(0)
    columns: Columns = {
        "item": rng.integers(0, 500, 5000),
        "rater": rng.integers(0, 20, 5000),
        "answer": rng.integers(0, 3, 5000),
    }
    expected = Votes.from_triples(*columns.values())
    for make in FRAMES.values():
        votes = Votes.from_frame(make(columns))
        np.testing.assert_array_equal(votes.starts, expected.starts)
        np.testing.assert_array_equal(votes.codes, expected.codes)


@every_library
def test_other_kinds_of_names(make: Callable[[Columns], Any]) -> None:
    days = [datetime.date(2020, 2, day) for day in (2, 1, 2)]
    votes = Votes.from_frame(
        make({"task": days, "worker": [0.5, 2.0, 0.25], "label": [True, False, True]})
    )
    assert [str(day)[:10] for day in votes.item_names] == ["2020-02-01", "2020-02-02"]
    assert votes.rater_names == (0.25, 0.5, 2.0)
    assert votes.answer_names == (False, True)


@pytest.mark.parametrize("make", [FRAMES["pandas"], FRAMES["polars"], FRAMES["pyarrow"]])
def test_floats_without_a_fraction_are_integers(make: Callable[[Columns], Any]) -> None:
    # pandas makes floats of integers wherever a row has been missing
    votes = Votes.from_frame(make({"item": [7.0, 11.0], "rater": ["a", "a"], "answer": [0, 1]}))
    assert list(map(str, votes.item_names)) == ["7", "11"]


ORDERED = {
    "pandas": lambda values, order: pandas.DataFrame(
        {"i": "x", "r": "y", "a": pandas.Categorical(values, categories=order, ordered=True)}
    ),
    "polars": lambda values, order: polars.DataFrame(
        {"i": "x", "r": "y", "a": polars.Series(values, dtype=polars.Enum(order))}
    ),
    "pyarrow": lambda values, order: pa.table(
        {
            "i": ["x"] * len(values),
            "r": ["y"] * len(values),
            "a": pa.DictionaryArray.from_arrays(
                pa.array([order.index(value) for value in values]), order, ordered=True
            ),
        }
    ),
}


@pytest.mark.parametrize("make", ORDERED.values(), ids=ORDERED)
def test_a_declared_order_is_kept(make: Callable[[list[str], list[str]], Any]) -> None:
    frame = make(["yes", "no", "yes", "maybe"], ["no", "maybe", "unsure", "yes"])
    votes = Votes.from_frame(frame, item="i", rater="r", answer="a")
    assert votes.answer_names == ("no", "maybe", "yes")
    np.testing.assert_array_equal(votes.answers, [0, 1, 2, 2])


UNORDERED = {
    "pandas": lambda values: pandas.Categorical(values, categories=["z", "b", "a"]),
    "polars": lambda values: polars.Series(values, dtype=polars.Categorical),
}


@pytest.mark.parametrize("library", UNORDERED)
def test_an_undeclared_order_is_not(library: str) -> None:
    answers = UNORDERED[library](["b", "a"])
    frame = FRAMES[library]({"item": [1, 1], "rater": [1, 2], "answer": answers})
    assert Votes.from_frame(frame).answer_names == ("a", "b")


@every_library
def test_answers_in_an_order_of_the_users(make: Callable[[Columns], Any]) -> None:
    names = ["no", "maybe", "unsure", "yes"]
    votes = Votes.from_frame(make(ROWS), answer_names=names)
    assert votes.n_answers == 4
    assert list(votes.answer_names) == names
    assert named_votes(votes) == Counter(zip(*ROWS.values(), strict=True))
    with pytest.raises(VoteError, match=r"answer 'maybe' is not in answer_names .*: 'no', 'yes'"):
        Votes.from_frame(make(ROWS), answer_names=["no", "yes"])
    with pytest.raises(VoteError, match=r"answer_names .* has a name twice: 'no', 'yes', 'no'"):
        Votes.from_frame(make(ROWS), answer_names=["no", "yes", "no"])


@every_library
@pytest.mark.parametrize(
    ("role", "values"),
    [("item", ["a", None, "b"]), ("rater", [1, None, 2]), ("answer", [True, None, True])],
)
def test_missing_values(make: Callable[[Columns], Any], role: str, values: list[Any]) -> None:
    columns: Columns = {"item": ["x"] * 3, "rater": ["y"] * 3, "answer": ["z"] * 3} | {role: values}
    with pytest.raises(
        VoteError, match=rf"^the {role} \(column '{role}'\) is missing: 1 vote has none: row 1\."
    ):
        Votes.from_frame(make(columns))


@every_library
def test_nan_is_missing(make: Callable[[Columns], Any]) -> None:
    columns: Columns = {"item": [1.5, 2.5, float("nan")], "rater": [1, 2, 3], "answer": [1, 1, 0]}
    with pytest.raises(VoteError, match=r"item \(column 'item'\) is missing: .* row 2\."):
        Votes.from_frame(make(columns))


def test_objects_as_names() -> None:
    frame = pandas.DataFrame({"item": [(1, 2), (3, 4), (1, 2)], "rater": [1, "a", 1], "answer": 0})
    votes = Votes.from_frame(frame)
    assert votes.item_names == ((1, 2), (3, 4))
    assert votes.rater_names == (1, "a")
    lists = polars.DataFrame({"item": [[1], [2, 3]], "rater": [1, 2], "answer": [0, 1]})
    with pytest.raises(VoteError, match="has a list, which cannot be a name"):
        Votes.from_frame(lists)


@every_library
def test_no_rows(make: Callable[[Columns], Any]) -> None:
    with pytest.raises(VoteError, match="no votes: the table has no rows"):
        Votes.from_frame(make({"item": [], "rater": [], "answer": []}))


@pytest.mark.parametrize(
    "names",
    [
        ("task", "worker", "label"),
        ("patient", "observer", "response"),
        ("Question", "ANNOTATOR", " rating "),
        ("answer", "item", "rater"),
    ],
)
@every_library
def test_usual_names_of_columns(make: Callable[[Columns], Any], names: tuple[str, ...]) -> None:
    columns: Columns = {name: ["x", "y"] for name in names} | {"seconds": [1.0, 2.0]}
    assert Votes.from_frame(make(columns)).n_votes == 2


@pytest.mark.parametrize(
    ("names", "said", "message"),
    [
        (
            ("a", "b", "c"),
            {},
            r"no column is called like the item or .*: say .*\(the columns are 'a', 'b', 'c'\)",
        ),
        (("item", "task", "rater", "label"), {}, "'item' and 'task' could all be the item: say"),
        (("item", "rater", "label", "answer"), {}, "'label' and 'answer' could all be the answer"),
        (("item", "rater", "label"), {"rater": "who"}, "there is no column 'who' for the rater"),
        (("item", "rater", "label"), {"answer": "item"}, "both the item and the answer"),
    ],
)
@every_library
def test_columns_that_cannot_be_told(
    make: Callable[[Columns], Any], names: tuple[str, ...], said: ReadOptions, message: str
) -> None:
    frame = make({name: ["x", "y"] for name in names})
    with pytest.raises(VoteError, match=message):
        Votes.from_frame(frame, **said)


def test_columns_of_one_name() -> None:
    frame = pandas.DataFrame([["x", "y", "z", "w"]], columns=["item", "rater", "answer", "answer"])
    with pytest.raises(VoteError, match="columns of one name"):
        Votes.from_frame(frame)


@pytest.mark.parametrize("value", [np.zeros((3, 3)), None, 7])
def test_no_dataframe(value: object) -> None:
    with pytest.raises(
        VoteError, match=r"is no dataframe that narwhals knows .* Votes\.from_triples"
    ):
        Votes.from_frame(value)


@pytest.mark.parametrize(
    "column",
    [pandas.Series({"i": "x"}), pandas.Series(["x"]).rename_axis("item"), polars.Series(["x"])],
)
def test_a_single_column_is_no_frame(column: Any) -> None:
    with pytest.raises(VoteError, match="a Series is no dataframe"):
        Votes.from_frame(column)


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["1", "2", "10"], (1, 2, 10)),
        (["1.00", "2.50", "10.00"], (1.0, 2.5, 10.0)),
        (["0.1234567890123456", "1", "2"], None),
    ],
)
def test_decimals_are_numbers(texts: list[str], names: tuple[float, ...] | None) -> None:
    decimals = list(map(Decimal, texts))
    whole = {"item": ["a", "b", "c"], "rater": ["x"] * 3, "answer": decimals}
    for frame in (pa.table(whole), pandas.DataFrame(whole), polars.DataFrame(whole), whole):
        found = Votes.from_frame(frame).answer_names
        assert found == (tuple(sorted(decimals)) if names is None else names)


def test_an_index_of_text_names_the_items_of_a_wide_frame() -> None:
    frame = pandas.DataFrame({"ann": ["x", "y"], "bob": ["x", None]}, index=["i", "j"])
    votes = Votes.from_frame(frame, wide=True)
    assert named_votes(votes) == Counter([("i", "ann", "x"), ("j", "ann", "y"), ("i", "bob", "x")])
    by_number = frame.rename_axis("item").reset_index().set_index(pandas.Index([5, 7]))
    assert named_votes(Votes.from_frame(by_number, wide=True)) == named_votes(votes)
    assert named_votes(Votes.from_frame(by_number.set_index("item"), wide=True)) == named_votes(
        votes
    )
