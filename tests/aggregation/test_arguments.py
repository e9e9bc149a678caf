"""Arguments that would be taken for what they are not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pytest

from aggregation import VoteError, Votes, estimate_error_rates, fit_dawid_skene, fit_ibcc

VOTES = Votes.from_triples(["a", "a", "b", "b"], ["ann", "bob", "ann", "bob"], [0, 0, 1, 1])
KNOWN = pd.DataFrame({"item": [1, 0], "class": [0, 1]})


@pytest.mark.parametrize("frame", [KNOWN, pl.from_pandas(KNOWN)])
def test_known_items_in_a_dataframe_are_no_weights(frame: Any) -> None:
    with pytest.raises(VoteError, match=r"dataframe: give dict\(zip\(items, classes\)\) to go by"):
        fit_ibcc(VOTES, truth=frame)
    with pytest.raises(VoteError, match=r"dataframe: give truth.to_numpy\(\), if its columns"):
        estimate_error_rates(VOTES, truth=frame)


def test_a_column_with_names_of_items_is_not_read_by_its_order() -> None:
    by_name = pd.Series([1, 0], index=["b", "a"])
    with pytest.raises(VoteError, match=r"names are not looked at: give dict\(truth\) to go by"):
        fit_dawid_skene(VOTES, truth=by_name)
    known = fit_dawid_skene(VOTES, truth=dict(by_name)).posterior
    assert (known == [[1, 0], [0, 1]]).all()
    assert (fit_dawid_skene(VOTES, truth=pd.Series([0, 1])).posterior == known).all()


def test_a_dataframe_in_place_of_votes_is_said_in_one_line() -> None:
    with pytest.raises(VoteError, match=r"^votes=item class .*Votes.from_frame") as refused:
        fit_ibcc(KNOWN)
    assert "\n" not in str(refused.value)
