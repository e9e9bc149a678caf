"""What a sparse fit says without tables is what follows from its dense posterior."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from aggregation import METHODS, SparseFit, expected_counts
from aggregation.models.label_tables import rater_rows
from benchmarks.data import neighbours

from ....support.methods import jobs, quietly

JOBS = jobs() | {"neighbours": neighbours(n_items=300, n_raters=30, n_classes=40)[0]}


def fitted(job: str) -> SparseFit:
    found = quietly(METHODS["dawid-skene-sparse"], JOBS[job], candidates=1)
    assert isinstance(found, SparseFit)
    return found


@pytest.mark.parametrize("job", JOBS)
def test_classes_and_certainty(job: str) -> None:
    fit = fitted(job)
    posterior = fit.posterior
    np.testing.assert_array_equal(fit.classes(), posterior.argmax(axis=1))
    largest, entropy = fit.certainty()
    np.testing.assert_array_equal(largest, posterior.max(axis=1))
    np.testing.assert_allclose(entropy, scipy.stats.entropy(posterior, axis=1), atol=1e-12)


@pytest.mark.parametrize("job", JOBS)
def test_raters(job: str) -> None:
    fit = fitted(job)
    counts = expected_counts(fit.votes, fit.posterior)
    one, other = fit.rater_table(), rater_rows(fit, counts)
    assert one.column_names == other.column_names
    for name in ("votes", "accuracy", "confusion_rate"):
        np.testing.assert_allclose(one[name], other[name], rtol=1e-9)
    assert list(one["main_confusion"]) == list(other["main_confusion"])


@pytest.mark.parametrize("job", JOBS)
def test_cells(job: str) -> None:
    fit = fitted(job)
    counts, cells = expected_counts(fit.votes, fit.posterior), fit.error_rate_cells()
    found = np.zeros_like(counts)
    found[cells.raters, cells.classes, cells.answers] = cells.counts
    np.testing.assert_allclose(found, counts, rtol=1e-12, atol=1e-300)
    rates = fit.answer_probabilities()[cells.raters, cells.classes, cells.answers]
    np.testing.assert_array_equal(cells.rates, rates)


def test_the_summary_says_what_the_cut_took_away() -> None:
    fit = fitted("neighbours")
    said = fit.summary().splitlines()[-1]
    n_candidates = len(fit.shares) / fit.votes.n_items
    assert said.startswith(f"{n_candidates:.1f} candidates an item; other classes would have ")
    assert f"{fit.outside.max():.2g} of an item's at the most" in said
