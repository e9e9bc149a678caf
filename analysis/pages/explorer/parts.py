"""What every explorer carries, of a release or of one's own votes: scores as cells, votes, a band.

Thresholds are multiples of 0.0001, and each score is the number of thresholds that it reaches, its
cell: a score is at least ``k / 10000`` if and only if its cell is above k.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aggregation import Votes

from ...defaults import CONFIDENCE
from ...statistics.bands import precision_recall_bands
from ..packing import packed_counts

STEPS = 10_000
GRID = np.arange(STEPS + 1) / STEPS
# Of the bootstrap: what all commands take where nothing is said, so that numbers agree with theirs.
SEED = 0
# Characters of a name, and votes on a question, that a page has room for.
LONGEST_NAME = 60
MOST_VOTES = 20
# Examples of known truth: all of a release's golden questions are fewer.
MOST_KNOWN = 2000


def cells_of(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count the thresholds 0, 0.0001, ..., 1 that each score reaches, shape (n,), in 1..10001."""
    return np.searchsorted(GRID, scores, side="right").astype(np.int64)


def measured(
    scores: NDArray[np.float64], truth: ArrayLike, images: ArrayLike, replicates: int
) -> dict[str, Any]:
    """Measure the band of scores of known truth, and say how the page is to draw its intervals."""
    bands = precision_recall_bands(
        scores, truth=truth, images=images, replicates=replicates, seed=SEED
    )
    lines = {"recall": bands.recalls, "low": bands.low, "high": bands.high}
    return {
        "band": {name: np.round(line, 5).tolist() for name, line in lines.items()},
        "interval": {
            "replicates": replicates,
            "seed": SEED,
            "confidence": CONFIDENCE,
            "z": NormalDist().inv_cdf((1 + CONFIDENCE) / 2),
        },
    }


def chosen_examples(cells: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """Choose questions of known truth and one question of each cell, ascending.

    So each threshold that changes a label has an example of it.
    """
    some = known[:: 1 + len(known) // MOST_KNOWN]
    return np.union1d(some, np.unique(cells, return_index=True)[1])


def packed_votes(votes: Votes, items: NDArray[np.int64]) -> dict[str, Any]:
    """Pack the first votes on some items: how many each has, who gave them and what they say."""
    all_votes = np.diff(votes.starts)[items]
    counts = np.minimum(all_votes, MOST_VOTES)
    # each item's place among the chosen votes, and from there to its place among all
    starts = np.cumsum(counts) - counts
    chosen = np.arange(counts.sum()) + np.repeat(votes.starts[items] - starts, counts)
    return {
        "names": [clipped(name) for name in votes.rater_names],
        "votes": packed_counts(counts),
        "unshown": packed_counts(all_votes - counts),
        "raters": packed_counts(votes.raters[chosen]),
        "says": packed_counts(votes.answers[chosen]),
    }


def clipped(name: object) -> str:
    """Return a name as the page shows it: the beginning of one that is long."""
    text = str(name)
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
