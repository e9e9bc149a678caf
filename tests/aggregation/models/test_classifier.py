"""A classifier's probabilities by name and in order, and its vote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from aggregation import (
    VoteError,
    Votes,
    fit_ibcc,
    posterior_table,
    read_probabilities,
    simulate_votes,
    with_classifier,
)
from aggregation.datasets.simulate import draw_error_rates


@pytest.fixture
def votes() -> Votes:
    rates = draw_error_rates(5, 3, seed=3)
    drawn = simulate_votes(rates, class_prior=[0.5, 0.3, 0.2], n_items=40, votes_per_item=3, seed=1)
    return drawn.votes


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_posteriors_that_are_written_can_be_read(votes: Votes, tmp_path: Path, kind: str) -> None:
    fit = fit_ibcc(votes)
    table = pa.table(posterior_table(fit)).take(np.arange(40)[::-1])
    if kind == "csv":
        (tmp_path / "p.csv").write_text(table.to_pandas().to_csv(index=False))
    else:
        parquet.write_table(table, tmp_path / "p.parquet")
    found = read_probabilities(tmp_path / f"p.{kind}", votes=votes)
    np.testing.assert_allclose(found, fit.posterior, rtol=1e-12)


def test_its_vote_is_one_more_of_each_item(votes: Votes) -> None:
    guess = np.random.default_rng(0).dirichlet(np.ones(3), 40)
    more = with_classifier(votes, guess)
    by_hand = Votes.from_triples(
        np.append(votes.items, np.arange(40)),
        np.append(votes.raters, np.full(40, 5)),
        np.append(votes.answers, guess.argmax(axis=1)),
    )
    np.testing.assert_array_equal(more.codes, by_hand.codes)
    np.testing.assert_array_equal(more.starts, by_hand.starts)
    assert more.rater_names[-1] == "classifier"
    np.testing.assert_array_equal(more.drop_raters([5]).answers, votes.answers)


def test_items_without_votes_get_the_classifier_s(votes: Votes) -> None:
    some = votes.where(votes.items > 3)
    more = with_classifier(some, np.full((40, 3), 1 / 3))
    assert np.diff(more.starts).tolist() == [1] * 4 + [4] * 36


def test_rows_that_are_no_probabilities(votes: Votes) -> None:
    with pytest.raises(VoteError, match=r"of shape \(40, 2\) do not fit"):
        with_classifier(votes, np.full((40, 2), 0.5))
    with pytest.raises(VoteError, match="with a sum of 1"):
        with_classifier(votes, np.full((40, 3), 0.5))
