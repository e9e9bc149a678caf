"""What was published beside what is recomputed, line by line."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from .accuracy.real_accuracy import real_accuracy
from .defaults import THRESHOLD
from .raters.golden.accuracy import RaterAccuracy, rater_accuracy
from .release.files.questions import image_name
from .release.labels.label_sets import make_labels, threshold_interval, to_json
from .release.labels.provenance import versions
from .release.published import published_scores
from .release.release import Release
from .scores.figure3 import Figure3, figure3_data
from .statistics.thresholds import ThresholdInterval
from .tables import without_nan

MOST_DIFFERENCES = 5
# Of zlib's levels, 1 to 9.
PACKING = 3


@dataclass(frozen=True)
class Comparison:
    """One thing that was published, and the same recomputed.

    Attributes
    ----------
    what : str
        What is compared.
    published, recomputed : str
        Both, in words or numbers.
    identical : bool
        Whether they are the same, to the last bit.
    differences : tuple of str
        The first entries that differ.
    """

    what: str
    published: str
    recomputed: str
    identical: bool
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Reproduction:
    """All that the release was made of, recomputed, and how it compares.

    Attributes
    ----------
    scores : ndarray of float64, shape (n_questions,)
        Recomputed scores.
    label_sets : list of 50,000 lists of int
        Recomputed real.json.
    raters : RaterAccuracy
        Raters, experts and the original label on the golden questions.
    figure3 : Figure3
        What Figure 3 shows.
    interval : ThresholdInterval
        Thresholds that give the same label sets.
    comparisons : tuple of Comparison
        Line by line.
    """

    scores: NDArray[np.float64]
    label_sets: list[list[int]]
    raters: RaterAccuracy
    figure3: Figure3
    interval: ThresholdInterval
    comparisons: tuple[Comparison, ...]

    @property
    def identical(self) -> bool:
        """Whether everything is as published."""
        return all(comparison.identical for comparison in self.comparisons)


def reproduce(
    release: Release,
    *,
    scores: NDArray[np.float64] | None = None,
    figure3: Figure3 | None = None,
) -> Reproduction:
    """Recompute scores and label sets from the raters' votes and compare them with the release's.

    Parameters
    ----------
    release : Release
    scores : ndarray of float64, shape (n_questions,), optional
        From :func:`analysis.published_scores`, where it has been called already.
    figure3 : Figure3, optional
        Of these scores, likewise.

    Returns
    -------
    Reproduction
    """
    if scores is None:
        scores = published_scores(release)
    label_sets = make_labels(release, scores=scores, threshold=THRESHOLD)
    if figure3 is None:
        figure3 = figure3_data(release, scores=scores)
    return Reproduction(
        scores=scores,
        label_sets=label_sets,
        raters=rater_accuracy(release),
        figure3=figure3,
        interval=threshold_interval(release, label_sets, scores=scores),
        comparisons=(
            compare_scores(release, scores),
            compare_label_files(release, label_sets),
            *_compare_numbers(release, label_sets, figure3),
        ),
    )


def compare_scores(release: Release, scores: NDArray[np.float64]) -> Comparison:
    """Compare scores bit by bit; +0.0 and -0.0 would differ."""
    same = scores.view(np.uint64) == release.scores.view(np.uint64)
    return Comparison(
        "scores, bit for bit",
        f"{len(same):,}",
        f"{np.count_nonzero(same):,} equal",
        bool(same.all()),
        tuple(
            f"question {i} {release.questions.name(i)}: published {release.scores[i].item()!r}, "
            f"recomputed {scores[i].item()!r}"
            for i in np.flatnonzero(~same)[:MOST_DIFFERENCES].tolist()
        ),
    )


def compare_label_files(release: Release, label_sets: list[list[int]]) -> Comparison:
    """Compare the recomputed label file with the published one, byte for byte."""
    recomputed = hashlib.sha256(to_json(label_sets).encode()).hexdigest()
    published = release.sha256["real.json"]
    differing = [i for i, labels in enumerate(label_sets) if labels != release.label_sets[i]]
    differences = [
        f"{image_name(i + 1)}: published {release.label_sets[i]}, recomputed {label_sets[i]}"
        for i in differing[:MOST_DIFFERENCES]
    ]
    if recomputed != published and not differing:
        differences = ["the same labels in the same order, but the file is written otherwise"]
    return Comparison(
        "real.json, sha256", published, recomputed, recomputed == published, tuple(differences)
    )


def _compare_numbers(
    release: Release, label_sets: list[list[int]], recomputed: Figure3
) -> list[Comparison]:
    published = figure3_data(release)
    lines = [
        (name, *(f"{count(sets):,}" for sets in (release.label_sets, label_sets)))
        for name, count in (("labels", _n_labels), ("images with labels", _n_images))
    ]
    for name, pair in (
        ("average precision", [data.curve.average_precision for data in (published, recomputed)]),
        (f"precision at {THRESHOLD}", [data.chosen.precision for data in (published, recomputed)]),
        (f"recall at {THRESHOLD}", [data.chosen.recall for data in (published, recomputed)]),
    ):
        lines.append((name, *(f"{value:.10f}" for value in pair)))
    name = "ReaL accuracy of the original labels"
    lines.append((name, *(_accuracy(release, sets) for sets in (release.label_sets, label_sets))))
    return [Comparison(what, old, new, old == new) for what, old, new in lines]


def _n_labels(label_sets: list[list[int]]) -> int:
    return sum(map(len, label_sets))


def _n_images(label_sets: list[list[int]]) -> int:
    return sum(map(bool, label_sets))


def _accuracy(release: Release, label_sets: list[list[int]]) -> str:
    result = real_accuracy(release.original_labels, label_sets=label_sets)
    return f"{result.correct:,} / {result.n_images:,} = {100 * result.accuracy:.4f} %"


def summary(release: Release, reproduction: Reproduction) -> dict[str, Any]:
    """Gather a run's numbers for `summary.json`.

    Parameters
    ----------
    release : Release
    reproduction : Reproduction

    Returns
    -------
    dict
        Of strings, finite numbers, lists and dicts; NaN and infinity are None, as JSON has neither.
    """
    figure3 = reproduction.figure3
    accuracies = reproduction.raters.of_kind("rater").accuracy.value
    measured = accuracies[~np.isnan(accuracies)]
    numbers = {
        "simulated": release.simulated,
        "identical": reproduction.identical,
        "comparisons": [
            {
                "what": line.what,
                "published": line.published,
                "recomputed": line.recomputed,
                "identical": line.identical,
                "differences": list(line.differences),
            }
            for line in reproduction.comparisons
        ],
        "threshold": THRESHOLD,
        "thresholds_with_the_same_labels": {
            "above": reproduction.interval.low,
            "up_to": reproduction.interval.high,
        },
        "golden": {
            "questions": figure3.curve.n_questions,
            "fits": figure3.curve.n_fits,
            "images": len(np.unique(release.questions.images[release.golden.questions])),
            "average_precision": figure3.curve.average_precision,
            "at_threshold": figure3.chosen._asdict(),
            "original_label": figure3.original_label._asdict(),
            "votes_alone": [point._asdict() for point in figure3.votes_alone],
        },
        "rater_accuracy": {
            "raters": len(measured),
            "median": float(np.median(measured)),
            "least": float(measured.min()),
            "most": float(measured.max()),
        },
        "votes": {
            "votes": release.votes.n_votes,
            "questions": release.votes.n_items,
            "raters": release.votes.n_raters,
        },
        "input_sha256": release.sha256,
        "versions": versions(),
    }
    return {key: without_nan(value) for key, value in numbers.items()}


def write_scores(stream: IO[bytes], release: Release, scores: NDArray[np.float64]) -> None:
    """Write scores in the form of scores.npz: `tensor`, shape (n_questions,), and `info`."""
    arrays = {"tensor": scores, "info": release.questions.to_info()}
    # as numpy.savez_compressed does, which packs `info` no better by working twice as long
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=PACKING) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                npy.write_array(member, array, allow_pickle=False)
