"""The table of docs/classifier.md is what a simulated classifier beside those votes gives."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import fit_crowdlab, fit_ibcc, vote_share, with_classifier

from ...support.few_votes import Known, accuracy_and_loss, all_sets, long_tail, thinned

PAGE = (Path(__file__).parents[3] / "docs" / "classifier.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([a-z ,0-9]+) \| (0\.\d) \| (\d.*) \|$", PAGE, re.M)
RIGHT = (0.6, 0.8, 0.9)


def classifier(known: Known, right: float) -> NDArray[np.float64]:
    """Draw a classifier that is right with the probability that it says."""
    rng, (n_items, k) = np.random.default_rng(1), (known.votes.n_items, known.votes.n_answers)
    truth = np.where(known.truth < 0, rng.integers(k, size=n_items), known.truth)
    wrong = (truth + rng.integers(1, k, size=n_items)) % k
    top = np.where(rng.random(n_items) < right, truth, wrong)
    found: NDArray[np.float64] = np.where(
        np.arange(k) == top[:, None], right, (1 - right) / (k - 1)
    )
    return found


def measured(jobs: list[Known], right: float) -> NDArray[np.float64]:
    """Mean accuracy and log loss of five ways, shape (5, 2)."""
    found = []
    for known in jobs:
        votes, guess = known.votes, classifier(known, right)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ways = [vote_share(votes).posterior, fit_ibcc(votes).posterior, guess]
            ways.append(fit_crowdlab(votes, probabilities=guess).posterior)
            ways.append(fit_ibcc(with_classifier(votes, guess)).posterior)
        found.append([accuracy_and_loss(posterior, known.truth) for posterior in ways])
    return np.asarray(np.mean(found, axis=0))


def jobs_of(name: str, datasets: Path) -> list[Known]:
    if name == "long tail":
        return [long_tail(0, 3)]
    sets = list(all_sets(datasets).values())
    if name == "real":
        return sets
    return [Known(thinned(votes, 3, 0), truth) for votes, truth in sets]


@pytest.mark.parametrize("name", ["real", "real, 3 an item", "long tail"])
def test_rows(datasets: Path, name: str) -> None:
    rows = [row for row in ROWS if row[0] == name]
    jobs = jobs_of(name, datasets)
    assert [float(row[1]) for row in rows] == list(RIGHT)
    for _, right, cells in rows:
        written = np.array([cell.split(" / ") for cell in cells.split(" | ")], dtype=float)
        found = measured(jobs, float(right))
        np.testing.assert_allclose(written[:, 0], 100 * found[:, 0], atol=0.051)
        np.testing.assert_allclose(written[:, 1], found[:, 1], atol=0.0051)
        if name != "long tail":
            assert found[4, 0] > found[1, 0]  # one more rater is no worse than IBCC without
            assert (found[3, 0] > found[4, 0]) == (float(right) == 0.9)
            assert (found[2, 0] > found[3:, 0].max()) == (float(right) == 0.9)
            assert found[3, 1] == min(found[[0, 1, 3, 4], 1])
