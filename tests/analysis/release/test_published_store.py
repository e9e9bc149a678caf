"""The release through a store: files, ingest, the paper's recipe, and the published scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from pyarrow import csv, parquet

from aggregation import Votes, VoteStore, estimate_class_prior, fit_dawid_skene
from analysis import Release
from analysis.release.published import (
    EXPERTS_FOR_RATERS,
    FITS,
    original_label_rates,
    published_scores,
    rater_rates,
    with_original_label,
)

from ...support.commands import Command


def table_of(votes: Votes, seed: int) -> pa.Table:
    """Return votes as a table of names, in random order."""
    order = np.random.default_rng(seed).permutation(votes.n_votes)
    return pa.table(
        {
            "item": pa.array(votes.items[order]),
            "rater": pa.array([str(name) for name in votes.rater_names]).take(
                pa.array(votes.raters[order])
            ),
            "answer": pa.array([str(name) for name in votes.answer_names]).take(
                pa.array(votes.answers[order])
            ),
        }
    )


def scores_by_store(release: Release, store: VoteStore) -> NDArray[np.float64]:
    """Take the recipe's E-step over a store, which is to the bit that of its votes in memory."""
    votes = with_original_label(release)
    rates = np.concatenate((rater_rates(release.golden), original_label_rates(release)))
    truth = release.golden.fits(at_least=EXPERTS_FOR_RATERS).astype(int)
    # as the store numbers raters and answers
    raters = [[*map(str, votes.rater_names)].index(str(name)) for name in store.rater_names]
    answers = [[*map(str, votes.answer_names)].index(name) for name in store.answer_names]
    recipe: dict[str, Any] = {
        "error_rates": np.ascontiguousarray(rates[raters][:, :, answers]),
        "class_prior": estimate_class_prior(truth, n_classes=2),
        "max_steps": 0,
    }
    parts = list(fit_dawid_skene(store, **recipe).parts())
    whole = fit_dawid_skene(store.votes(), **recipe)
    posterior = np.concatenate([part.posterior for part in parts])
    np.testing.assert_array_equal(posterior, whole.posterior)
    items = np.array([item for part in parts for item in part.votes.item_names])
    scores = np.empty(votes.n_items)
    scores[items] = posterior[:, FITS]
    return scores


def check(release: Release, reassess: Command, folder: Path) -> NDArray[np.float64]:
    """Have the votes go through csv and Parquet together, and return the scores."""
    votes = with_original_label(release)
    table, half = table_of(votes, 3), votes.n_votes // 2
    csv.write_csv(table.slice(0, half), folder / "first.csv")
    parquet.write_table(table.slice(half), folder / "second.parquet")
    files = folder / "first.csv", folder / "second.parquet"
    ended = reassess("ingest", *files, "-o", folder / "store", "--partitions", 4, "--quiet")
    assert (ended.status, ended.err) == (0, "")
    store = VoteStore.open(folder / "store")
    assert (store.n_votes, store.n_items) == (votes.n_votes, votes.n_items)
    return scores_by_store(release, store)


def test_a_simulated_release(simulated: Release, reassess: Command, tmp_path: Path) -> None:
    scores = check(simulated, reassess, tmp_path)
    np.testing.assert_allclose(scores, published_scores(simulated), rtol=1e-11)


@pytest.mark.release
def test_published_scores(release: Release, reassess: Command, tmp_path: Path) -> None:
    scores = check(release, reassess, tmp_path)
    assert len(scores) == 184_962
    np.testing.assert_allclose(scores, release.scores, rtol=1e-11)
