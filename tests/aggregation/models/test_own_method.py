"""Methods of one's own: found by name, held to the interface, and as good as the catalogue's."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import (
    METHODS,
    VoteError,
    Votes,
    as_method,
    bootstrap,
    fit_dawid_skene,
    fit_ibcc,
    held_out_log_likelihood,
    simulate_votes,
    vote_share,
)

RATES = [[[0.9, 0.1], [0.2, 0.8]], [[0.8, 0.2], [0.3, 0.7]], [[0.7, 0.3], [0.1, 0.9]]]


@pytest.fixture(scope="module")
def votes() -> Votes:
    return simulate_votes(RATES, class_prior=[0.6, 0.4], n_items=60, votes_per_item=3, seed=4).votes


def shares(votes: Votes) -> NDArray[np.float64]:
    return vote_share(votes).posterior


def modelled(votes: Votes, own_count: float = 4.0) -> tuple[Any, Any]:
    found = fit_ibcc(votes, own_count=own_count)
    return found.posterior, found.answer_probabilities()


def test_a_function_of_ones_own_is_as_good_as_the_catalogues(votes: Votes) -> None:
    found = as_method(modelled)(votes, own_count=2.0)
    expected = fit_ibcc(votes, own_count=2.0)
    assert found.objective_kind == "score"
    assert np.isnan(found.objective)
    for table in ("labels", "item_table", "rater_table"):
        ours, theirs = (getattr(one, table)() for one in (found, expected))
        assert ours.to_csv() == theirs.to_csv()
    one, other = (
        held_out_log_likelihood(votes, method=method, folds=3, own_count=2.0)
        for method in (modelled, "ibcc")
    )
    np.testing.assert_array_equal(one.by_item, other.by_item)
    boots = [bootstrap(result, replicates=4, seed=1) for result in (found, expected)]
    np.testing.assert_allclose(boots[0].error_rates, boots[1].error_rates, atol=2e-3)
    again = found.options.method(votes, **found.options.arguments())
    np.testing.assert_array_equal(again.posterior, found.posterior)


def test_posteriors_alone_are_enough_but_predict_nothing(votes: Votes) -> None:
    found = as_method(shares, name="mine")(votes)
    assert found.labels().to_csv() == vote_share(votes).labels().to_csv()
    with pytest.raises(VoteError, match="mine has no model of the answers"):
        held_out_log_likelihood(votes, method=as_method(shares, name="mine"))
    assert as_method(shares).name.endswith("test_own_method:shares")
    assert as_method(fit_dawid_skene)(votes).objective_kind == "log likelihood"
    assert as_method("ibcc") is METHODS["ibcc"] is as_method(METHODS["ibcc"])


def test_a_method_is_found_by_module_and_function(
    votes: Votes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_for_test.py").write_text(
        "number = 3\ndef fit(votes):\n    return votes.answer_counts() / 3\n"
    )
    (tmp_path / "own_broken.py").write_text("import no_such_module_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)
    method = as_method("own_for_test:fit")
    assert method.name == "own_for_test:fit"
    np.testing.assert_allclose(method(votes).posterior, shares(votes), rtol=1e-15)
    for place, message in (
        ("own_for_test:fits", "no function 'fits' in module own_for_test: there is no such name"),
        ("own_for_test:number", "no function 'number' in module own_for_test: that is a int"),
        ("nowhere_at_all:fit", "there is no module 'nowhere_at_all' on the path"),
        ("own_for_test:", "write module:function"),
        ("own/for.py:fit", "write module:function"),
        ("majority", "method 'majority' is not one of vote-share"),
        (3, "method 3 is neither a name nor a function"),
    ):
        with pytest.raises(VoteError, match=message):
            as_method(place)  # type: ignore[arg-type]
    with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
        as_method("own_broken:fit")


HALF = np.full((60, 2), 0.5)
WRONG: list[tuple[Any, str]] = [
    (None, "mine returned nothing: give posteriors of shape"),
    (HALF[:59], r"mine: posterior of shape \(59, 2\) does not fit 60 items"),
    (HALF[:, 0], r"mine: posterior of shape \(60,\) does not fit"),
    (HALF[:, :0], r"mine: posterior of shape \(60, 0\) does not fit"),
    (HALF * 0.9, r"mine: posterior\[0\] sums to 0.9: it must sum to 1"),
    (HALF * [3, -1], r"mine: posterior\[0, 0\] is 1.5: probabilities must be in 0..1"),
    (HALF * np.nan, r"mine: posterior\[0, 0\] is nan"),
    ([["a"]], "mine: posterior must be numbers"),
    ((HALF, HALF), r"mine: answer probabilities of shape \(60, 2\) do not fit .* = \(3, 2, 2\)"),
    ((HALF, np.ones((3, 2, 2))), r"mine: answer probabilities\[0, 0\] sums to 2.0"),
    (SimpleNamespace(posterior=HALF), "mine returned a SimpleNamespace without votes, n_classes"),
]


@pytest.mark.parametrize(("returned", "message"), WRONG, ids=range(len(WRONG)))
def test_what_is_no_result_is_a_vote_error(votes: Votes, returned: Any, message: str) -> None:
    with pytest.raises(VoteError, match=message):
        as_method(lambda _: returned, name="mine")(votes)


def test_options_that_it_does_not_take_are_named(votes: Votes) -> None:
    with pytest.raises(VoteError, match="mine takes no tol=; it takes own_count"):
        as_method(modelled, name="mine")(votes, tol=1)
    with pytest.raises(VoteError, match="mine takes no tol=; it takes no options"):
        as_method(shares, name="mine")(votes, tol=1)
