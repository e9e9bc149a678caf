"""A precision that is shown with confidence holds on new questions, the choice included."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import binom

from analysis import AnalysisError, choose_threshold, precision_recall, precision_recall_bands
from analysis.statistics.precision_recall import PrecisionRecall
from analysis.statistics.shown_precision import (
    IndependentShare,
    fewest_faultless,
    highest_shown,
    independent_share,
    shown_places,
)

from ...architecture import ROOT
from ...support.page_code import words

PAGE = words((ROOT / "docs/operating-points.md").read_text(encoding="utf-8"))
REPLICATES = 500
# Three standard errors of a share of 95 % among so many.
LEAST = 0.95 - 3 * math.sqrt(0.95 * 0.05 / REPLICATES)


class World(NamedTuple):
    """Scores are uniform; a label fits with a probability that only the score knows."""

    slope: float
    offset: float
    n_images: int
    per_image: int  # whose questions have nearly one score, and fit together or not at all

    def fits(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(expit(self.slope * scores + self.offset))

    def precision(self, threshold: float) -> float:
        """Among new questions, by an integral over the scores that are kept."""
        return float(self.fits(np.linspace(threshold, 1, 2001)).mean())

    def draw(self, seed: int) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
        rng = np.random.default_rng((11, seed))
        images = np.repeat(np.arange(self.n_images), self.per_image)
        scores = rng.random(self.n_images)[images]
        fits = rng.random(self.n_images)[images] < self.fits(scores)
        return np.clip(scores + 1e-6 * rng.random(len(images)), 0, 1), fits, images


ALONE = World(slope=10, offset=-3, n_images=600, per_image=1)
TOGETHER = World(slope=10, offset=-3, n_images=160, per_image=4)
# A precision just below the target, whatever the threshold: any choice would be wrong.
FLAT = World(slope=0, offset=math.log(0.895 / 0.105), n_images=600, per_image=1)


def reached(
    world: World, *, bands: bool, with_confidence: float | None = None
) -> tuple[float, float]:
    """How often the choice's precision on new questions is 0.9, or none is made; and that alone."""
    good, none = 0, 0
    for seed in range(REPLICATES):
        scores, truth, images = world.draw(seed)
        curve = (
            precision_recall_bands(
                scores, truth=truth, images=images, replicates=100, seed=seed, threads=1
            )
            if bands
            else precision_recall(scores, truth=truth)
        )
        try:
            chosen = choose_threshold(curve, precision=0.9, with_confidence=with_confidence)
        except AnalysisError:
            none += 1
        else:
            good += world.precision(chosen.threshold) >= 0.9
    return (good + none) / REPLICATES, none / REPLICATES


def test_a_picked_precision_is_reached_half_of_the_time() -> None:
    share, none = reached(ALONE, bands=False)
    assert none == 0
    assert 0.42 < share < 0.6
    assert f"on {share * REPLICATES:.0f} of 500 simulated sets of 600 questions" in PAGE


def curve_of(world: World, seed: int) -> PrecisionRecall:
    scores, truth, _ = world.draw(seed)
    return precision_recall(scores, truth=truth)


def test_with_confidence_it_is_reached() -> None:
    share, none = reached(ALONE, bands=False, with_confidence=0.95)
    assert none < 0.05
    assert share >= LEAST
    assert f"reached in {share * REPLICATES:.0f} of 500 sets" in PAGE


def test_questions_that_go_together_count_as_images() -> None:
    share, none = reached(TOGETHER, bands=True, with_confidence=0.95)
    assert none < 0.5
    assert share >= LEAST
    careless, _ = reached(TOGETHER, bands=False, with_confidence=0.95)
    assert careless < LEAST
    counts = [round(part * REPLICATES) for part in (share, none, careless)]
    said = "in {} of 500 (of which {} could show nothing), and in {} if they had been taken for"
    assert said.format(*counts) in PAGE


def test_where_every_choice_is_wrong_hardly_any_is_made() -> None:
    wrong = 0
    for seed in range(REPLICATES):
        wrong += place(curve_of(FLAT, seed), 0.9, 0.95) >= 0
    assert wrong / REPLICATES <= 1 - LEAST


def place(curve: PrecisionRecall, precision: float, confidence: float) -> int:
    share = independent_share(curve)
    kept, hits = curve.kept[None], curve.hits[None]
    return int(shown_places(kept, hits, share, precision=precision, confidence=confidence)[0])


def by_hand(curve: PrecisionRecall, precision: float, confidence: float) -> int:
    """Walk down the curve, test by test, with a purse of error."""
    error, last = 1 - confidence, int(curve.kept[-1])

    def first(budget: float) -> int:
        n = 1
        while precision**n > budget:
            n += 1
        return n

    purse, found = 0.0, -1
    gifts = {first(error): error}
    if 4 * first(error / 2) <= last:
        gifts = {first(error / 2): error / 2, 4 * first(error / 2): error / 2}
    for point, (kept, hits) in enumerate(zip(curve.kept, curve.hits, strict=True)):
        for size in [size for size in gifts if kept >= size]:
            purse += gifts.pop(size)
        if purse and binom.sf(hits - 1, kept, precision) <= purse:
            found = point
        else:
            purse = 0.0
    return found


rows = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 9).map(bool)), min_size=1, max_size=80
).filter(lambda pairs: any(fits for _, fits in pairs))


@given(rows, st.sampled_from([0.3, 0.5, 0.7, 0.9]), st.sampled_from([0.5, 0.8, 0.95]))
def test_the_walk_is_that_by_hand(
    pairs: list[tuple[int, bool]], precision: float, confidence: float
) -> None:
    curve = precision_recall([s for s, _ in pairs], truth=[fits for _, fits in pairs])
    assert place(curve, precision, confidence) == by_hand(curve, precision, confidence)


def test_the_share_is_that_of_sums_over_images() -> None:
    scores, _, images = TOGETHER.draw(0)
    rng = np.random.default_rng(0)
    truth = rng.random(len(scores)) < 0.7 + 0.6 * (rng.random(TOGETHER.n_images)[images] - 0.5)
    bands = precision_recall_bands(scores, truth=truth, images=images, replicates=4000)
    share = independent_share(bands)
    for point in (300, 500, 639):
        kept = scores >= bands.curve.thresholds[point]
        n, p = kept.sum(), truth[kept].mean()
        per_image = np.bincount(images[kept], minlength=TOGETHER.n_images)
        off = np.bincount(images[kept], weights=truth[kept] - p, minlength=TOGETHER.n_images)
        assert share.measured[point] == pytest.approx(p * (1 - p) * n / (off**2).sum(), rel=0.1)
        assert share.least[point] == pytest.approx(n / (per_image**2).sum(), rel=0.1)
    faultless = bands.curve.hits == bands.curve.kept
    assert (share.measured[faultless] == share.least[faultless]).all()


@pytest.mark.parametrize("replicates", [1, 2])
def test_where_no_replicate_differs_the_least_share_is_taken(replicates: int) -> None:
    scores, truth, images = TOGETHER.draw(0)
    bands = precision_recall_bands(scores, truth=truth, images=images, replicates=replicates)
    share = independent_share(bands)
    assert ((share.measured > 0) & (share.measured <= 1)).all()
    if replicates == 1:
        assert share.measured.tolist() == share.least.tolist()


def test_the_best_lower_bound_is_named() -> None:
    truth = np.arange(100) % 10 > 0
    curve = precision_recall(np.linspace(1, 0, 100), truth=truth)
    with pytest.raises(AnalysisError, match="with 95 % confidence: the best lower bound of") as e:
        choose_threshold(curve, precision=0.9, with_confidence=0.95)
    bound = float(str(e.value).rpartition(" ")[2])
    assert choose_threshold(curve, precision=bound, with_confidence=0.95).point.kept > 0
    assert bound == highest_shown(curve, independent_share(curve), below=0.9, confidence=0.95)


def test_too_few_questions_show_nothing() -> None:
    curve = precision_recall([0.9], truth=[1])
    with pytest.raises(AnalysisError, match=r"best lower bound of precision is 0\.050"):
        choose_threshold(curve, precision=0.9, with_confidence=0.95)
    with pytest.raises(AnalysisError, match="1 questions are too few to show any"):
        choose_threshold(curve, precision=0.9, with_confidence=0.9999)


def test_faultless_questions() -> None:
    assert [fewest_faultless(q, 0.05) for q in (0.5, 0.9, 0.99)] == [5, 29, 299]
    for n, shown in ((28, False), (29, True)):
        curve = precision_recall(np.linspace(1, 0.5, n), truth=np.ones(n))
        assert (place(curve, 0.9, 0.95) == n - 1) == shown


def test_curves_side_by_side_are_chosen_apart() -> None:
    curves = [curve_of(ALONE, seed) for seed in range(20)]
    ones = IndependentShare(np.ones(600), np.ones(600))
    kept, hits = np.array([c.kept for c in curves]), np.array([c.hits for c in curves])
    together = shown_places(kept, hits, ones, precision=0.9, confidence=0.95)
    assert together.tolist() == [place(curve, 0.9, 0.95) for curve in curves]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({"costs": (1, 2), "with_confidence": 0.95}, "goes with precision, not with costs"),
        ({"recall": 0.5, "with_confidence": 0.95}, "goes with precision, not with recall"),
        ({"with_confidence": 0.95}, "none is given"),
        ({"precision": 0.9, "with_confidence": 1}, "with_confidence 1 is not between 0 and 1"),
        ({"precision": 0.9, "with_confidence": 0}, "with_confidence 0 is not between 0 and 1"),
        (
            {"precision": 0.9, "with_confidence": math.nan},
            "with_confidence=nan: give a finite number",
        ),
        ({"precision": 1, "with_confidence": 0.95}, "precision 1 cannot be reached"),
        ({"precision": 0, "with_confidence": 0.95}, "give one between 0 and 1"),
    ],
)
def test_bad_targets(target: dict[str, float], message: str) -> None:
    curve = precision_recall([0.9, 0.1], truth=[1, 0])
    with pytest.raises(AnalysisError, match=message):
        choose_threshold(curve, **target)  # type: ignore[arg-type]
