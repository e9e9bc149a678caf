"""The mean of nine methods."""

from __future__ import annotations

import numpy as np
import pytest

from aggregation import METHODS, ConvergenceWarning, VoteError, fit_mean, load_anesthesia

from ...support.em_models import crowd
from ...support.methods import quietly


def test_it_is_the_mean_of_the_nine() -> None:
    votes = load_anesthesia()
    names = "vote-share dawid-skene dawid-skene-map one-coin one-coin-bayes ibcc ibcc-learned ebcc"
    each = [quietly(METHODS[name], votes).posterior for name in [*names.split(), "mace"]]
    fit = fit_mean(votes)
    np.testing.assert_allclose(fit.posterior, np.mean(each, axis=0), rtol=0, atol=1e-12)
    assert fit.converged
    assert fit.parameters["agreement"].min() > 0.9


def test_known_items_and_steps_that_run_out() -> None:
    votes = crowd(n_items=60)
    truth = np.where(np.arange(60) < 10, np.arange(60) % 3, -1)
    with pytest.warns(ConvergenceWarning, match="steps ran out: dawid-skene, .*mace of 9") as told:
        fit = fit_mean(votes, truth=truth, max_steps=2, restarts=0)
    assert len(told) == 1
    np.testing.assert_array_equal(fit.posterior[:10], np.eye(3)[np.arange(10) % 3])
    with pytest.raises(VoteError, match="mean has no model of the answers"):
        fit.log_predictive(votes)
