"""Raters: in the precision-recall plane, by error rates, and by golden questions against EM."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..raters.golden.accuracy import EXPERT, ORIGINAL_LABEL, RATER, Kind, RaterAccuracy
from ..raters.golden.difference import GoldenDifference
from ..release.files.readers import ANSWERS
from ..release.published import TRUTHS
from .drawing import BLUE, GREEN, GREY, VERMILION, drawn_figure, shortened
from .naming import POINT, boxes_around, touching, write_name

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
        axes = figure.add_axes((0.085, 0.225, 0.89, 0.75))
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("recall: share of the fitting labels that the rater says yes to")
        axes.set_ylabel("precision: share of the rater's yes that fit")
        raters = accuracy.of_kind(RATER)
        recall, precision = raters.recall.value, raters.precision.value
        axes.scatter(
            recall,
            precision,
            s=area_of(raters.votes),
            color=BLUE,
            alpha=0.45,
            edgecolor="white",
            linewidth=0.5,
            zorder=3,
        )
        spots = draw_others(axes, accuracy)
        name_outlying(axes, raters, spots)
        for votes in SHOWN_VOTES:
            axes.scatter(
                [],
                [],
                s=area_of(np.array(votes)),
                color=BLUE,
                alpha=0.45,
                label=f"rater, {votes:,} votes",
            )
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


def draw_others(axes: Axes, accuracy: RaterAccuracy) -> list[tuple[float, float]]:
    """Draw experts and the original label; return where."""
    spots = list[tuple[float, float]]()
    for kind, color, marker in OTHERS:
        others = accuracy.of_kind(kind)
        recall, precision = others.recall.value, others.precision.value
        axes.plot(
            recall,
            precision,
            linestyle="none",
            color=color,
            marker=marker,
            markersize=6,
            markeredgecolor="white",
            label="expert, against the others" if kind == EXPERT else kind,
            zorder=5,
        )
        spots += zip(recall, precision, strict=True)
    return [spot for spot in spots if not np.isnan(spot).any()]


def name_outlying(axes: Axes, raters: RaterAccuracy, others: Sequence[tuple[float, float]]) -> None:
    """Write the names of the raters who are lowest in precision or recall beside their dots."""
    recall, precision = raters.recall.value, raters.precision.value
    low = (recall < np.nanquantile(recall, 0.05)) | (precision < np.nanquantile(precision, 0.05))
    there = np.flatnonzero(~np.isnan(recall + precision))
    spots = [(recall[row], precision[row]) for row in there]
    radii = np.sqrt(area_of(raters.votes[there]) / np.pi)
    taken = boxes_around(axes, spots, radii)
    taken += boxes_around(axes, others, [POINT] * len(others))
    named = [place for place, row in enumerate(there) if low[row]]
    for place in sorted(named, key=lambda place: spots[place]):
        box = write_name(
            axes,
            shortened(raters.raters[there[place]]),
            spots[place],
            taken[:place] + taken[place + 1 :],
            places=touching(radii[place]),
            line={"arrowstyle": "-", "linewidth": 0.6, "color": GREY, "shrinkB": radii[place]},
            fontsize=SMALL + 0.5,
            color=GREY,
        )
        if box is not None:
            taken.append(box)


def area_of(votes: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the area of raters' dots by how many votes they gave, in square points."""
    return np.asarray(LEAST_AREA + AREA_PER_VOTE * votes)


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
        1540 x 906 pixels, with its caption.
    """
    with drawn_figure(4.12, simulated=simulated, panels=True) as (figure, caption):
        for cls in range(len(TRUTHS)):
            axes = figure.add_axes((0.085 + 0.49 * cls, 0.31, 0.405, 0.63))
            axes.plot((0, 1), (0, 1), color=GREY, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
            for code, (answer, color) in enumerate(zip(ANSWERS, ANSWER_COLORS, strict=True)):
                axes.scatter(
                    difference.golden.value[:, cls, code],
                    difference.em.value[:, cls, code],
                    s=LEAST_AREA + AREA_PER_VOTE * difference.votes / 3,
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
            0.145,
            "A dot a rater and answer; its area grows with the rater's votes. Across: the answer's "
            "share of the rater's answers to golden questions, where experts say whether the label "
            "fits. Up: the same as EM finds it from the votes on all other questions, without "
            "golden answers. On the dashed line they are equal.",
        )
    return figure
