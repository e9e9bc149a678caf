"""What Figure 3 of the paper shows: the curve of the scores, and simpler rules beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..defaults import THRESHOLD
from ..raters.golden.accuracy import ORIGINAL_LABEL, RATER, rater_accuracy
from ..release.files.readers import YES
from ..release.published import FITS
from ..release.release import Release
from ..statistics.precision_recall import OperatingPoint, PrecisionRecall, precision_recall
from ..statistics.thresholds import check_threshold
from ..tables import to_csv
from .golden_curves import golden_curve


def votes_alone(release: Release) -> tuple[OperatingPoint, ...]:
    """Rules that count votes: keep a golden question where at least 1, 2, ... of its votes are yes.

    The votes are those of the release, five a question, not the answers that the raters gave when
    they were tried on the golden questions.

    Parameters
    ----------
    release : Release

    Returns
    -------
    tuple of OperatingPoint
        As many as the most votes that a golden question has; the threshold is the number of votes.

    Raises
    ------
    AnalysisError
        If no golden question's label fits.
    """
    golden = release.golden
    votes = release.votes.select(golden.questions)
    yes_votes = np.bincount(votes.items[votes.answers == YES], minlength=votes.n_items)
    curve = precision_recall(yes_votes, truth=golden.fits())
    most = int(np.diff(votes.starts).max())
    return tuple(curve.at(at_least) for at_least in range(1, most + 1))


def yes_point(counts: NDArray[np.int64]) -> OperatingPoint:
    """Precision and recall of someone's yes.

    Parameters
    ----------
    counts : ndarray of int64, shape (2, 3)
        Answers by truth (misfit, fits) and answer (no, maybe, yes).

    Returns
    -------
    OperatingPoint
        The recall is NaN where nothing that was asked fits, the precision where yes was never said.
    """
    return OperatingPoint.from_counts(
        1, kept=counts[:, YES].sum(), hits=counts[FITS, YES], n_fits=counts[FITS].sum()
    )


@dataclass(frozen=True, eq=False)
class Figure3:
    """What Figure 3 shows: the curve of the scores, and simpler rules beside it.

    Attributes
    ----------
    curve : PrecisionRecall
        Of the scores, on the golden questions.
    chosen : OperatingPoint
        The curve's point at the chosen threshold.
    original_label : OperatingPoint
        Of the original ILSVRC label.
    votes_alone : tuple of OperatingPoint
        At least 1, 2, ... of a question's votes are yes.
    raters : dict of rater's name to OperatingPoint
        Of each rater with golden answers: the rater's own yes, on the questions that the rater
        answered.
    n_experts : int
        Number of experts behind the truth.
    published : bool
        Whether the scores are the release's own.
    simulated : bool
        Whether the release is a simulated one.
    """

    curve: PrecisionRecall
    chosen: OperatingPoint
    original_label: OperatingPoint
    votes_alone: tuple[OperatingPoint, ...]
    raters: dict[Any, OperatingPoint]
    n_experts: int
    published: bool
    simulated: bool

    @property
    def scores_name(self) -> str:
        """What to call the scores: the release's own are published, or simulated."""
        if not self.published:
            return "scores"
        return "simulated scores" if self.simulated else "published scores"

    @property
    def rules(self) -> dict[str, OperatingPoint]:
        """The rules that are compared, by name: the scores, the original label, votes alone."""
        n_votes = len(self.votes_alone)
        return {
            f"{self.scores_name} of at least {self.chosen.threshold:g}": self.chosen,
            "original label": self.original_label,
            **{
                f"at least {point.threshold:g} of {n_votes} votes are yes": point
                for point in self.votes_alone
            },
        }


def figure3_data(
    release: Release, *, scores: ArrayLike | None = None, threshold: float = THRESHOLD
) -> Figure3:
    """Gather what Figure 3 of the paper shows.

    Parameters
    ----------
    release : Release
    scores : array_like, shape (n_questions,), optional
        In 0..1. Default: the published scores.
    threshold : float
        Of the operating point, in 0..1.

    Returns
    -------
    Figure3

    Raises
    ------
    AnalysisError
        If the threshold is not in 0..1, the scores do not fit the questions, or no golden
        question's label fits.

    References
    ----------
    Beyer, Henaff, Kolesnikov, Zhai & van den Oord (2020), Are we done with ImageNet?, Figure 3.
    """
    check_threshold(threshold)
    curve = golden_curve(release, scores=scores)
    accuracy = rater_accuracy(release)
    raters, original_label = accuracy.of_kind(RATER), accuracy.of_kind(ORIGINAL_LABEL)
    return Figure3(
        curve=curve,
        chosen=curve.at(threshold),
        original_label=yes_point(original_label.counts[0]),
        votes_alone=votes_alone(release),
        raters={
            name: yes_point(counts)
            for name, counts in zip(raters.raters, raters.counts, strict=True)
            if counts.any()
        },
        n_experts=release.golden.experts.n_raters,
        published=scores is None or np.array_equal(np.asarray(scores), release.scores),
        simulated=release.simulated,
    )


def figure3_csv(data: Figure3) -> str:
    """Return the numbers of Figure 3 as csv: the scores, the original label, votes alone.

    Parameters
    ----------
    data : Figure3

    Returns
    -------
    str
        Columns: rule, and the fields of :class:`OperatingPoint`. 0/0 is
        an empty cell. The raters are in raters.csv.
    """
    points = zip(*data.rules.values(), strict=True)
    columns = dict(zip(OperatingPoint._fields, points, strict=True))
    return to_csv({"rule": list(data.rules), **columns})
