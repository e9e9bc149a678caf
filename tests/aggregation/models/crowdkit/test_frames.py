"""Frames that cannot be used, and what is said of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from aggregation import VoteError
from aggregation.crowdkit import DawidSkene, MajorityVote
from aggregation.models.crowdkit.frames import coded_frame

from ....support.crowd_frames import crowd_frame, error_counts

FRAME = crowd_frame()
ERRORS = error_counts(FRAME)
RATES = ERRORS / ERRORS.groupby(level="worker").transform("sum")


def test_codes() -> None:
    coded = coded_frame(FRAME, ["0", "b"])
    assert list(coded.labels) == ["0", "a", "b", "c"]
    for column, names in (("task", coded.tasks), ("worker", coded.workers)):
        assert list(names) == list(dict.fromkeys(FRAME[column]))
        assert list(names.take(coded.codes[column])) == list(FRAME[column])
    assert list(coded.labels.take(coded.codes["label"])) == list(FRAME["label"])
    assert (coded.votes.n_votes, coded.votes.n_answers) == (len(FRAME), 4)


@pytest.mark.parametrize("model", [DawidSkene(), MajorityVote()], ids=["em", "share"])
@pytest.mark.parametrize("column", ["task", "worker", "label"])
def test_missing_values(model: Any, column: str) -> None:
    frame = FRAME.copy()
    frame.loc[17, column] = np.nan
    with pytest.raises(VoteError, match=f"{column} at row 17 is missing: leave the vote out"):
        model.fit(frame)


@pytest.mark.parametrize("model", [DawidSkene(), MajorityVote()], ids=["em", "share"])
def test_what_is_no_frame_of_votes(model: Any) -> None:
    with pytest.raises(KeyError, match="worker"):
        model.fit(FRAME.drop(columns="worker"))
    with pytest.raises(VoteError, match=r"a builtins\.dict is no pandas DataFrame"):
        model.fit({"task": ["t"]})


def test_true_labels_that_cannot_be_used() -> None:
    twice = pd.Series(["a", "b"], index=["t1", "t1"])
    with pytest.raises(VoteError, match="task 't1' is 'a', and that it is 'b'"):
        DawidSkene().fit(FRAME, true_labels=twice)
    wrong: Any = {"t1": "a"}
    with pytest.raises(VoteError, match="true_labels is a dict: give a pandas Series"):
        DawidSkene().fit(FRAME, true_labels=wrong)


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        (ERRORS.to_numpy(), "initial_error is a ndarray: give a DataFrame"),
        (ERRORS.reset_index(), r"must be: \['worker', 'label'\], but it is \[None\]"),
        (pd.concat([ERRORS, ERRORS[:1]]), r"\('w0', 'a'\) more than once"),
        (-ERRORS, "true label 'a' is -8.0: give counts or rates"),
        (ERRORS[3:], "no row for worker 'w0' and label '[abc]'"),
        (RATES * 0.5, r"initial_error should be 1\.0: worker '\w+' has 0\.5"),
    ],
    ids=["array", "index", "twice", "negative", "rows", "sums"],
)
def test_initial_errors_that_cannot_be_used(errors: Any, message: str) -> None:
    model = DawidSkene(initial_error_strategy="assign")
    with pytest.raises(VoteError, match=message):
        model.fit(FRAME, initial_error=errors)
