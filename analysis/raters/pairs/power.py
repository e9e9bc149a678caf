"""How often near copies would be found, if there were any."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...statistics.estimates import discovery_rates
from ...statistics.intervals import proportion
from .near_copies import FALSE_DISCOVERY_RATE, LEAST_COPIED
from .pair_tests import chance_of_agreement
from .pairs import RaterPairs


def near_copy_power(
    pairs: RaterPairs, share: float, *, draws: int = 1000, seed: int = 0
) -> NDArray[np.float64]:
    """Find how often a pair would be found that copied a share of its answers.

    Tested pairs are taken at random. Each keeps its items; on how many of them it agrees is drawn:
    on a share ``p + share (1 - p)``, where the model expects p. All other pairs stay as they are.

    Parameters
    ----------
    pairs : RaterPairs
    share : float
        Of answers that one took over from the other, 0..1.
    draws : int
    seed : int

    Returns
    -------
    ndarray of float64, shape (draws, 2)
        Items in common of each pair drawn; 1 where :func:`near_copies` would link it, else 0.
    """
    rng = np.random.default_rng(seed)
    chosen = rng.choice(np.flatnonzero(pairs.tested), draws)
    n_items, expected = pairs.n_items[chosen], pairs.expected[chosen]
    chance = expected / n_items
    agreed = rng.binomial(n_items, chance + share * (1 - chance))
    p_values = chance_of_agreement(agreed, n_items, expected, pairs.peers)
    low = (proportion(agreed, n_items).low - chance) / (1 - chance)
    linked = np.zeros(draws)
    for draw, pair in enumerate(chosen):
        others = pairs.p_value.copy()
        others[pair] = p_values[draw]
        found = discovery_rates(others)[pair] <= FALSE_DISCOVERY_RATE
        linked[draw] = found and low[draw] >= LEAST_COPIED
    return np.column_stack((n_items, linked))
