"""A record in short: means over sets, what is lost and gained against the votes, and the times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.estimates import Estimate, estimate, image_weights

from .record import MEASURES, Record

BASELINE, CLOCK = "vote-share", "dawid-skene"
REPLICATES = 2000

Array = NDArray[np.float64]


@dataclass(frozen=True)
class InShort:
    """One method over all sets.

    Attributes
    ----------
    name : str
    means : dict of str to float
        Mean of each measure over sets.
    gain : Estimate
        Accuracy less that of the votes, mean over sets, with a 95 % interval by a bootstrap over
        sets.
    behind : Estimate
        The same, less the method of the largest mean accuracy.
    worst : float
        The least gain in a set.
    worst_set : str
    times : float
        Time as a multiple of Dawid & Skene's, geometric mean over sets.
    """

    name: str
    means: dict[str, float]
    gain: Estimate
    behind: Estimate
    worst: float
    worst_set: str
    times: float


def in_short(record: Record, sets: list[str] | None = None) -> list[InShort]:
    """Sum up each method that has a result on all sets, or on those that are named.

    The order is that of the record.
    """
    names = [one.name for one in record.sets] if sets is None else sets
    tables = {measure: table(record, measure, names) for measure in MEASURES}
    accuracy = tables["accuracy"]
    whole = [name for name, row in accuracy.items() if not np.isnan(row).any()]
    if not whole or BASELINE not in whole:
        return []
    best = max(whole, key=lambda name: accuracy[name].mean())
    clock = seconds(record, CLOCK, names)
    rows = []
    for name in whole:
        gains = accuracy[name] - accuracy[BASELINE]
        worst = int(gains.argmin())
        rows.append(
            InShort(
                name,
                {measure: float(tables[measure][name].mean()) for measure in MEASURES},
                over_sets(gains),
                over_sets(accuracy[name] - accuracy[best]),
                float(gains[worst]),
                names[worst],
                float(np.exp(np.log(seconds(record, name, names) / clock).mean())),
            )
        )
    return rows


def table(record: Record, measure: str, sets: list[str]) -> dict[str, Array]:
    """Return a measure by method, shape (n_sets,); NaN where there is no result."""
    methods = dict.fromkeys(name for of_set in record.ours.values() for name in of_set)
    return {
        name: np.array(
            [record.ours[one][name].measures.get(measure, np.nan) for one in sets], dtype=float
        )
        for name in methods
    }


def seconds(record: Record, method: str, sets: list[str]) -> Array:
    """Return a method's time on each set, shape (n_sets,)."""
    return np.array([record.ours[one][method].seconds for one in sets])


def over_sets(values: Array) -> Estimate:
    """Return the mean over sets, with its interval by a bootstrap over sets."""
    drawn = image_weights(len(values), replicates=REPLICATES) @ values / len(values)
    return estimate(float(values.mean()), drawn)
