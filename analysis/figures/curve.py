"""Figure 3: the precision-recall curve of the scores, and simpler rules beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..release.published import EXPERTS_FOR_RATERS
from ..scores.figure3 import Figure3
from ..statistics.precision_recall import OperatingPoint
from .drawing import BLACK, BLUE, DOT_GREY, GREEN, GREY, VERMILION, drawn_figure, leader

HEIGHT = 6.0
# Above precision 1, where no curve can be in their way, there is room for two labels.
HEADROOM = 0.08
LABEL_HEIGHT = 0.955


def figure3(data: Figure3) -> Figure:
    """Draw the precision-recall curve on the golden questions, and simpler rules beside it.

    Parameters
    ----------
    data : Figure3
        From :func:`figure3_data`.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1320 pixels, with its caption.
    """
    with drawn_figure(HEIGHT, simulated=data.simulated) as (figure, caption):
        axes = figure.add_axes((0.095, 0.255, 0.88, 0.735))
        lowest = lowest_precision(data)
        axes.set_xlim(0, 1)
        axes.set_ylim(lowest, 1 + HEADROOM * (1 - lowest))
        axes.spines.left.set_bounds(lowest, 1)
        axes.set_xlabel("recall: share of the fitting labels that are kept")
        axes.set_ylabel("precision: share of the kept labels that fit")
        draw_raters(axes, list(data.raters.values()), lowest)
        draw_curve(axes, data)
        draw_votes_alone(axes, data.votes_alone)
        draw_original_label(axes, data.original_label)
        draw_chosen(axes, data.chosen)
        caption(0.167, what_is_drawn(data, lowest), caveat(data))
    return figure


def lowest_precision(data: Figure3) -> float:
    """Choose where the precision axis begins: below every mark but a twentieth of the raters."""
    marks = drawable([data.chosen, data.original_label, *data.votes_alone])
    raters = sorted(point.precision for point in drawable(data.raters.values()))
    shown = [mark.precision for mark in marks] + raters[len(raters) // 20 :]
    return max(0.0, math.floor(10 * min(shown, default=0.0) - 0.2) / 10)


def drawable(points: Iterable[OperatingPoint]) -> list[OperatingPoint]:
    """Take the points that have a precision and a recall."""
    return [point for point in points if not math.isnan(point.precision + point.recall)]


def below_axis(raters: Iterable[OperatingPoint], lowest: float) -> list[OperatingPoint]:
    """Take the raters that the precision axis leaves out."""
    return [point for point in drawable(raters) if point.precision < lowest]


def draw_raters(axes: Axes, raters: Sequence[OperatingPoint], lowest: float) -> None:
    """Draw each rater as a dot; one below the axis as a triangle on it, with the precision."""
    drawn = drawable(raters)
    inside = [point for point in drawn if point.precision >= lowest]
    axes.scatter(
        [point.recall for point in inside],
        [point.precision for point in inside],
        s=20,
        facecolor=DOT_GREY,
        edgecolor="white",
        linewidth=0.4,
        clip_on=False,
        zorder=2,
    )
    for point in below_axis(drawn, lowest):
        axes.plot(point.recall, lowest, marker="v", color=GREY, markersize=6, clip_on=False)
        axes.annotate(
            f"{point.precision:.2f}",
            (point.recall, lowest),
            xytext=(5, 3),
            textcoords="offset points",
            fontsize=8,
            color=GREY,
        )
    if drawn:
        label = f"each dot: one of {len(drawn)} raters"
        axes.text(0.03, 0.07, label, color=GREY, transform=axes.transAxes)


def draw_curve(axes: Axes, data: Figure3) -> None:
    """Draw the curve as steps, so that the area under them is the average precision."""
    curve = data.curve
    recall = np.concatenate(([0.0], curve.recall))
    axes.stairs(curve.precision, recall, baseline=None, color=BLUE, linewidth=1.8, zorder=4)
    label = f"{data.scores_name}: average precision {curve.average_precision:.3f}"
    axes.text(0.006, LABEL_HEIGHT, label, color=BLUE, transform=axes.transAxes)


def draw_votes_alone(axes: Axes, points: Sequence[OperatingPoint]) -> None:
    """Draw the rules that count votes as numbered squares on a thin line."""
    drawn = drawable(points)
    axes.plot(
        [point.recall for point in drawn],
        [point.precision for point in drawn],
        color=GREEN,
        linewidth=0.9,
        linestyle=(0, (4, 2)),
        marker="s",
        markersize=9,
        markeredgecolor="white",
        markeredgewidth=0.5,
        clip_on=False,
        zorder=5,
    )
    for point in drawn:
        axes.annotate(
            f"{point.threshold:.0f}",
            (point.recall, point.precision),
            ha="center",
            va="center_baseline",
            fontsize=7,
            color="white",
            zorder=6,
        )
    for point in drawn[-2:][:1]:  # below the upper end of the line, which has no raters near it
        axes.annotate(
            f"votes alone: at least\nk of {len(points)} are yes",
            (point.recall, point.precision),
            xytext=(-27, -9),
            textcoords="offset points",
            ha="center",
            va="top",
            color=GREEN,
        )


def draw_original_label(axes: Axes, point: OperatingPoint) -> None:
    """Draw the original label as a diamond, if there is one among the golden questions."""
    if not drawable([point]):
        return
    draw_mark(axes, point, "D", BLACK)
    axes.annotate(
        f"original ILSVRC label\nprecision {point.precision:.3f}\nrecall {point.recall:.3f}",
        (point.recall, point.precision),
        xytext=(0.03, 0.25),
        textcoords="axes fraction",
        arrowprops=leader(BLACK, (1.0, 0.5)),
    )


def draw_chosen(axes: Axes, point: OperatingPoint) -> None:
    """Draw the operating point as a large dot, if it keeps anything."""
    if not drawable([point]):
        label = f"threshold {point.threshold:g}: nothing is kept"
        axes.text(1, LABEL_HEIGHT, label, ha="right", color=VERMILION, transform=axes.transAxes)
        return
    draw_mark(axes, point, "o", VERMILION)
    axes.annotate(
        f"threshold {point.threshold:g}: precision {point.precision:.3f}, "
        f"recall {point.recall:.3f}",
        (point.recall, point.precision),
        xytext=(1, LABEL_HEIGHT),
        textcoords="axes fraction",
        ha="right",
        color=VERMILION,
        arrowprops=leader(VERMILION, (0.5, 0.0)),
    )


def draw_mark(axes: Axes, point: OperatingPoint, marker: str, color: str) -> None:
    """Draw one large mark, over everything else."""
    axes.plot(
        point.recall,
        point.precision,
        marker=marker,
        markersize=8 if marker == "D" else 10,
        color=color,
        markeredgecolor="white",
        clip_on=False,
        zorder=8,
    )


def what_is_drawn(data: Figure3, lowest: float) -> str:
    """Say in words what the marks are."""
    curve = data.curve
    drawn = (
        f"Golden questions: {curve.n_questions:,}. In {curve.n_fits:,} of them the label fits: "
        f"at least {EXPERTS_FOR_RATERS} of {data.n_experts} experts say yes. Line: the "
        f"{data.scores_name} at every threshold; the area under its steps is the average "
        "precision. Squares: a label is kept where at least k of the question's "
        f"{len(data.votes_alone)} votes are yes."
    )
    if drawable(data.raters.values()):
        drawn += " Grey dots: what a single rater says yes to."
    if below_axis(data.raters.values(), lowest):
        drawn += " Triangle: a rater below the axis, with the precision beside it."
    return drawn


def caveat(data: Figure3) -> str:
    """Say why the curve may flatter the scores; of scores that are not known, that it might."""
    flatters = (
        "the error rates behind these scores were estimated on the same golden questions that the "
        "line is measured on, so it may flatter them."
        if data.published
        else "if the error rates behind these scores were estimated on golden questions, the line, "
        "which is measured on the same ones, may flatter them."
    )
    return f"Caveat: {flatters} Nothing was fitted for the other marks."
