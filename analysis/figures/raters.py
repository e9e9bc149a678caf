"""Raters: in the precision-recall plane, by error rates, and by golden questions against EM."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..raters.golden.accuracy import EXPERT, ORIGINAL_LABEL, RATER, Kind, RaterAccuracy
from ..raters.golden.difference import GoldenDifference
from ..release.files.readers import ANSWERS
from ..release.published import TRUTHS
from .drawing import BLUE, GREEN, GREY, VERMILION, drawn_figure

SMALL = 7.5
# Area of a dot, in square points: at least so much, and so much more a vote.
LEAST_AREA, AREA_PER_VOTE = 6.0, 0.006
SHOWN_VOTES = (1000, 10_000, 50_000)
OTHERS: tuple[tuple[Kind, str, str], ...] = (
    (EXPERT, GREEN, "^"),
    (ORIGINAL_LABEL, VERMILION, "D"),
)
ANSWER_COLORS = (BLUE, GREY, VERMILION)


def raters_figure(accuracy: RaterAccuracy, *, simulated: bool = False) -> Figure:
    """Draw raters by precision and recall of their yes on the golden questions, sized by votes.

    Parameters
    ----------
    accuracy : RaterAccuracy
        From :func:`analysis.rater_accuracy`.
    simulated : bool
        Whether the release is a simulated one.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1210 pixels, with its caption.
    """
    with drawn_figure(5.5, simulated=simulated) as (figure, caption):
        axes = figure.add_axes((0.085, 0.225, 0.89, 0.72 if simulated else 0.75))
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("recall: share of the fitting labels that the rater says yes to")
        axes.set_ylabel("precision: share of the rater's yes that fit")
        raters = accuracy.of_kind(RATER)
        recall, precision = raters.recall.value, raters.precision.value
        axes.scatter(
            recall,
            precision,
            s=LEAST_AREA + AREA_PER_VOTE * raters.votes,
            color=BLUE,
            alpha=0.45,
            edgecolor="white",
            linewidth=0.5,
            zorder=3,
        )
        name_outlying(axes, raters)
        for kind, color, marker in OTHERS:
            others = accuracy.of_kind(kind)
            axes.plot(
                others.recall.value,
                others.precision.value,
                linestyle="none",
                color=color,
                marker=marker,
                markersize=6,
                markeredgecolor="white",
                label="expert, against the others" if kind == EXPERT else kind,
                zorder=5,
            )
        for votes in SHOWN_VOTES:
            area = LEAST_AREA + AREA_PER_VOTE * votes
            axes.scatter([], [], s=area, color=BLUE, alpha=0.45, label=f"rater, {votes:,} votes")
        axes.legend(loc="lower left", frameon=False, labelspacing=1.0, borderaxespad=0.8)
        unmeasured = int(np.isnan(recall + precision).sum())
        caption(
            0.1,
            f"{len(raters.raters) - unmeasured} raters on the golden questions; the area of a dot "
            "grows with the votes in the rating job. A label fits where at least 3 experts say "
            f"yes; maybe counts as not yes. {unmeasured} raters without golden answers, or without "
            "any yes among them, are left out. Numbers: raters whose precision or recall is below "
            "that of 19 in 20.",
        )
    return figure


def name_outlying(axes: Axes, raters: RaterAccuracy) -> None:
    """Write the names of the raters who are lowest in precision or in recall."""
    recall, precision = raters.recall.value, raters.precision.value
    low = (recall < np.nanquantile(recall, 0.05)) | (precision < np.nanquantile(precision, 0.05))
    named = np.flatnonzero(low)
    # To the right and to the left in turn, so that names of neighbours do not meet.
    for place, row in enumerate(named[np.argsort(recall[named])]):
        axes.annotate(
            str(raters.raters[row]),
            (recall[row], precision[row]),
            xytext=(-9, 0) if place % 2 else (9, 0),
            textcoords="offset points",
            ha="right" if place % 2 else "left",
            va="center",
            fontsize=SMALL,
            color=GREY,
        )


def golden_em_figure(difference: GoldenDifference, *, simulated: bool = False) -> Figure:
    """Draw error rates counted on golden questions against those that EM finds without them.

    Parameters
    ----------
    difference : GoldenDifference
        From :func:`analysis.golden_difference`.
    simulated : bool
        Whether the release is a simulated one.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 968 pixels, with its caption.
    """
    votes = difference.fit.votes.votes_per_rater()
    with drawn_figure(4.4, simulated=simulated, panels=True) as (figure, caption):
        for cls in range(len(TRUTHS)):
            axes = figure.add_axes((0.085 + 0.49 * cls, 0.29, 0.405, 0.59))
            axes.plot((0, 1), (0, 1), color=GREY, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
            for code, (answer, color) in enumerate(zip(ANSWERS, ANSWER_COLORS, strict=True)):
                axes.scatter(
                    difference.golden.value[:, cls, code],
                    difference.em.value[:, cls, code],
                    s=LEAST_AREA + AREA_PER_VOTE * votes / 3,
                    color=color,
                    alpha=0.5,
                    edgecolor="white",
                    linewidth=0.4,
                    label=answer,
                    zorder=3,
                )
            axes.set_xlim(-0.02, 1.02)
            axes.set_ylim(-0.02, 1.02)
            axes.set_title(f"label {'fits' if cls else 'does not fit'}", fontsize=9, loc="left")
            axes.set_xlabel("share on golden questions")
            if cls == 0:
                axes.set_ylabel("error rate by EM, on the others")
                axes.legend(loc="upper center", frameon=False, markerscale=1.4)
        caption(
            0.135,
            "A dot a rater and answer; its area grows with the rater's votes. Across: the answer's "
            "share of the rater's answers to golden questions, where experts say whether the label "
            "fits. Up: the same as EM finds it from the votes on all other questions, without "
            "golden answers. On the dashed line they are equal.",
        )
    return figure
