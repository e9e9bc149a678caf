"""ReaL accuracy over the threshold, and how many images are left to measure it on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from ..accuracy.curve import AccuracyCurve
from ..defaults import THRESHOLD
from ..errors import AnalysisError
from .drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    VERMILION,
    drawn_figure,
)

HEIGHT = 5.8
LEFT = 0.118
COLORS = (BLUE, VERMILION, GREEN, BLACK)
DASHES: tuple[str | tuple[int, tuple[float, ...]], ...] = (
    "-",
    (0, (6, 1.5)),
    (0, (1.5, 1)),
    (0, (6, 1.5, 1.5, 1.5)),
)
# Half of the scores are below the first or above the last tick, so the axis is in log-odds.
LEAST, MOST = 0.0005, 0.9995
TICKS = (0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999)
LONGEST_NAME = 24
N_PLACES = 2000  # along the axis: more than there are pixels


def accuracy_figure(curves: Mapping[str, AccuracyCurve]) -> Figure:
    """Draw the ReaL accuracy of models over the threshold, and the number of images kept.

    Parameters
    ----------
    curves : mapping of str to AccuracyCurve
        By the model's name, up to four, from :func:`curve` with the same k and
        scores.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1276 pixels, with its caption.

    Raises
    ------
    AnalysisError
        If there are no curves or more than four, or they do not belong together.
    """
    drawn = list(curves.values())
    _check_curves(drawn)
    simulated = drawn[0].simulated
    with drawn_figure(HEIGHT, simulated=simulated) as (figure, caption):
        rows = (len(drawn) + 1) // 2
        top = 0.985 - 0.033 * rows - (0.04 if simulated else 0.0)
        upper = figure.add_axes((LEFT, 0.415, 0.985 - LEFT, top - 0.415))
        lower = figure.add_axes((LEFT, 0.19, 0.985 - LEFT, 0.185))
        for axes in (upper, lower):
            set_threshold_axis(axes)
        for curve, name, color, dashes in zip(drawn, curves, COLORS, DASHES, strict=False):
            draw_accuracy(upper, curve, name, color, dashes)
        upper.tick_params(labelbottom=False)
        upper.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
        upper.set_ylabel(f"ReaL accuracy, top {drawn[0].k}")
        upper.legend(
            loc="lower left",
            bbox_to_anchor=(-0.01, 0.985),
            ncols=2,
            frameon=False,
            handlelength=2.6,
            columnspacing=1.5,
        )
        draw_images(lower, drawn[0])
        figure.align_ylabels()
        caption(0.088, what_is_drawn(drawn[0]))
    return figure


def _check_curves(curves: list[AccuracyCurve]) -> None:
    """Refuse curves that one figure cannot show."""
    if not 1 <= len(curves) <= len(COLORS):
        raise AnalysisError(f"{len(curves)} curves: one figure shows 1 to {len(COLORS)}")
    first = curves[0]
    for curve in curves[1:]:
        if curve.k != first.k or not np.array_equal(curve.n_images, first.n_images):
            raise AnalysisError("the curves should have the same k, scores and release")


def set_threshold_axis(axes: Axes) -> None:
    """Put the threshold along an axis in log-odds, and mark the published one."""
    axes.set_xscale("logit")
    axes.set_xlim(LEAST, MOST)
    axes.xaxis.set_major_locator(FixedLocator([*TICKS]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda threshold, _: f"{threshold:g}"))
    axes.axvline(THRESHOLD, color=GREY, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)


def places(curve: AccuracyCurve) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Choose thresholds evenly along the axis, and find the curve's point at each."""
    odds = np.linspace(np.log(LEAST / (1 - LEAST)), np.log(MOST / (1 - MOST)), N_PLACES)
    thresholds = 1 / (1 + np.exp(-odds))
    points = np.searchsorted(curve.thresholds, thresholds)
    inside = points < len(curve.thresholds)
    return thresholds[inside], points[inside]


def draw_accuracy(
    axes: Axes,
    curve: AccuracyCurve,
    name: str,
    color: str,
    dashes: str | tuple[int, tuple[float, ...]],
) -> None:
    """Draw one model's curve with its band, and a dot at the published threshold."""
    thresholds, points = places(curve)
    low, high = curve.interval
    axes.fill_between(
        thresholds, low[points], high[points], color=color, alpha=0.15, linewidth=0, zorder=2
    )
    published = curve.at(THRESHOLD)
    axes.plot(
        thresholds,
        curve.accuracy[points],
        color=color,
        linestyle=dashes,
        linewidth=1.6,
        label=f"{shortened(name)}: {100 * published.accuracy:.2f} % at {THRESHOLD:g}",
        zorder=4,
    )
    if published.n_images:
        axes.plot(
            THRESHOLD,
            published.accuracy,
            marker="o",
            markersize=7,
            color=color,
            markeredgecolor="white",
            zorder=5,
        )


def shortened(name: str) -> str:
    """Cut a name that would run out of the picture; a dollar sign is no mathematics here."""
    cut = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    return cut.replace("$", r"\$")


def draw_images(axes: Axes, curve: AccuracyCurve) -> None:
    """Draw how many images have labels, from none up."""
    thresholds, points = places(curve)
    axes.plot(thresholds, curve.n_images[points], color=GREY, linewidth=1.4)
    axes.set_ylim(0, 1.05 * int(curve.n_images[0]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
    axes.set_ylabel("images kept")
    axes.set_xlabel("threshold: the least score of a label that is kept (in log-odds)")
    kept = curve.at(THRESHOLD).n_images
    axes.plot(THRESHOLD, kept, marker="o", markersize=7, color=GREY, markeredgecolor="white")
    axes.annotate(
        f"published threshold {THRESHOLD:g}: {kept:,} images",
        (THRESHOLD, kept),
        xytext=(-6, -14),
        textcoords="offset points",
        ha="right",
        va="center",
        color=GREY,
    )


def what_is_drawn(curve: AccuracyCurve) -> str:
    """Say in words what the lines are."""
    right = "the prediction" if curve.k == 1 else f"one of the first {curve.k} predictions"
    return (
        f"Share of the images with labels for which {right} is one of the labels. A label is kept "
        "where its score is at least the threshold, and an image that keeps none is left out. "
        f"{curve.beyond.n_images:,} images were not asked about and keep their original label. "
        "Bands: 95 % Wilson intervals."
    )
