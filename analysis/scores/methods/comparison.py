"""Aggregation methods side by side: average precision in sample and out of sample, and the gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...defaults import CONFIDENCE, FOLDS, REPLICATES, THRESHOLD
from ...errors import check_types
from ...release.release import Release
from ...statistics.bands import Bands, PointEstimate, paired_difference
from ...statistics.estimates import Estimate, estimate_cells
from ...statistics.precision_recall import PrecisionRecall
from ...statistics.thresholds import check_threshold
from ...tables import to_csv
from ..golden_curves import golden_bands
from .methods import PUBLISHED, GoldenScores, count_yes, methods

# Called with what is being computed, and how much of it is done, in 0..1.
Progress = Callable[[str, float], object]


@dataclass(frozen=True, eq=False)
class ComparedMethod:
    """One method on the golden questions.

    Attributes
    ----------
    name : str
    scores : GoldenScores
        In sample and out of sample.
    in_sample, out_of_sample : Estimate
        Average precision.
    difference_in_sample, difference : Estimate
        Average precision less that of the published recipe, in sample and out of sample. The
        interval is of paired differences: both are measured on the same draws of images.
    curve : PrecisionRecall
        Out of sample.
    point : PointEstimate
        Out of sample, at the threshold.
    """

    name: str
    scores: GoldenScores
    in_sample: Estimate
    out_of_sample: Estimate
    difference_in_sample: Estimate
    difference: Estimate
    curve: PrecisionRecall
    point: PointEstimate


@dataclass(frozen=True, eq=False)
class Comparison:
    """Methods side by side on the golden questions.

    Attributes
    ----------
    methods : tuple of ComparedMethod
        The published recipe first.
    votes_alone : tuple of PointEstimate
        Rules that keep a question where at least 1, 2, ... of its votes are yes.
    n_images : int
        Golden images that were drawn from.
    n_experts : int
        Number of experts behind the truth.
    threshold : float
        Of the methods' operating points.
    confidence : float
        Of each interval.
    replicates : int
        Of the bootstrap.
    simulated : bool
        Whether the release is a simulated one.
    """

    methods: tuple[ComparedMethod, ...]
    votes_alone: tuple[PointEstimate, ...]
    n_images: int
    n_experts: int
    threshold: float
    confidence: float
    replicates: int
    simulated: bool

    @property
    def rules(self) -> dict[str, PointEstimate]:
        """The rules that count votes, by name."""
        n_votes = len(self.votes_alone)
        return {
            f"votes alone: at least {rule.point.threshold:g} of {n_votes} are yes": rule
            for rule in self.votes_alone
        }


def compare_methods(
    release: Release,
    *,
    threshold: float = THRESHOLD,
    folds: int = FOLDS,
    confidence: float = CONFIDENCE,
    replicates: int = REPLICATES,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Score the golden questions by each method and measure all of them on the same draws.

    Parameters
    ----------
    release : Release
    threshold : float
        Of the operating points, in 0..1.
    folds : int
        Folds over images where EM uses golden truth.
    confidence : float
        Of each interval, between 0 and 1.
    replicates : int
        Of the bootstrap over images.
    seed : int
        Of the bootstrap, and of the sharing out of images among folds.
    threads : int, optional
        Of the bootstrap; never changes a result.
    progress : callable, optional
        Called with what is being computed, and how much of it is done.

    Returns
    -------
    Comparison

    Raises
    ------
    AnalysisError
        If a value is out of range.
    """
    check_types(compare_methods, locals())
    check_threshold(threshold)

    def bands(scores: Any) -> Bands:
        return golden_bands(
            release,
            scores,
            confidence=confidence,
            replicates=replicates,
            seed=seed,
            threads=threads,
        )

    yes = count_yes(release.votes.select(release.golden.questions))
    rules = bands(yes)
    scored = score_all(release, folds=folds, seed=seed, progress=progress)
    baseline = bands(scored[PUBLISHED].in_sample), bands(scored[PUBLISHED].out_of_sample)
    compared: list[ComparedMethod] = []
    for name, scores in scored.items():
        if progress is not None:
            progress("bootstrap", len(compared) / len(scored))
        compared.append(_compared(name, scores, bands, baseline, threshold))
    most = int(np.diff(release.votes.select(release.golden.questions).starts).max())
    return Comparison(
        methods=tuple(compared),
        votes_alone=tuple(rules.at(at_least) for at_least in range(1, most + 1)),
        n_images=rules.n_images,
        n_experts=release.golden.experts.n_raters,
        threshold=threshold,
        confidence=confidence,
        replicates=replicates,
        simulated=release.simulated,
    )


def score_all(
    release: Release, *, folds: int = FOLDS, seed: int = 0, progress: Progress | None = None
) -> dict[str, GoldenScores]:
    """Score the golden questions by each of :func:`methods`, by name."""
    scored: dict[str, GoldenScores] = {}

    def told(done: int, all_fits: int) -> None:
        if progress is not None:
            progress(name, done / all_fits)

    every = methods(folds=folds, seed=seed, progress=told)
    for name, method in every.items():
        told(0, 1)
        scored[name] = method(release)
        told(1, 1)
    return scored


def _compared(
    name: str,
    scores: GoldenScores,
    bands: Callable[[Any], Bands],
    baseline: tuple[Bands, Bands],
    threshold: float,
) -> ComparedMethod:
    fitted = bands(scores.in_sample)
    left_out = fitted if not scores.left_out else bands(scores.out_of_sample)
    return ComparedMethod(
        name=name,
        scores=scores,
        in_sample=fitted.average_precision,
        out_of_sample=left_out.average_precision,
        difference_in_sample=paired_difference(fitted, baseline[0]),
        difference=paired_difference(left_out, baseline[1]),
        curve=left_out.curve,
        point=left_out.at(threshold),
    )


def comparison_csv(data: Comparison) -> str:
    """Return the comparison as csv: one row a method, and one a rule that counts votes.

    Parameters
    ----------
    data : Comparison

    Returns
    -------
    str
        Columns: method; left_out (what is left out at a time, where golden truth is used);
        average_precision and difference (to the published recipe), in_sample and out_of_sample;
        threshold, and the precision, recall, f1, kept and hits that it gives out of sample. Each
        estimate x is followed by x_low and x_high, the ends of its interval. A rule has no average
        precision, and its threshold is a number of votes.
    """
    rows = [_method_row(method) for method in data.methods]
    rows += [{"method": name, **_point_cells(rule)} for name, rule in data.rules.items()]
    return to_csv({name: [row.get(name) for row in rows] for name in rows[0]})


def _method_row(method: ComparedMethod) -> Mapping[str, object]:
    return {
        "method": method.name,
        "left_out": method.scores.left_out,
        **estimate_cells("average_precision_in_sample", method.in_sample),
        **estimate_cells("average_precision_out_of_sample", method.out_of_sample),
        **estimate_cells("difference_in_sample", method.difference_in_sample),
        **estimate_cells("difference_out_of_sample", method.difference),
        **_point_cells(method.point),
    }


def _point_cells(measured: PointEstimate) -> Mapping[str, object]:
    return {
        "threshold": measured.point.threshold,
        **estimate_cells("precision", measured.precision),
        **estimate_cells("recall", measured.recall),
        **estimate_cells("f1", measured.f1),
        "kept": measured.point.kept,
        "hits": measured.point.hits,
    }
