"""All that is known of a job's raters: for the release, and for anyone's votes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation import Fit, KnownItems, Votes, fit_dawid_skene, start_from

from ..errors import AnalysisError, check_types
from ..release.published import TRUTHS
from ..release.release import Release
from ..statistics.estimates import Estimates
from ..statistics.intervals import proportion
from .agreement.agreement import agreement, agreement_if_any
from .agreement.coefficients import Scale
from .agreement.kinds import has_pairs
from .agreement.result import Agreement
from .agreement.retest import Retest, answered_twice, retest
from .golden.accuracy import RaterAccuracy, rater_accuracy
from .golden.difference import GoldenDifference, golden_difference
from .pairs.clusters import RaterClusters, cluster_raters, in_order
from .pairs.golden_copies import GoldenCopies, golden_copies
from .pairs.pairs import RaterPairs, no_pairs, pairs_of_fit
from .quality.quality import RaterQuality, rater_quality

# What is computed of a report, in this order.
STAGES = ("error rates", "agreement", "quality of raters", "pairs of raters")
# Called with what is being computed.
Progress = Callable[[str], object]


@dataclass(frozen=True, eq=False)
class GoldenEvidence:
    """What golden answers add, which only the release has.

    Attributes
    ----------
    accuracy : RaterAccuracy
    difference : GoldenDifference
    copies : GoldenCopies
    retest : Retest, optional
        None where no golden question was asked again.
    """

    accuracy: RaterAccuracy
    difference: GoldenDifference
    copies: GoldenCopies
    retest: Retest | None


@dataclass(frozen=True, eq=False)
class RaterReport:
    """All that is known of a job's raters.

    Attributes
    ----------
    fit : Fit
        Which `quality` rests on.
    class_names : sequence
        Of its classes.
    agreement : Agreement
    quality : RaterQuality
    pairs : RaterPairs
    known : Estimates
        Share of answers to known items that are the item's class; NaN without any.
    known_answers : ndarray of int64, shape (n_raters,)
        Answers to known items.
    golden : GoldenEvidence, optional
    """

    fit: Fit
    class_names: Sequence[Any]
    agreement: Agreement
    quality: RaterQuality
    pairs: RaterPairs
    known: Estimates
    known_answers: NDArray[np.int64]
    golden: GoldenEvidence | None


def report_on_votes(
    votes: Votes,
    *,
    known: KnownItems | None = None,
    scale: Scale = "nominal",
    refits: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
    show: Callable[..., object] | None = None,
) -> RaterReport:
    """Judge the raters of any job.

    Parameters
    ----------
    votes : Votes
    known : KnownItems, optional
        Items whose class is known; they keep it in the fit.
    scale : {"nominal", "ordinal", "interval"}
        Of the answers, in the order of their codes.
    refits : int
        For the intervals of bits and leanings; see :func:`rater_quality`.
    seed : int
        Of the bootstrap and of draws from posteriors.
    progress : callable, optional
        Called with what is being computed, each of :data:`STAGES`.
    show : callable, optional
        Called with a figure's name and what it takes, once that is computed.

    Returns
    -------
    RaterReport
    """
    check_types(report_on_votes, locals())
    options: dict[str, Any] = {}
    if known is not None:
        options = {
            "n_classes": len(known.class_names),
            "truth": known.truth,
            "start": start_from(known, votes),
        }
    right, asked = _right_answers(votes, known)
    begin = _following(progress)
    begin()
    fit = fit_dawid_skene(votes, **options)
    names = fit.class_names if known is None else known.class_names
    begin()
    agreed = agreement_if_any(votes, scale=scale, seed=seed)
    begin()
    quality = rater_quality(fit, scale=scale, class_names=names, refits=refits, seed=seed)
    show = show or _nobody
    show("error_rates", quality, class_names=names)
    begin()
    report = RaterReport(
        fit=fit,
        class_names=names,
        agreement=agreed,
        quality=quality,
        pairs=pairs_of_fit(fit) if has_pairs(votes) else no_pairs(votes),
        known=proportion(right, asked),
        known_answers=asked,
        golden=None,
    )
    show_agreement(report, show)
    return report


def _nobody(*_: Any, **__: Any) -> None:
    """Take what nobody asked to be shown."""


def _following(progress: Progress | None) -> Callable[[], None]:
    """Return what names the next stage each time it is called."""
    stages = iter(STAGES)

    def begin() -> None:
        stage = next(stages)
        if progress is not None:
            progress(stage)

    return begin


def _right_answers(
    votes: Votes, known: KnownItems | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count each rater's answers to known items that are the item's class, and all of them."""
    right = asked = np.zeros(votes.n_raters, dtype=np.int64)
    if known is not None:
        code_of = {str(name): code for code, name in enumerate(votes.answer_names)}
        # A class that is called like no answer is never right.
        answer_of = np.array([code_of.get(str(name), -2) for name in known.class_names])
        if (answer_of >= 0).any():
            truth = known.truth[votes.items]
            at_known = truth >= 0
            hits = at_known & (answer_of[truth] == votes.answers)
            asked = np.bincount(votes.raters[at_known], minlength=votes.n_raters)
            right = np.bincount(votes.raters[hits], minlength=votes.n_raters)
    return right, asked


def report_on_release(
    release: Release,
    *,
    refits: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
    show: Callable[..., object] | None = None,
) -> RaterReport:
    """Judge the release's raters: by the job alone, and by their golden answers.

    Error rates are those of two classes, misfit and fits; golden answers have no part in them.
    Pairs are held against a model of three classes, as many as answers: it explains more of what
    raters have in common.

    Parameters
    ----------
    release : Release
    refits : int
        For the intervals of bits and leanings; see :func:`rater_quality`.
    seed : int
        Of the bootstraps and of draws from posteriors.
    progress : callable, optional
        Called with what is being computed, each of :data:`STAGES`.
    show : callable, optional
        Called with a figure's name and what it takes, once that is computed.

    Returns
    -------
    RaterReport
    """
    check_types(report_on_release, locals())
    begin, show = _following(progress), show or _nobody
    begin()
    accuracy = rater_accuracy(release)
    show("raters", accuracy)
    fit = fit_dawid_skene(release.votes, n_classes=len(TRUTHS))
    begin()
    agreed = agreement(release.votes, scale="ordinal", seed=seed)
    begin()
    quality = rater_quality(fit, scale="ordinal", refits=refits, seed=seed)
    show("error_rates", quality, class_names=TRUTHS)
    begin()
    difference = golden_difference(release)
    show("golden_em", difference)
    pairs = pairs_of_fit(fit_dawid_skene(release.votes))
    try:
        answered_twice(release)
        twice = retest(release, seed=seed)
    except AnalysisError:
        twice = None
    golden = GoldenEvidence(accuracy, difference, golden_copies(release, job=pairs), twice)
    known = Estimates(*(part for part in accuracy.of_kind("rater").accuracy))
    report = RaterReport(
        fit=fit,
        class_names=TRUTHS,
        agreement=agreed,
        quality=quality,
        pairs=pairs,
        known=known,
        known_answers=accuracy.of_kind("rater").golden_answers,
        golden=golden,
    )
    show_agreement(report, show)
    return report


def clusters_of_report(report: RaterReport) -> dict[str, RaterClusters]:
    """Order the raters of a report by agreement: on all votes, or in the job and when tried.

    Golden questions were answered by many of the same raters, so that the order is theirs.

    Parameters
    ----------
    report : RaterReport

    Returns
    -------
    dict of str to RaterClusters
        By title.
    """
    if report.golden is None:
        return {"all votes": cluster_raters(report.pairs, votes=report.quality.votes)}
    golden = cluster_raters(report.golden.copies.pairs)
    return {
        "in the rating job": in_order(report.pairs, golden.raters),
        "on golden questions": golden,
    }


def show_agreement(report: RaterReport, show: Callable[..., object]) -> None:
    """Show what the figure agreement takes, if any two raters have items in common."""
    if show is _nobody:
        return
    clusters = clusters_of_report(report)
    if all(len(found.raters) > 1 for found in clusters.values()):
        show("agreement", clusters, names=report.quality.rater_names)
