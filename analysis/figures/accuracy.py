"""ReaL accuracy over the threshold, and how many images are left to measure it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from ..accuracy.curve import AccuracyCurve
from ..accuracy.real_accuracy import RealAccuracy
from ..defaults import THRESHOLD
from ..errors import AnalysisError
from .drawing import BLACK, BLUE, GREEN, GREY, VERMILION, drawn_figure, shortened

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


class LabelFile(NamedTuple):
    """A label file to mark in the figure in place of the published one.

    Attributes
    ----------
    name : str
        What to call it, such as the file's name.
    accuracies : mapping of str to RealAccuracy
        Against its labels, by the model's name.
    threshold : float or None
        A threshold that gives its labels; None where none does.
    """

    name: str
    accuracies: Mapping[str, RealAccuracy]
    threshold: float | None


def accuracy_figure(
    curves: Mapping[str, AccuracyCurve], *, label_file: LabelFile | None = None
) -> Figure:
    """Draw the ReaL accuracy of models over the threshold, and the number of images kept.

    Parameters
    ----------
    curves : mapping of str to AccuracyCurve
        By the model's name, up to four, from :func:`analysis.accuracy_curve` with the same k and
        scores.
    label_file : LabelFile, optional
        What is marked: at its threshold, or by level lines where no threshold gives its labels.
        Default: the published threshold.

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
    marked = label_file or _published(curves)
    simulated = drawn[0].simulated
    with drawn_figure(HEIGHT, simulated=simulated) as (figure, caption):
        rows = (len(drawn) + 1) // 2
        top = 0.985 - 0.033 * rows
        upper = figure.add_axes((LEFT, 0.415, 0.985 - LEFT, top - 0.415))
        lower = figure.add_axes((LEFT, 0.19, 0.985 - LEFT, 0.185))
        for axes in (upper, lower):
            set_threshold_axis(axes, marked.threshold)
        for (name, curve), color, dashes in zip(curves.items(), COLORS, DASHES, strict=False):
            draw_accuracy(upper, curve, color, dashes)
            mark_accuracy(upper, marked, name, color)
        upper.tick_params(labelbottom=False)
        upper.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
        upper.set_ylabel(f"ReaL accuracy, top {drawn[0].k}")
        upper.legend(
            handles=legend_lines(marked, list(curves)),
            loc="lower left",
            bbox_to_anchor=(-0.01, 0.985),
            ncols=2,
            frameon=False,
            handlelength=2.6,
            columnspacing=1.5,
        )
        draw_images(lower, drawn[0])
        mark_images(lower, marked)
        figure.align_ylabels()
        caption(0.088, what_is_drawn(drawn[0], marked))
    return figure


def _check_curves(curves: list[AccuracyCurve]) -> None:
    """Refuse curves that one figure cannot show."""
    if not 1 <= len(curves) <= len(COLORS):
        raise AnalysisError(f"{len(curves)} curves: one figure shows 1 to {len(COLORS)}")
    first = curves[0]
    for curve in curves[1:]:
        if curve.k != first.k or not np.array_equal(curve.n_images, first.n_images):
            raise AnalysisError("the curves should have the same k, scores and release")


def _published(curves: Mapping[str, AccuracyCurve]) -> LabelFile:
    """Return the published threshold, as what to mark."""
    accuracies = {name: curve.at(THRESHOLD) for name, curve in curves.items()}
    return LabelFile("", accuracies, THRESHOLD)


def set_threshold_axis(axes: Axes, marked: float | None) -> None:
    """Put the threshold along an axis in log-odds, and mark one."""
    axes.set_xscale("logit")
    axes.set_xlim(LEAST, MOST)
    axes.xaxis.set_major_locator(FixedLocator([*TICKS]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda threshold, _: f"{threshold:g}"))
    if marked is not None:
        place = min(max(marked, LEAST), MOST)
        axes.axvline(place, color=GREY, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)


def places(curve: AccuracyCurve) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Choose thresholds evenly along the axis, and find the curve's point at each."""
    odds = np.linspace(np.log(LEAST / (1 - LEAST)), np.log(MOST / (1 - MOST)), N_PLACES)
    thresholds = 1 / (1 + np.exp(-odds))
    points = np.searchsorted(curve.thresholds, thresholds)
    inside = points < len(curve.thresholds)
    return thresholds[inside], points[inside]


def draw_accuracy(
    axes: Axes, curve: AccuracyCurve, color: str, dashes: str | tuple[int, tuple[float, ...]]
) -> None:
    """Draw one model's curve with its band."""
    thresholds, points = places(curve)
    low, high = curve.interval
    axes.fill_between(
        thresholds, low[points], high[points], color=color, alpha=0.15, linewidth=0, zorder=2
    )
    axes.plot(
        thresholds,
        curve.accuracy[points],
        color=color,
        linestyle=dashes,
        linewidth=1.6,
        zorder=4,
    )


def mark_accuracy(axes: Axes, marked: LabelFile, name: str, color: str) -> None:
    """Mark a model's accuracy with the labels: by a dot, or by a line where no threshold fits."""
    found = marked.accuracies[name]
    if marked.threshold is None:
        axes.axhline(found.accuracy, color=color, linewidth=0.9, linestyle=(0, (1, 2)), zorder=3)
    elif found.n_images:
        axes.plot(
            min(max(marked.threshold, LEAST), MOST),
            found.accuracy,
            marker="o",
            markersize=7,
            color=color,
            markeredgecolor="white",
            zorder=5,
        )


def legend_lines(marked: LabelFile, names: Sequence[str]) -> list[Line2D]:
    """Return the lines of the legend, which says each model's accuracy with the labels."""
    by = f"with {shortened(marked.name, 16)}" if marked.name else f"at {marked.threshold:g}"
    longest = LONGEST_NAME if not marked.name else LONGEST_NAME - 10

    def label(name: str) -> str:
        return f"{shortened(name, longest)}: {100 * marked.accuracies[name].accuracy:.2f} % {by}"

    return [
        Line2D(
            [],
            [],
            color=color,
            linestyle=dashes,  # type: ignore[arg-type]  # dashes are allowed, but not in the stub
            linewidth=1.6,
            label=label(name),
        )
        for name, color, dashes in zip(names, COLORS, DASHES, strict=False)
    ]


def draw_images(axes: Axes, curve: AccuracyCurve) -> None:
    """Draw how many images have labels, from none up."""
    thresholds, points = places(curve)
    axes.plot(thresholds, curve.n_images[points], color=GREY, linewidth=1.4)
    axes.set_ylim(0, 1.05 * int(curve.n_images[0]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
    axes.set_ylabel("images kept")
    axes.set_xlabel("threshold: the least score of a label that is kept (in log-odds)")


def mark_images(axes: Axes, marked: LabelFile) -> None:
    """Mark how many images have labels in the label file."""
    kept = next(iter(marked.accuracies.values())).n_images
    style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "color": GREY}
    if marked.threshold is None:
        axes.axhline(kept, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
        text = f"{shortened(marked.name, LONGEST_NAME)}: {kept:,} images"
        axes.annotate(text, (LEAST, kept), xytext=(6, -9), ha="left", **style)
        return
    place = min(max(marked.threshold, LEAST), MOST)
    axes.plot(place, kept, marker="o", markersize=7, color=GREY, markeredgecolor="white")
    what = f"{shortened(marked.name, LONGEST_NAME)}, " if marked.name else "published "
    text = f"{what}threshold {marked.threshold:g}: {kept:,} images"
    axes.annotate(text, (place, kept), xytext=(-6, -14), ha="right", **style)


def what_is_drawn(curve: AccuracyCurve, marked: LabelFile) -> str:
    """Say in words what the lines are."""
    right = "the prediction" if curve.k == 1 else f"one of the first {curve.k} predictions"
    marks = (
        f" Level lines: {shortened(marked.name, LONGEST_NAME)}, whose labels no threshold gives."
        if marked.threshold is None
        else ""
    )
    return (
        f"Share of the images with labels for which {right} is one of the labels. A label is kept "
        "where its score is at least the threshold, and an image that keeps none is left out. "
        f"{curve.beyond.n_images:,} images were not asked about and keep their original label. "
        f"Bands: 95 % Wilson intervals.{marks}"
    )
