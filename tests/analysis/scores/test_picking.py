"""Picking an operating point of a release: counts, agreement of replicates, files."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest

from analysis import (
    AnalysisError,
    Release,
    make_labels,
    out_of_sample_scores,
    precision_recall_bands,
)
from analysis.release.files.questions import N_ANIMALS
from analysis.scores.picking import agreement_of, pick, picks_csv
from analysis.statistics.operating_point import Costs, Target

from ...architecture import ROOT
from ...support.page_code import words

TARGETS = [
    Target(precision=0.9),
    Target(recall=0.8),
    Target(f_beta=1),
    Target(costs=Costs(1, 3)),
    Target(threshold=0.8),
]


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_counts_are_those_of_the_label_file(simulated: Release, target: Target) -> None:
    (picked,) = pick(simulated, target, replicates=50)
    for threshold in (picked.threshold, picked.interval.high):
        sets = make_labels(simulated, threshold=min(threshold, 1))
        assert picked.n_labels == sum(map(len, sets))
        assert picked.n_images == sum(map(bool, sets))
    below = make_labels(simulated, threshold=max(picked.interval.low, 0))
    assert picked.interval.low < 0 or sum(map(len, below)) > picked.n_labels


def test_groups_are_chosen_apart(simulated: Release) -> None:
    animals, others = pick(simulated, Target(f_beta=1), by_group=True, replicates=50)
    labels = simulated.questions.labels
    for picked, members in ((animals, labels < N_ANIMALS), (others, labels >= N_ANIMALS)):
        kept = members & (simulated.scores >= picked.threshold)
        assert picked.n_labels == np.count_nonzero(kept)
        golden = simulated.golden
        chosen = members[golden.questions]
        truth = golden.fits()[chosen]
        says = kept[golden.questions][chosen]
        assert picked.estimate.point.hits == np.count_nonzero(says & truth)
        assert picked.estimate.point.n_fits == np.count_nonzero(truth)
    both = make_labels(simulated, threshold=others.threshold, animal_threshold=animals.threshold)
    unasked = 50_000 - len(np.unique(simulated.questions.images))
    assert sum(map(len, both)) == animals.n_labels + others.n_labels + unasked


@pytest.mark.parametrize("target", TARGETS[:4], ids=str)
def test_agreement_by_brute_force(simulated: Release, target: Target) -> None:
    golden = simulated.golden
    scores, truth = simulated.scores[golden.questions], golden.fits()
    images = simulated.questions.images[golden.questions]
    bands = precision_recall_bands(scores, truth=truth, images=images, replicates=20, seed=3)
    threshold = 0.5
    near = 0
    drawn = bands.replicates
    for kept, hits in zip(drawn.kept.tolist(), drawn.hits.tolist(), strict=True):
        best, worth = None, -math.inf
        for place, (k, h) in enumerate(zip(kept, hits, strict=True)):
            if not k:
                continue
            value = worth_of(target, k, h, hits[-1])
            if value > worth:
                best, worth = place, value
        if best is None:
            continue
        high = drawn.thresholds[best]
        low = drawn.thresholds[best + 1] if best + 1 < len(drawn.thresholds) else 0.0
        near += low - 0.05 < threshold <= high + 0.05
    assert agreement_of(target, threshold, bands) == near / 20


def worth_of(target: Target, kept: int, hits: int, n_fits: int) -> float:
    if target.precision is not None:
        return hits / n_fits if hits / kept >= target.precision else -math.inf
    if target.recall is not None:
        return hits / kept if hits / n_fits >= target.recall else -math.inf
    if target.f_beta is not None:
        return 2 * hits / (n_fits + kept)
    assert target.costs is not None
    return -(target.costs.missing * (n_fits - hits) + target.costs.wrong * (kept - hits))


def test_none_are_kept_where_that_is_cheapest(simulated: Release) -> None:
    (picked,) = pick(simulated, Target(costs=Costs(0, 1)), replicates=20)
    unasked = 50_000 - len(np.unique(simulated.questions.images))
    assert picked.threshold == picked.interval.high == math.inf
    assert picked.interval.low == simulated.scores.max()
    assert (picked.n_labels, picked.n_images, picked.agreement) == (unasked, unasked, 1.0)
    assert picked.sentence().startswith("Keep none of all labels, the least cost, 0 for")
    assert "nan" not in picked.sentence()
    (row,) = csv.DictReader(io.StringIO(picks_csv((picked,))))
    assert (row["threshold"], row["same_labels_up_to"], row["precision"]) == ("inf", "inf", "")
    assert (float(row["recall"]), int(row["golden_kept"])) == (0.0, 0)


def test_what_a_picked_precision_promises(simulated: Release) -> None:
    (plain,) = pick(simulated, Target(precision=0.8), replicates=50)
    (sure,) = pick(simulated, Target(precision=0.8, with_confidence=0.9), replicates=50)
    assert sure.threshold > plain.threshold
    assert "reach a precision of 0.8 about half of the time" in plain.sentence()
    assert "reach a precision of 0.8 at least 90 times in 100" in sure.sentence()
    assert "with 90 % confidence" in sure.sentence()
    (recall,) = pick(simulated, Target(recall=0.8), replicates=20)
    assert "new questions" not in recall.sentence()


def test_golden_scores_of_ones_own(simulated: Release) -> None:
    upside_down = 1 - simulated.scores[simulated.golden.questions]
    (picked,) = pick(simulated, Target(recall=0.5), golden_scores=upside_down, replicates=20)
    (usual,) = pick(simulated, Target(recall=0.5), replicates=20)
    assert picked.estimate.precision.value < usual.estimate.precision.value


@pytest.mark.release
def test_published_point(release: Release) -> None:
    (picked,) = pick(release, Target(threshold=0.8), replicates=200)
    assert (picked.n_labels, picked.n_images) == (57_553, 46_837)
    assert picked.interval == (0.7999899619893907, 0.8000217580761186)
    assert round(picked.estimate.precision.value, 5) == 0.89767
    assert round(picked.estimate.recall.value, 5) == 0.77823
    assert picked.estimate.precision.low < 0.89767 < picked.estimate.precision.high
    assert math.isnan(picked.agreement)
    assert "57,553 labels on 46,837 images" in picked.sentence()


@pytest.mark.release
def test_point_with_confidence(release: Release) -> None:
    (picked,) = pick(release, Target(precision=0.9, with_confidence=0.95))
    assert (picked.threshold, picked.n_labels, picked.n_images) == (0.989, 49_432, 43_188)
    page = (ROOT / "docs/operating-points.md").read_text(encoding="utf-8")
    assert words(picked.sentence()) in words(page)
    with pytest.raises(AnalysisError, match=r"the best lower bound of precision is 0\.949$"):
        pick(release, Target(precision=0.97, with_confidence=0.95))
    (left_out,) = pick(
        release,
        Target(precision=0.9, with_confidence=0.95),
        golden_scores=out_of_sample_scores(release),
    )
    assert left_out.threshold == 0.99


def test_csv(simulated: Release) -> None:
    picked = pick(simulated, Target(threshold=0.8), by_group=True, replicates=20)
    rows = list(csv.DictReader(io.StringIO(picks_csv(picked))))
    assert [row["group"] for row in rows] == ["animal labels", "other labels"]
    assert [float(row["threshold"]) for row in rows] == [0.8, 0.8]
    assert float(rows[0]["precision"]) == picked[0].estimate.precision.value
    assert rows[0]["chosen_within_0.05"] == ""


def test_unreachable_precision(simulated: Release) -> None:
    golden = simulated.golden
    upside_down = 1 - simulated.scores[golden.questions]
    with pytest.raises(AnalysisError, match=r"all labels: there is no .* the highest precision is"):
        pick(simulated, Target(precision=1), golden_scores=upside_down, replicates=5)
