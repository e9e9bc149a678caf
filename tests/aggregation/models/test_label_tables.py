"""Labels, items and raters as tables, against plain counting."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from aggregation import METHODS, Aggregated, Table, Votes, fit_dawid_skene, vote_share
from aggregation.models.label_tables import departures

from ...support.methods import quietly
from ...support.vote_rows import N_ITEMS, Triples, compiles, triples, votes_of

DAWID_SKENE = METHODS["dawid-skene"]
LABEL_COLUMNS = ("item", "label", "confidence", "votes", "agreement", "entropy", "majority")


def column(table: Table, name: str) -> list[Any]:
    values = table[name]
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def named_votes(rows: Triples) -> Votes:
    """The same votes under names, as a frame has them."""
    items, raters, answers = zip(*rows, strict=True)
    frame = {
        "item": [f"i{item}" for item in items],
        "rater": [f"r{rater}" for rater in raters],
        "answer": [f"a{answer}" for answer in answers],
    }
    return Votes.from_frame(pl.DataFrame(frame))


@compiles
@given(triples(), st.integers(1, 5))
def test_labels_by_the_definition(rows: Triples, n_classes: int) -> None:
    result = quietly(DAWID_SKENE, votes_of(rows), n_classes=n_classes)
    table = result.labels()
    assert table.column_names == LABEL_COLUMNS
    assert column(table, "item") == list(range(N_ITEMS))
    np.testing.assert_array_equal(table["confidence"], result.posterior.max(axis=1))
    assert column(table, "label") == result.posterior.argmax(axis=1).tolist()
    expected = [scipy.stats.entropy(row, base=2) for row in result.posterior]
    np.testing.assert_allclose(table["entropy"], expected, atol=1e-12)
    for item in range(N_ITEMS):
        said = Counter(answer for of_item, _, answer in rows if of_item == item)
        most = [answer for answer, count in said.items() if count == max(said.values())]
        assert table["votes"][item] == said.total()
        assert table["majority"][item] == (most[0] if len(most) == 1 else None)
        if said:
            assert table["agreement"][item] == max(said.values()) / said.total()
            assert 0 < table["agreement"][item] <= 1
        else:
            assert np.isnan(table["agreement"][item])


@compiles
@given(triples())
def test_items_keep_their_order(rows: Triples) -> None:
    votes = named_votes(rows)
    expected = list(dict.fromkeys(f"i{item}" for item, _, _ in rows))
    result = quietly(DAWID_SKENE, votes)
    labels = result.labels()
    assert column(labels, "item") == expected
    places = [votes.item_names.index(item) for item in expected]
    names = [votes.answer_names[cls] for cls in result.classes()[places]]
    assert column(labels, "label") == names
    np.testing.assert_array_equal(labels["confidence"], result.posterior.max(axis=1)[places])
    items = result.item_table()
    assert items.column_names[: len(LABEL_COLUMNS)] == LABEL_COLUMNS
    assert items.column_names[len(LABEL_COLUMNS) :] == tuple(
        f"posterior_{name}" for name in votes.answer_names
    )
    for code, name in enumerate(votes.answer_names):
        found = items[f"posterior_{name}"]
        np.testing.assert_array_equal(found, result.posterior[places, code])


@compiles
@given(triples())
def test_raters_by_the_definition(rows: Triples) -> None:
    votes = votes_of(rows)
    result = quietly(DAWID_SKENE, votes, pseudo_count=0.5)
    table = result.rater_table()
    for rater in range(votes.n_raters):
        own = [(item, answer) for item, of_rater, answer in rows if of_rater == rater]
        assert table["votes"][rater] == len(own)
        if not own:
            assert np.isnan(table["accuracy"][rater])
            continue
        right = sum(result.posterior[item, answer] for item, answer in own)
        assert table["accuracy"][rater] == pytest.approx(right / len(own), rel=1e-9)
        assert 0 <= table["accuracy"][rater] <= 1


def test_what_a_rater_confuses() -> None:
    rows = [("x", "cat"), ("y", "cat"), ("z", "dog"), ("u", "dog"), ("v", "dog"), ("w", "dog")]
    wrong = {("x", "b"): "dog", ("u", "b"): "cat", ("v", "b"): "cat"}
    votes = Votes.from_triples(
        *zip(
            *((i, r, wrong.get((i, r), a)) for i, a in rows for r in ("a", "b", "c", "d")),
            strict=True,
        )
    )
    truth = [votes.answer_names.index(dict(rows)[item]) for item in votes.item_names]
    table = fit_dawid_skene(votes, truth=truth).rater_table()
    assert column(table, "accuracy") == [1.0, 0.5, 1.0, 1.0]
    assert column(table, "main_confusion") == [None, "dog as cat", None, None]
    assert table["confusion_rate"][1] == 0.5
    assert np.isnan(table["confusion_rate"][0])


def three_answers() -> Votes:
    votes = Votes.from_triples(
        ["x", "x", "x", "y", "y", "y", "z", "z"],
        ["a", "b", "c", "a", "b", "c", "a", "b"],
        ["no", "no", "maybe", "yes", "yes", "yes", "no", "yes"],
    )
    assert votes.answer_names == ("maybe", "no", "yes")
    return votes


def test_other_classes_than_answers() -> None:
    result = quietly(DAWID_SKENE, three_answers(), n_classes=2)
    assert set(column(result.labels(), "label")) <= {0, 1}
    assert np.isnan(result.rater_table()["accuracy"]).all()
    assert column(result.rater_table(), "main_confusion") == [None] * 3
    assert departures(result) is None
    names = ["no", "yes"]
    assert set(column(result.labels(class_names=names), "label")) <= set(names)
    assert not np.isnan(result.rater_table(class_names=names)["accuracy"]).any()
    assert departures(result, class_names=names) == (0, 2, 1)


def test_codes_are_not_taken_for_answers() -> None:
    votes = Votes.from_triples([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 2, 2])
    assert departures(quietly(DAWID_SKENE, votes, n_classes=2)) is None
    assert departures(quietly(DAWID_SKENE, votes)) == (0, 2, 0)


def test_one_class_and_known_items() -> None:
    one = quietly(DAWID_SKENE, three_answers(), n_classes=1)
    assert column(one.labels(), "confidence") == [1.0] * 3
    assert column(one.labels(), "entropy") == [0.0] * 3
    known = quietly(DAWID_SKENE, three_answers(), truth=[2, -1, -1])
    assert known.labels()["label"][0] == "yes"
    assert known.labels()["confidence"][0] == 1.0
    assert departures(known).differ >= 1  # type: ignore[union-attr]


def test_vote_shares_leave_ties_undecided() -> None:
    shares = vote_share(three_answers())
    table = shares.labels()
    assert column(table, "label") == column(table, "majority") == ["no", "yes", None]
    assert column(table, "agreement") == column(table, "confidence") == [2 / 3, 1.0, 0.5]
    assert departures(shares) == (0, 2, 1)


def crowd() -> dict[str, list[Any]]:
    rows = [(item, rater, item % 2 + 3) for item in (9, 4, 7, 2) for rater in "abc"]
    return dict(zip(("task", "worker", "label"), map(list, zip(*rows, strict=True)), strict=True))


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pl.LazyFrame])
def test_in_the_users_kind_of_frame(frame: Any) -> None:
    result: Aggregated = fit_dawid_skene(Votes.from_frame(frame(crowd())))
    for table in (result.labels(), result.item_table(), result.rater_table()):
        found = table.to_native()
        assert type(found) is (pd.DataFrame if frame is pd.DataFrame else pl.DataFrame)
        assert list(found.columns) == list(table.column_names)
    labels = result.labels().to_native()
    assert list(labels["item"]) == [9, 4, 7, 2]
    assert list(labels["label"]) == list(labels["majority"]) == [4, 3, 4, 3]
