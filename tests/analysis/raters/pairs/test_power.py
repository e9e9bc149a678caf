"""The power to find near copies, against every outcome of one pair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.stats import binom

from analysis import near_copies, rater_pairs
from analysis.raters.pairs.pairs import RaterPairs
from analysis.raters.pairs.power import near_copy_power

from ....support.rater_jobs import PRIOR, good_rates, job


def with_agreement(pairs: RaterPairs, pair: int, agreed: int) -> RaterPairs:
    changed = pairs.agreed.copy()
    changed[pair] = agreed
    return replace(pairs, agreed=changed)


def test_power_is_that_of_every_outcome() -> None:
    rates = good_rates(8, rng=np.random.default_rng(1))
    pairs = rater_pairs(job(rates, seed=1, n_items=150), error_rates=rates, class_prior=PRIOR)
    share = 0.8
    power = []
    for pair in np.flatnonzero(pairs.tested).tolist():
        n, p = int(pairs.n_items[pair]), pairs.expected[pair] / pairs.n_items[pair]
        one, other = pairs.raters[pair].tolist()
        linked = [
            any({one, other} <= set(group) for group in near_copies(with_agreement(pairs, pair, k)))
            for k in range(n + 1)
        ]
        power.append(binom.pmf(np.arange(n + 1), n, p + share * (1 - p)) @ linked)
    found = near_copy_power(pairs, share, draws=3000, seed=2)[:, 1].mean()
    assert 0.05 < found < 0.95
    np.testing.assert_allclose(found, np.mean(power), atol=4 * 0.5 / 3000**0.5)
