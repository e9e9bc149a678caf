"""Groups of raters whose answers are near copies of each other, and the table of all pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import check_types
from ...statistics.estimates import discovery_rates
from ...tables import to_csv
from ..agreement.coefficients import Scale
from .pairs import RaterPairs

FALSE_DISCOVERY_RATE = 0.05
# Near copies: answers that one took over from the other, surely at least so large a share.
LEAST_COPIED = 0.5


def near_copies(
    pairs: RaterPairs,
    *,
    false_discovery_rate: float = FALSE_DISCOVERY_RATE,
    least_copied: float = LEAST_COPIED,
) -> list[list[int]]:
    """Group raters whose answers are near copies of each other.

    Two raters are linked if they agree more than other pairs do, at this false-discovery rate, and
    the interval of the share copied begins at `least_copied` or above. A group is what links
    connect. Who copied, and from whom, the answers do not tell.

    Parameters
    ----------
    pairs : RaterPairs
    false_discovery_rate : float
        Between 0 and 1.
    least_copied : float
        Share of answers, 0..1.

    Returns
    -------
    list of list of int
        Rater codes, ascending; the largest group first.
    """
    check_types(near_copies, locals())
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    linked = pairs.q_value <= false_discovery_rate
    links = pairs.raters[linked & (pairs.copied.low >= least_copied)]
    n_raters = len(pairs.rater_names)
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(n_raters, n_raters))
    _, group_of = connected_components(graph, directed=False)
    sizes = np.bincount(group_of)
    groups = [np.flatnonzero(group_of == group).tolist() for group in np.flatnonzero(sizes > 1)]
    return sorted(groups, key=lambda group: (-len(group), group))


def pairs_csv(
    pairs: RaterPairs, *, scale: Scale = "nominal", values: NDArray[np.float64] | None = None
) -> str:
    """Return the text of pairs.csv: pairs with an item in common, the strongest evidence first.

    Parameters
    ----------
    pairs : RaterPairs
    scale : {"nominal", "ordinal", "interval"}
        Of Cohen's kappa.
    values : ndarray, shape (n_answers,), optional
        What answers stand for on the interval scale. Default: 0, 1, 2, ...

    Returns
    -------
    str
        Columns: rater_a, rater_b, items, agreed, expected, copied (with copied_low and
        copied_high), z, p_model, q_model, z_peers, p, q, cohen_kappa, group. p is the chance of so
        much agreement in a pair like the others, q the false-discovery rate; with _model they are
        held against the model alone. Not tested is an empty cell, and so is no group.
    """
    order = np.lexsort((-np.nan_to_num(pairs.z_peers, nan=-np.inf), pairs.p_value))
    group_of = {
        rater: number for number, group in enumerate(near_copies(pairs), start=1) for rater in group
    }
    groups = [
        group_of.get(a) if group_of.get(a) == group_of.get(b) else None
        for a, b in pairs.raters.tolist()
    ]
    columns: dict[str, NDArray[Any]] = {
        "items": pairs.n_items,
        "agreed": pairs.agreed,
        "expected": pairs.expected,
        "copied": pairs.copied.value,
        "copied_low": pairs.copied.low,
        "copied_high": pairs.copied.high,
        "z": pairs.z,
        "p_model": pairs.p_model,
        "q_model": discovery_rates(pairs.p_model),
        "z_peers": pairs.z_peers,
        "p": pairs.p_value,
        "q": pairs.q_value,
        "cohen_kappa": pairs.cohen_kappa(scale=scale, values=values),
        "group": np.array(groups, dtype=object),
    }
    names = {
        column: [pairs.rater_names[rater] for rater in pairs.raters[order, place]]
        for place, column in enumerate(("rater_a", "rater_b"))
    }
    return to_csv(names | {name: column[order] for name, column in columns.items()})
