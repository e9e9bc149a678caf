"""Calibration of every method's scores, and of the recalibrated ones, against the experts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..defaults import CONFIDENCE, FOLDS, REPLICATES
from ..release.release import Release
from ..statistics.calibration import N_BINS, Calibration, measure_calibration
from ..statistics.estimates import estimate_cells
from ..tables import to_csv
from .methods.comparison import Comparison
from .methods.methods import PUBLISHED, GoldenScores
from .recalibration import recalibrate

MAJORITY = "majority of the experts"
SHARE = "share of the experts"
IN_SAMPLE = f"{PUBLISHED}, in sample"
ISOTONIC = f"{PUBLISHED}, isotonic"
PLATT = f"{PUBLISHED}, Platt"
STATISTICS = (
    "brier",
    "miscalibration",
    "discrimination",
    "uncertainty",
    "log_loss",
    "expected_calibration_error",
)


@dataclass(frozen=True, eq=False)
class CalibrationReport:
    """Calibration of scores on the golden questions.

    Attributes
    ----------
    of : dict of str to dict of str to Calibration
        By the name of the scores, and by what they are held against: the majority of the experts
        (0 or 1), or the share of the experts who say yes.
    n_images : int
        Golden images that were drawn from.
    confidence : float
        Of each interval.
    simulated : bool
        Whether the release is a simulated one.
    """

    of: dict[str, dict[str, Calibration]]
    n_images: int
    confidence: float
    simulated: bool


def expert_outcomes(release: Release) -> dict[str, NDArray[np.float64]]:
    """Return what scores are held against, each of shape (n_golden,), in 0..1.

    Parameters
    ----------
    release : Release

    Returns
    -------
    dict of str to ndarray
        The majority of the experts (at least 3 of 5), and the share of the experts who answered
        that say yes.
    """
    golden = release.golden
    answered = np.diff(golden.experts.starts)  # 1 or more: the loader sees to it
    return {
        MAJORITY: golden.fits().astype(np.float64),
        SHARE: golden.yes_votes() / answered,
    }


def scores_to_calibrate(
    release: Release,
    scored: Mapping[str, GoldenScores],
    *,
    folds: int = FOLDS,
    seed: int = 0,
) -> dict[str, NDArray[np.float64]]:
    """Name the scores: the published ones in sample, all methods out of sample, recalibrated ones.

    Parameters
    ----------
    release : Release
    scored : mapping of str to GoldenScores
        From :func:`score_all`.
    folds, seed
        As for :func:`recalibrate`.

    Returns
    -------
    dict of str to ndarray, shape (n_golden,)
    """
    isotonic = recalibrate(release, method="isotonic", folds=folds, seed=seed)
    platt = recalibrate(release, method="platt", folds=folds, seed=seed)
    return {
        IN_SAMPLE: scored[PUBLISHED].in_sample,
        **{name: scores.out_of_sample for name, scores in scored.items()},
        ISOTONIC: isotonic.golden_out_of_sample,
        PLATT: platt.golden_out_of_sample,
    }


def report_calibration(
    release: Release,
    scores: Mapping[str, ArrayLike],
    *,
    n_bins: int = N_BINS,
    confidence: float = CONFIDENCE,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> CalibrationReport:
    """Hold scores of the golden questions against the experts' majority, and against their share.

    Parameters
    ----------
    release : Release
    scores : mapping of str to array_like, shape (n_golden,)
        In 0..1.
    n_bins, confidence, replicates, seed
        As for :func:`measure_calibration`.

    Returns
    -------
    CalibrationReport

    Raises
    ------
    AnalysisError
        If shapes do not fit each other, or a value is out of range.
    """
    images = release.golden_images()
    outcomes = expert_outcomes(release)
    found = {
        name: {
            against: measure_calibration(
                guess,
                outcomes=outcome,
                images=images,
                n_bins=n_bins,
                confidence=confidence,
                replicates=replicates,
                seed=seed,
            )
            for against, outcome in outcomes.items()
        }
        for name, guess in scores.items()
    }
    return CalibrationReport(found, len(np.unique(images)), confidence, release.simulated)


def scored_by(comparison: Comparison) -> dict[str, GoldenScores]:
    """Take the scores that a comparison was made of."""
    return {method.name: method.scores for method in comparison.methods}


def calibration_csv(report: CalibrationReport) -> str:
    """Return the report as csv: one row for each scores and what they are held against.

    Parameters
    ----------
    report : CalibrationReport

    Returns
    -------
    str
        Columns: scores, against, brier, miscalibration, discrimination, uncertainty, log_loss,
        expected_calibration_error; each of these x is followed by x_low and x_high, the ends of its
        interval. ``brier = miscalibration - discrimination + uncertainty``.
    """
    rows = [
        {"scores": name, "against": against}
        | {
            column: cell
            for statistic in STATISTICS
            for column, cell in estimate_cells(statistic, getattr(found, statistic)).items()
        }
        for name, by_outcome in report.of.items()
        for against, found in by_outcome.items()
    ]
    return to_csv({column: [row[column] for row in rows] for column in rows[0]})


def reliability_csv(report: CalibrationReport) -> str:
    """Return the bins of the reliability diagrams as csv.

    Parameters
    ----------
    report : CalibrationReport

    Returns
    -------
    str
        Columns: scores, against, from, to, n, mean_score, outcome, outcome_low, outcome_high. A
        bin holds scores from its lower edge up to, but not with, its upper one; the last has 1.
    """
    rows: list[tuple[object, ...]] = []
    for name, by_outcome in report.of.items():
        for against, found in by_outcome.items():
            edges = np.linspace(0, 1, len(found.bins.n) + 1).tolist()
            columns = [column.tolist() for column in found.bins]
            rows += [
                (name, against, *cells)
                for cells in zip(edges[:-1], edges[1:], *columns, strict=True)
            ]
    header = (
        *("scores", "against", "from", "to", "n"),
        *("mean_score", "outcome", "outcome_low", "outcome_high"),
    )
    return to_csv(dict(zip(header, zip(*rows, strict=True), strict=True)))
