"""A converged end is one: plain EM, by other code, gains next to nothing from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregation.engine.climb import limit_of_gains

from ...support.em_models import crowd, parameters, quiet_fit
from ...support.sparse_em import NAMES, SparseModel, real_votes


@pytest.mark.parametrize("options", [{}, {"accelerate": False}], ids=["squarem", "plain"])
@pytest.mark.parametrize("name", NAMES)
def test_plain_em_goes_no_further(datasets: Path, name: str, options: dict[str, Any]) -> None:
    votes = real_votes(datasets, name)
    fit = quiet_fit(votes, **options)
    assert fit.converged
    n_steps = 150 if votes.n_votes > 50_000 else 1500
    after = SparseModel(votes).climbed(*parameters(fit), n_steps)
    assert after - fit.log_likelihood <= 1e-6 * votes.n_votes


@pytest.mark.parametrize("seed", range(12))
def test_nor_does_it_with_few_votes_a_rater(seed: int) -> None:
    votes = crowd(n_raters=60, n_classes=4, n_items=100, votes_per_item=5, seed=seed)
    fit = quiet_fit(votes)
    assert fit.converged
    after = SparseModel(votes).climbed(*parameters(fit), 3000)
    assert after - fit.log_likelihood <= 1e-6 * votes.n_votes
    assert after - fit.log_likelihood >= -1e-9


def test_labelme_is_not_left_on_its_plateau(datasets: Path) -> None:
    # 387 steps of plain EM after the gain of one has fallen below 1e-10 a vote, it rises again.
    fit = quiet_fit(real_votes(datasets, "labelme"))
    assert fit.log_likelihood > -2708.1797 + 0.5


def test_limit_of_gains_is_that_of_a_geometric_series() -> None:
    gains = 3 * 0.9 ** np.arange(2000)
    assert limit_of_gains(gains[4], gains[5]) == pytest.approx(gains[6:].sum(), rel=1e-12)
    assert limit_of_gains(1.0, 1.0) == np.inf
    assert limit_of_gains(None, 1e-9) == np.inf
    assert limit_of_gains(None, 0.0) == 0
