"""crowd-kit's majority vote against counts in plain loops."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aggregation import VoteError
from aggregation.crowdkit import MajorityVote

from ....support.crowd_frames import LABELS, crowd_frame

FRAME = crowd_frame()
SKILLS = pd.Series({f"w{code}": (code + 1) / 16 for code in range(9)})
TIE = pd.DataFrame(
    [("t2", "u", "b"), ("t2", "v", "a"), ("t1", "w", "b")], columns=["task", "worker", "label"]
)


def counted(weights: dict[str, float]) -> dict[str, dict[str, float]]:
    """Each task's share of every label."""
    totals: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(LABELS, 0.0))
    for task, worker, label in FRAME.itertuples(index=False):
        totals[task][label] += weights.get(worker, 0.0)
    return {
        task: {label: total / sum(row.values()) for label, total in row.items()}
        for task, row in totals.items()
    }


@pytest.mark.parametrize("skills", [None, SKILLS], ids=["alike", "weighted"])
def test_by_counting(skills: pd.Series | None) -> None:
    model = MajorityVote().fit(FRAME, skills)
    shares = counted(dict.fromkeys(SKILLS.index, 1.0) if skills is None else SKILLS.to_dict())
    winners = {task: max(row, key=row.__getitem__) for task, row in shares.items()}
    assert model.labels_.to_dict() == winners
    assert list(model.probas_.index) == sorted(shares)
    for task, row in shares.items():
        np.testing.assert_allclose(model.probas_.loc[task], [*row.values()], rtol=1e-12)
    right: dict[str, list[bool]] = defaultdict(list)
    for task, worker, label in set(FRAME.itertuples(index=False, name=None)):
        right[worker].append(winners[task] == label)
    assert list(model.skills_.index) == sorted(right)
    for worker, hits in right.items():
        assert model.skills_[worker] == pytest.approx(sum(hits) / len(hits), rel=1e-12)


def test_names_and_ties() -> None:
    model = MajorityVote().fit(TIE)
    assert model.labels_.to_dict() == {"t1": "b", "t2": "a"}
    assert list(model.labels_.index) == ["t1", "t2"]
    assert (model.labels_.name, model.labels_.index.name) == ("agg_label", "task")
    assert (model.probas_.index.name, model.probas_.columns.name) == ("task", "label")
    assert (model.skills_.name, model.skills_.index.name) == ("skill", "worker")
    assert MajorityVote().fit_predict_proba(TIE).loc["t2"].tolist() == [0.5, 0.5]


def test_no_votes() -> None:
    model = MajorityVote().fit(TIE[:0])
    assert model.labels_.empty
    assert model.probas_.empty
    assert model.skills_.empty


def test_workers_without_a_skill() -> None:
    some = pd.Series({"v": 1.0, "w": 1.0})
    with pytest.raises(VoteError, match="worker 'u' has no skill: give one"):
        MajorityVote().fit(TIE, some)
    left = MajorityVote(on_missing_skill="ignore").fit(TIE, some)
    assert left.probas_.loc["t2"].to_dict() == {"a": 1.0, "b": 0.0}
    assert list(left.skills_.index) == ["v", "w"]
    valued = MajorityVote(default_skill=3.0, on_missing_skill="value").fit(TIE, some)
    assert valued.probas_.loc["t2"].to_dict() == {"a": 0.25, "b": 0.75}
    assert valued.labels_["t2"] == "b"


@pytest.mark.parametrize(
    ("options", "skills", "message"),
    [
        ({"on_missing_skill": "drop"}, SKILLS, "on_missing_skill='drop' is not one of 'error'"),
        ({"on_missing_skill": "value"}, SKILLS, "default_skill=None does not go with"),
        ({"default_skill": 1.0}, SKILLS, r"default_skill=1\.0 does not go with"),
        ({}, pd.Series([1.0, 2.0], ["u", "u"]), "skills has worker 'u' more than once"),
        ({"on_missing_skill": "ignore"}, pd.Series({"u": 1.0}), "task 't1' has no votes"),
    ],
    ids=["rule", "value", "default", "twice", "lost"],
)
def test_skills_that_cannot_be_used(
    options: dict[str, Any], skills: pd.Series, message: str
) -> None:
    with pytest.raises(VoteError, match=message):
        MajorityVote(**options).fit(TIE, skills)
