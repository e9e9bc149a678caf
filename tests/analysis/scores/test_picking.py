"""Picking an operating point of a release: counts, agreement of replicates, files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from pathlib import Path

import numpy as np
import pytest

from analysis import AnalysisError, Release, make_labels, precision_recall_bands
from analysis.release.files.download import sha256_of
from analysis.release.files.questions import N_ANIMALS
from analysis.reproduction import write_scores
from analysis.scores.picking import agreement_of, pick, picks_csv
from analysis.statistics.operating_point import Costs, Target

from ...support.commands import Command, refused

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


def test_csv(simulated: Release) -> None:
    picked = pick(simulated, Target(threshold=0.8), by_group=True, replicates=20)
    rows = list(csv.DictReader(io.StringIO(picks_csv(picked))))
    assert [row["group"] for row in rows] == ["animal labels", "other labels"]
    assert [float(row["threshold"]) for row in rows] == [0.8, 0.8]
    assert float(rows[0]["precision"]) == picked[0].estimate.precision.value
    assert rows[0]["chosen_within_0.05"] == ""


def test_command(reassess: Command, simulated_dir: Path) -> None:
    arguments = ("--recall", "0.8", "--replicates", "50", "-o", "pick.csv")
    ended = reassess("pick", *arguments, "--data", simulated_dir)
    assert ended.status == 0
    assert ended.out == Path("pick.csv").read_text()
    assert "the highest precision with a recall of at least 0.8" in " ".join(ended.err.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--precision", "1.5"], "precision 1.5 is not in 0..1"),
        ([], "none is given"),
        (["--recall", "0.5", "--threshold", "0.5"], "not recall and threshold"),
    ],
)
def test_unusable_targets(
    reassess: Command, simulated_dir: Path, arguments: list[str], message: str
) -> None:
    ended = reassess("pick", *arguments, "-o", "pick.csv", "--data", simulated_dir)
    refused(ended, message)
    assert not Path("pick.csv").exists()


def test_unreachable_precision(simulated: Release) -> None:
    golden = simulated.golden
    upside_down = 1 - simulated.scores[golden.questions]
    with pytest.raises(AnalysisError, match="the highest precision is"):
        pick(simulated, Target(precision=1), golden_scores=upside_down, replicates=5)


def test_provenance_beside_the_label_file(reassess: Command, simulated_dir: Path) -> None:
    for place in ("a/real.json", "b/real.json"):
        ended = reassess("labels", "--threshold", "0.7", "-o", place, "--data", simulated_dir)
        assert ended.status == 0
    record = Path("a/real.provenance.json").read_text()
    assert record == Path("b/real.provenance.json").read_text()
    found = json.loads(record)
    content = Path("a/real.json").read_bytes()
    sets = json.loads(content)
    assert found["sha256"] == hashlib.sha256(content).hexdigest()
    assert found["threshold"] == 0.7
    assert found["labels"] == sum(map(len, sets))
    assert found["images_with_labels"] == sum(map(bool, sets))
    assert found["simulated"] is True
    interval = found["same_labels_for_thresholds"]
    assert interval["above"] < 0.7 <= interval["up_to"]


def test_labels_of_scores_of_ones_own(
    reassess: Command, simulated: Release, simulated_dir: Path, tmp_path: Path
) -> None:
    own = 1 - simulated.scores
    with (tmp_path / "own.npz").open("wb") as stream:
        write_scores(stream, simulated, own)
    arguments = ("--scores", "own.npz", "--threshold", "0.6", "--animal-threshold", "0.4")
    ended = reassess("labels", *arguments, "-o", "own.json", "--data", simulated_dir)
    assert ended.status == 0
    expected = make_labels(simulated, scores=own, threshold=0.6, animal_threshold=0.4)
    assert json.loads(Path("own.json").read_text()) == expected
    found = json.loads(Path("own.provenance.json").read_text())
    assert found["threshold_of_labels_below_398"] == 0.4
    assert found["input_sha256"]["scores"] == sha256_of(tmp_path / "own.npz")
