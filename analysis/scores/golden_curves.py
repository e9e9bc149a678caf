"""Precision and recall on the golden questions: the curve, and its bands over images."""

from __future__ import annotations

from numpy.typing import ArrayLike

from ..defaults import CONFIDENCE, REPLICATES
from ..release.labels.label_sets import checked_scores
from ..release.release import Release
from ..statistics.bands import Bands, precision_recall_bands
from ..statistics.precision_recall import PrecisionRecall, precision_recall


def golden_curve(release: Release, *, scores: ArrayLike | None = None) -> PrecisionRecall:
    """Precision and recall of the scores on the golden questions, against the experts.

    A label fits where at least 3 of the 5 experts say yes.

    Parameters
    ----------
    release : Release
    scores : array_like, shape (n_questions,), optional
        One a question of the release, in 0..1. Default: the published scores.

    Returns
    -------
    PrecisionRecall

    Raises
    ------
    AnalysisError
        If the scores do not fit the questions, or no golden question's label fits.
    """
    golden = release.golden
    truth = golden.fits()
    return precision_recall(checked_scores(release, scores)[golden.questions], truth=truth)


def golden_bands(
    release: Release,
    scores: ArrayLike,
    *,
    confidence: float = CONFIDENCE,
    replicates: int = REPLICATES,
    seed: int = 0,
    threads: int | None = None,
) -> Bands:
    """Measure scores of the golden questions against the experts, with their uncertainty.

    Parameters
    ----------
    release : Release
    scores : array_like, shape (n_golden,)
        One a golden question, in their order; the higher, the likelier the label fits.
    confidence, replicates, seed, threads
        As for :func:`precision_recall_bands`.

    Returns
    -------
    Bands

    Raises
    ------
    AnalysisError
        As :func:`precision_recall_bands`.
    """
    return precision_recall_bands(
        scores,
        truth=release.golden.fits(),
        images=release.golden_images(),
        confidence=confidence,
        replicates=replicates,
        seed=seed,
        threads=threads,
    )
