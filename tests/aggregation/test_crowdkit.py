"""The classes beside those of crowd-kit 1.4.2, where that is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from aggregation import crowdkit as ours

from ..support.crowd_frames import crowd_frame, error_counts

FRAME = crowd_frame()
GOLD = FRAME.drop_duplicates("task").set_index("task")["label"][:7]
KINDS = {
    "text": {"a": "a", "b": "b", "c": "c"},
    "int": {"a": 3, "b": 4, "c": 5},
    "float": {"a": 0.0, "b": 0.5, "c": 1.0},
    "bool": {"a": False, "b": True, "c": True},
    "one label": dict.fromkeys("abc", "x"),
}


@pytest.fixture
def theirs() -> Any:
    return pytest.importorskip("crowdkit.aggregation")


def test_three_classes() -> None:
    assert ours.__all__ == ["DawidSkene", "MajorityVote", "OneCoinDawidSkene"]
    for name in ours.__all__:
        assert getattr(ours, name)().fit_predict(FRAME).name == "agg_label"


def alike(expected: Any, found: Any) -> None:
    """Compare results; where nothing is voted the rows are not compared in order."""
    for name in ("probas_", "errors_"):
        if hasattr(expected, name):
            given = getattr(found, name).reindex_like(getattr(expected, name))
            assert_frame_equal(getattr(expected, name), given, rtol=1e-6, atol=1e-6)
    for name in ("priors_", "skills_"):
        assert hasattr(expected, name) == hasattr(found, name)
        if hasattr(expected, name):
            one, other = getattr(expected, name).sort_index(), getattr(found, name).sort_index()
            assert_series_equal(one, other, rtol=1e-6, atol=1e-6)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_iter", [0, 1, 2, 5, 20])
@pytest.mark.parametrize("gold", [False, True], ids=["votes", "gold"])
def test_step_by_step(theirs: Any, kind: str, n_iter: int, gold: bool) -> None:
    frame = FRAME.assign(label=FRAME["label"].map(KINDS[kind]))
    known = {"true_labels": GOLD.map(KINDS[kind])} if gold else {}
    expected = theirs.DawidSkene(n_iter, tol=-np.inf).fit(frame, **known)
    alike(expected, ours.DawidSkene(n_iter, tol=-np.inf).fit(frame, **known))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("n_iter", [0, 1, 2, 5, 20])
def test_one_coin(theirs: Any, n_iter: int) -> None:
    expected = theirs.OneCoinDawidSkene(n_iter, tol=-np.inf).fit(FRAME)
    alike(expected, ours.OneCoinDawidSkene(n_iter, tol=-np.inf).fit(FRAME))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("strategy", "n_iter"), [("assign", 0), ("assign", 1), ("assign", 7), ("addition", 0)]
)
def test_initial_errors(theirs: Any, strategy: Any, n_iter: int) -> None:
    given = {"initial_error": error_counts(FRAME)}
    expected = theirs.DawidSkene(n_iter, -np.inf, strategy).fit(FRAME, **given)
    alike(expected, ours.DawidSkene(n_iter, -np.inf, strategy).fit(FRAME, **given))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
def test_weighted_votes(theirs: Any, kind: str) -> None:
    frame = FRAME.assign(label=FRAME["label"].map(KINDS[kind]))
    skills = pd.Series({f"w{code}": 1 + 0.01 * code**2 for code in range(9)})
    expected, found = theirs.MajorityVote().fit(frame, skills), ours.MajorityVote()
    alike(expected, found.fit(frame, skills))
    assert_series_equal(expected.labels_.sort_index(), found.labels_)
