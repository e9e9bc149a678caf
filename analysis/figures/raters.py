"""Raters: in the precision-recall plane, by error rates, and by golden questions against EM."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..raters.golden.accuracy import EXPERT, ORIGINAL_LABEL, RATER, Kind, RaterAccuracy
from ..raters.golden.difference import GoldenDifference
from ..raters.quality.quality import RaterQuality
from ..release.files.readers import ANSWERS
from ..release.published import TRUTHS
from .drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LIGHT_GREY,
    VERMILION,
    WIDTH,
    house_style,
    mark_simulated,
    mark_simulated_panels,
    write_caption,
)

SMALL = 7.5
# Area of a dot, in square points: at least so much, and so much more a vote.
LEAST_AREA, AREA_PER_VOTE = 6.0, 0.006
SHOWN_VOTES = (1000, 10_000, 50_000)
# More raters than this have no room for their names.
MOST_NAMES = 100
# Longer names are cut; a letter takes so much of a figure's width, which is so many points.
MOST_LETTERS, NAME_WIDTH, POINTS_WIDE = 15, 0.0095, 72 * WIDTH
# Of smaller letters, in points, nothing can be read.
LEAST_LETTER = 4.0
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
    with house_style():
        figure = Figure(figsize=(WIDTH, 5.5))
        axes = figure.add_axes((0.085, 0.225, 0.89, 0.72 if simulated else 0.75))
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("recall: share of the fitting labels that the rater says yes to")
        axes.set_ylabel("precision: share of the rater's yes that fit")
        raters = accuracy.of_kind(RATER)
        recall, precision = raters.recall.estimate, raters.precision.estimate
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
                others.recall.estimate,
                others.precision.estimate,
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
        write_caption(
            figure,
            0.1,
            f"{len(raters.raters) - unmeasured} raters on the golden questions; the area of a dot "
            "grows with the votes in the rating job. A label fits where at least 3 experts say "
            f"yes; maybe counts as not yes. {unmeasured} raters without golden answers, or without "
            "any yes among them, are left out. Numbers: raters whose precision or recall is below "
            "that of 19 in 20.",
        )
        if simulated:
            mark_simulated(figure, axes)
    return figure


def name_outlying(axes: Axes, raters: RaterAccuracy) -> None:
    """Write the names of the raters who are lowest in precision or in recall."""
    recall, precision = raters.recall.estimate, raters.precision.estimate
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


def error_rates_figure(
    quality: RaterQuality, *, class_names: Any = TRUTHS, simulated: bool = False
) -> Figure:
    """Draw all raters' error rates as a heat map, the most informative rater at the top.

    Parameters
    ----------
    quality : RaterQuality
        From :func:`analysis.rater_quality`.
    class_names : sequence
        Of the fit's classes.
    simulated : bool
        Whether the votes are a simulated release's.

    Returns
    -------
    matplotlib.figure.Figure
        1540 pixels wide, and as high as the raters need, with its caption.
    """
    order = np.argsort(-quality.bits.estimate, kind="stable")
    n_raters, n_classes, n_answers = quality.shrunken.shape
    names = [shortened(quality.rater_names[row]) for row in order]
    answers = [shortened(name) for name in quality.answer_names]
    classes = [shortened(name) for name in class_names]
    left = 0.045 + NAME_WIDTH * max(map(len, names))
    width = 0.645 - left
    columns = n_classes * n_answers
    column_points = POINTS_WIDE * width / columns
    longest = max(map(len, answers))
    level = POINTS_WIDE * NAME_WIDTH * longest < column_points
    legible = level or column_points > LEAST_LETTER
    titles = [f"class: {name}" for name in classes]
    titles_level = 1.3 * NAME_WIDTH * max(map(len, titles)) * n_classes < width
    # in inches: the raters, answers above them, classes above those, and what is below
    body, foot = max(2.0, 0.084 * n_raters), 1.215
    above = 0.08 + (0.16 if level else 0.09 * longest if legible else 0.0)
    head = above + 0.3 + (0.0 if titles_level else 0.1 * max(map(len, classes)))
    height = foot + body + head
    with house_style():
        figure = Figure(figsize=(WIDTH, height))
        room = (foot / height, body / height)
        heat = figure.add_axes((left, room[0], width, room[1]))
        table = quality.shrunken[order].reshape(n_raters, -1)
        image = heat.imshow(table, cmap="viridis", vmin=0, vmax=1, aspect="auto")
        heat.set_xticks(
            range(columns) if legible else [],
            answers * n_classes if legible else [],
            fontsize=SMALL if level else min(SMALL, 0.8 * column_points),
            rotation=0 if level else 90,
        )
        heat.xaxis.tick_top()
        for cls, name in enumerate(classes):
            place = (cls + 0.5) * n_answers - 0.5
            heat.text(
                place,
                1 + above / body,
                titles[cls] if titles_level else name,
                transform=heat.get_xaxis_transform(),
                rotation=0 if titles_level else 90,
                **TOP,
            )
            if cls:
                heat.axvline(cls * n_answers - 0.5, color="white", linewidth=3)
        shown = range(n_raters) if n_raters <= MOST_NAMES else []
        heat.set_yticks(shown, [names[row] for row in shown], fontsize=min(SMALL, 430 / n_raters))
        heat.set_ylabel("rater, the most informative at the top")
        heat.tick_params(length=0)
        heat.grid(visible=False)
        bits = figure.add_axes((0.675, room[0], 0.2, room[1]), sharey=heat)
        draw_bits(bits, quality, order, 1 + above / body)
        place = (0.905, room[0], 0.02, min(room[1], 2.7 / height))
        bar = figure.colorbar(image, cax=figure.add_axes(place))
        bar.set_label("probability of the answer", fontsize=SMALL)
        bar.ax.tick_params(labelsize=SMALL)
        write_caption(
            figure,
            0.675 / height,
            "Probability of each answer, given rater and class, as EM finds it without golden "
            "answers; raters with few votes are drawn towards the pool of all. On the right: bits "
            "that one answer tells of the class, with 95 % intervals; 0 for a spammer. No answer "
            f"could tell more than {quality.prior_bits:.2f}."
            + ("" if legible else f" Answers of each class: {answers[0]} to {answers[-1]}."),
        )
        if simulated:
            mark_simulated_panels(figure)
    return figure


def shortened(name: object) -> str:
    """Return a name that leaves room for the picture: its beginning and its end."""
    text = str(name)
    half = (MOST_LETTERS - 3) // 2
    return text if len(text) <= MOST_LETTERS else f"{text[:half]}...{text[-half:]}"


TOP: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 9, "fontweight": "bold"}


def draw_bits(axes: Axes, quality: RaterQuality, order: Any, top: float) -> None:
    """Draw the bits of one answer of each rater, with intervals, in the rows of the heat map."""
    bits = quality.bits
    value = bits.estimate[order]
    rows = np.arange(len(order))
    axes.hlines(rows, bits.low[order], bits.high[order], color=GREY, linewidth=0.8)
    axes.plot(value, rows, linestyle="none", marker="o", markersize=2.2, color=BLACK)
    axes.set_xlim(0, 1.05 * float(np.nanmax(bits.high)))
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=LIGHT_GREY)
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.text(0.5, top, "bits per answer", transform=axes.transAxes, **TOP)


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
    with house_style():
        figure = Figure(figsize=(WIDTH, 4.4))
        for cls in range(len(TRUTHS)):
            axes = figure.add_axes((0.085 + 0.49 * cls, 0.29, 0.405, 0.59))
            axes.plot((0, 1), (0, 1), color=GREY, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
            for code, (answer, color) in enumerate(zip(ANSWERS, ANSWER_COLORS, strict=True)):
                axes.scatter(
                    difference.golden.estimate[:, cls, code],
                    difference.em.estimate[:, cls, code],
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
        write_caption(
            figure,
            0.135,
            "A dot a rater and answer; its area grows with the rater's votes. Across: the answer's "
            "share of the rater's answers to golden questions, where experts say whether the label "
            "fits. Up: the same as EM finds it from the votes on all other questions, without "
            "golden answers. On the dashed line they are equal.",
        )
        if simulated:
            mark_simulated_panels(figure)
    return figure
