"""Picking an operating point of the release: what it costs, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..defaults import REPLICATES
from ..errors import AnalysisError
from ..release.files.questions import N_ANIMALS, N_IMAGES
from ..release.labels.label_sets import checked_scores
from ..release.release import Release
from ..statistics.bands import Bands, PointEstimate, precision_recall_bands
from ..statistics.estimates import Estimate
from ..statistics.operating_point import Target, choose
from ..statistics.shown_precision import independent_share
from ..statistics.thresholds import ThresholdInterval, same_side
from ..tables import to_csv

# A replicate agrees with the choice if it would have chosen a threshold this near.
NEAR = 0.05


@dataclass(frozen=True, eq=False)
class PickedPoint:
    """An operating point, and what it does to the release.

    Attributes
    ----------
    target : Target
        What was asked for.
    group : str
        The labels that it is for: "all labels", "animal labels" or "other labels".
    threshold : float
        Keep a label whose score is at least this; inf where it is cheapest to keep none.
    interval : ThresholdInterval
        Thresholds that give the same labels of the release.
    estimate : PointEstimate
        Precision, recall and F1 on the golden questions, with 95 % intervals over images.
    n_labels, n_images : int
        Labels of the release that are kept, and images with at least one of them; for all labels,
        with the images that were never asked about and keep their original label.
    agreement : float
        Share of bootstrap replicates that would have chosen a threshold within 0.05; NaN where the
        threshold was named.
    """

    target: Target
    group: str
    threshold: float
    interval: ThresholdInterval
    estimate: PointEstimate
    n_labels: int
    n_images: int
    agreement: float

    def sentence(self) -> str:
        """Say it in plain words."""
        why = "" if self.target.threshold is not None else f", {self.target}"
        point = self.estimate.point
        if point.kept:
            precision = in_words(self.estimate.precision)
            found = f"precision is {precision} and recall {in_words(self.estimate.recall)}"
        else:
            found = f"it keeps none, and misses {point.n_fits:,} that fit"
        what = (
            f"Keep none of {self.group}"
            if math.isinf(self.threshold)
            else f"Threshold {self.threshold:g} for {self.group}"
        )
        return (
            f"{what}{why}: on the golden questions {found}. Of the release it keeps "
            f"{self.n_labels:,} labels on {self.n_images:,} images.{self._sure()}"
        )

    def _sure(self) -> str:
        """Say how sure the choice is, and what it promises."""
        if math.isnan(self.agreement):
            return ""
        nearly = "kept none" if math.isinf(self.threshold) else f"chosen within {NEAR:g} of it"
        said = f" {self.agreement:.0%} of the bootstrap replicates would have {nearly}."
        if self.target.precision is None:
            return said
        often = (
            "about half of the time"
            if self.target.with_confidence is None
            else f"at least {100 * self.target.with_confidence:.4g} times in 100"
        )
        return (
            f"{said} On new questions, thresholds picked so reach a precision of "
            f"{self.target.precision:g} {often}."
        )


def in_words(estimate: Estimate) -> str:
    """Write a share with its interval."""
    return f"{estimate.value:.3f} (95 % interval {estimate.low:.3f} to {estimate.high:.3f})"


def pick(
    release: Release,
    target: Target,
    *,
    scores: ArrayLike | None = None,
    golden_scores: ArrayLike | None = None,
    by_group: bool = False,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> tuple[PickedPoint, ...]:
    """Pick an operating point of the release, and say what it costs and how sure that is.

    Parameters
    ----------
    release : Release
    target : Target
    scores : array_like, shape (n_questions,), optional
        In 0..1. Default: the published scores.
    golden_scores : array_like, shape (n_golden,), optional
        Scores of the golden questions to choose by, for instance out of sample. Default: theirs
        among `scores`.
    by_group : bool
        Choose apart for the animal labels (0..397) and for the others: the scores of the former
        have one more rater in them.
    replicates : int
        Bootstrap replicates over the golden images.
    seed : int
        Of the bootstrap.

    Returns
    -------
    tuple of PickedPoint
        One, or one a group.

    Raises
    ------
    AnalysisError
        If the target cannot be reached, or the scores do not fit.
    """
    used = checked_scores(release, scores)
    golden = release.golden
    by = used[golden.questions] if golden_scores is None else np.asarray(golden_scores, dtype=float)
    animal = release.questions.labels < N_ANIMALS
    groups: dict[str, NDArray[np.bool_]] = {"all labels": np.ones(len(animal), dtype=bool)}
    if by_group:
        groups = {"animal labels": animal, "other labels": ~animal}
    picked = []
    for group, members in groups.items():
        chosen = members[golden.questions]
        bands = precision_recall_bands(
            by[chosen],
            truth=golden.fits()[chosen],
            images=release.questions.images[golden.questions][chosen],
            replicates=replicates,
            seed=seed,
        )
        try:
            picked.append(_picked(release, target, group, members, used, bands))
        except AnalysisError as error:
            raise AnalysisError(f"{group}: {error}") from error
    return tuple(picked)


def _picked(
    release: Release,
    target: Target,
    group: str,
    members: NDArray[np.bool_],
    scores: NDArray[np.float64],
    bands: Bands,
) -> PickedPoint:
    threshold = choose(bands, target).threshold
    images = release.questions.images
    kept = members & (scores >= threshold)
    unasked = N_IMAGES - len(np.unique(images)) if members.all() else 0
    return PickedPoint(
        target=target,
        group=group,
        threshold=threshold,
        interval=same_side(scores[members], threshold),
        estimate=bands.at(threshold),
        n_labels=int(kept.sum()) + unasked,
        n_images=len(np.unique(images[kept])) + unasked,
        agreement=agreement_of(target, threshold, bands),
    )


def agreement_of(target: Target, threshold: float, bands: Bands) -> float:
    """Return the share of replicates that would have chosen within 0.05 of a threshold.

    A replicate chooses a point of the curve, and with it all thresholds down to the next point.
    """
    if target.threshold is not None:
        return math.nan
    drawn = bands.replicates
    places = target.best(drawn.kept, drawn.hits, drawn.n_fits, independent_share(bands))
    # Keeping nothing, the last place, is chosen down to the first point.
    high = np.append(drawn.thresholds, math.inf)[places]
    low = np.append(drawn.thresholds, [0.0, drawn.thresholds[0]])[places + 1]
    near = (low - NEAR < threshold) & (threshold <= high + NEAR)
    return float(np.mean(near & (places >= 0)))


def picks_csv(picked: tuple[PickedPoint, ...]) -> str:
    """Write picked operating points as csv, a row each.

    Parameters
    ----------
    picked : tuple of PickedPoint

    Returns
    -------
    str
        With a header row; 0/0 and what does not apply are empty cells. Where none are kept, the
        threshold and the upper end of its interval are inf.
    """
    estimates = [point.estimate for point in picked]
    columns: dict[str, list[object]] = {
        "group": [point.group for point in picked],
        "target": [str(point.target) for point in picked],
        "threshold": [point.threshold for point in picked],
        "same_labels_above": [point.interval.low for point in picked],
        "same_labels_up_to": [point.interval.high for point in picked],
    }
    for name in ("precision", "recall", "f1"):
        values = [getattr(estimate, name) for estimate in estimates]
        columns[name] = [value.value for value in values]
        columns[f"{name}_low"] = [value.low for value in values]
        columns[f"{name}_high"] = [value.high for value in values]
    columns["golden_kept"] = [estimate.point.kept for estimate in estimates]
    columns["labels"] = [point.n_labels for point in picked]
    columns["images"] = [point.n_images for point in picked]
    columns["chosen_within_0.05"] = [point.agreement for point in picked]
    return to_csv(columns)
