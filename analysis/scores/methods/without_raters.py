"""The release without some of its raters: scores, Figure 3 and labels made anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes, fit_dawid_skene

from ...defaults import REPLICATES, THRESHOLD
from ...errors import AnalysisError, check_types
from ...release.labels.diff import LabelDiff, diff_labels
from ...release.labels.label_sets import make_labels
from ...release.published import FITS, published_scores
from ...release.release import Release
from ...statistics.bands import Bands, paired_difference
from ...statistics.estimates import Estimate
from ...statistics.thresholds import check_threshold
from ...tables import to_csv
from ..golden_curves import golden_bands


@dataclass(frozen=True, eq=False)
class WithoutRaters:
    """What changes without some raters.

    Attributes
    ----------
    raters : tuple
        The release's ids of the raters left out.
    votes, golden_answers : int
        Theirs, in the rating job and on the golden questions, which are left out.
    unanswered : int
        Questions that have no votes any more.
    scores : ndarray of float64, shape (n_questions,)
        By the published recipe from what is left.
    before, after : Bands
        Figure 3's curve on the golden questions, in sample, with and without them.
    difference : Estimate
        Average precision after less that before, a paired interval over images.
    em_before, em_after : Bands
        The same by EM with two classes, which is fitted again and uses no golden answers.
    em_difference : Estimate
    moved : float
        Mean absolute change of the scores.
    label_sets : list of 50,000 lists of int
        Labels at the threshold.
    labels : LabelDiff
        Against those of all raters, at the same threshold.
    threshold : float
    simulated : bool
        Whether the release is a simulated one.
    """

    raters: tuple[Any, ...]
    votes: int
    golden_answers: int
    unanswered: int
    scores: NDArray[np.float64]
    before: Bands
    after: Bands
    difference: Estimate
    em_before: Bands
    em_after: Bands
    em_difference: Estimate
    moved: float
    label_sets: list[list[int]]
    labels: LabelDiff
    threshold: float
    simulated: bool


def without_raters(
    release: Release,
    raters: Iterable[Any],
    *,
    threshold: float = THRESHOLD,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> WithoutRaters:
    """Make scores and labels without some raters, and compare them with those of all.

    The published recipe is followed step by step with what the others answered, in the rating job
    and on the golden questions; a question without votes has what the class prior and the original
    label say. EM is fitted anew.

    Parameters
    ----------
    release : Release
    raters : iterable
        The release's ids of those to leave out, as numbers or as text.
    threshold : float
        Of the labels and operating points, in 0..1.
    replicates, seed : int
        Of the bootstrap over images.

    Returns
    -------
    WithoutRaters

    Raises
    ------
    AnalysisError
        If a rater is not in the release, nobody or everybody is left out, no golden answers are
        left, or the threshold is out of range.
    """
    check_types(without_raters, locals())
    check_threshold(threshold)
    codes = rater_codes(release.votes, raters)
    left = drop_raters(release, codes)
    scores, reference = published_scores(left), published_scores(release)
    label_sets = make_labels(release, scores=scores, threshold=threshold)

    def bands(of_all: NDArray[np.float64]) -> Bands:
        golden = of_all[release.golden.questions]
        return golden_bands(release, golden, replicates=replicates, seed=seed)

    before, after = bands(reference), bands(scores)
    em_before, em_after = bands(_em_scores(release)), bands(_em_scores(left))
    return WithoutRaters(
        raters=tuple(release.votes.rater_names[code] for code in codes),
        votes=release.votes.n_votes - left.votes.n_votes,
        golden_answers=release.golden.raters.n_votes - left.golden.raters.n_votes,
        unanswered=_unanswered(left.votes) - _unanswered(release.votes),
        scores=scores,
        before=before,
        after=after,
        difference=paired_difference(after, before),
        em_before=em_before,
        em_after=em_after,
        em_difference=paired_difference(em_after, em_before),
        moved=float(np.abs(scores - reference).mean()),
        label_sets=label_sets,
        labels=diff_labels(make_labels(release, scores=reference, threshold=threshold), label_sets),
        threshold=threshold,
        simulated=release.simulated,
    )


def _em_scores(release: Release) -> NDArray[np.float64]:
    return fit_dawid_skene(release.votes, n_classes=2).posterior[:, FITS].copy()


def _unanswered(votes: Votes) -> int:
    return int(np.count_nonzero(np.diff(votes.starts) == 0))


def rater_codes(votes: Votes, raters: Iterable[Any]) -> list[int]:
    """Find raters by id, given as it is or as text; ascending, each once.

    Raises
    ------
    AnalysisError
        If there is no such rater, or nobody or everybody is named.
    """
    code_of = {str(name): code for code, name in enumerate(votes.rater_names)}
    codes = set()
    for rater in raters:
        if str(rater).strip() not in code_of:
            raise AnalysisError(
                f"rater {rater} is none of the {votes.n_raters} raters: their ids are in the "
                "first column of raters.csv"
            )
        codes.add(code_of[str(rater).strip()])
    if not 0 < len(codes) < votes.n_raters:
        raise AnalysisError(
            f"{len(codes)} of {votes.n_raters} raters to leave out: name one or more, not all"
        )
    return sorted(codes)


def drop_raters(release: Release, codes: Iterable[int]) -> Release:
    """Return the release without the answers of some raters; all rater codes stay what they were.

    Its published scores and labels stay, too: they are what was published.

    Raises
    ------
    AnalysisError
        If no golden answers are left.
    """
    gone = list(codes)
    golden = replace(release.golden, raters=release.golden.raters.drop_raters(gone))
    if not golden.raters.n_votes:
        raise AnalysisError(
            "no rater with golden answers is left, so there are no error rates: leave out fewer"
        )
    return replace(release, votes=release.votes.drop_raters(gone), golden=golden)


def without_raters_csv(data: WithoutRaters) -> str:
    """Return what changes as csv: one measure a row, before and after.

    Parameters
    ----------
    data : WithoutRaters

    Returns
    -------
    str
        Columns: measure, before, after, difference, and for average precision the ends of the
        difference's 95 % interval.
    """
    points = data.before.curve.at(data.threshold), data.after.curve.at(data.threshold)
    diff = data.labels
    rows: list[tuple[str, float, float, Estimate | None]] = [
        (name, getattr(points[0], name), getattr(points[1], name), None)
        for name in ("precision", "recall", "f1", "kept")
    ]
    areas = (
        ("average precision", data.before, data.after, data.difference),
        ("average precision of EM", data.em_before, data.em_after, data.em_difference),
    )
    rows += [
        (name, before.average_precision.value, after.average_precision.value, gap)
        for name, before, after, gap in areas
    ]
    rows += [
        ("labels", int(diff.before.sum()), int(diff.after.sum()), None),
        ("images with labels", diff.n_images_before, diff.n_images_after, None),
        ("labels added", 0, len(diff.added), None),
        ("labels dropped", 0, len(diff.dropped), None),
        ("images whose labels change", 0, len(diff.changed_images), None),
    ]
    return to_csv(
        {
            "measure": [name for name, *_ in rows],
            "before": [before for _, before, _, _ in rows],
            "after": [after for _, _, after, _ in rows],
            "difference": [after - before for _, before, after, _ in rows],
            "low": [gap.low if gap else None for *_, gap in rows],
            "high": [gap.high if gap else None for *_, gap in rows],
        }
    )
