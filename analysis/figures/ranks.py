"""ReaL accuracy of models against their original accuracy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..accuracy.table import ORIGINAL, REAL, AccuracyRow
from ..errors import AnalysisError
from .accuracy import LONGEST_NAME
from .drawing import BLUE, GREY, drawn_figure, shortened
from .naming import POINT, boxes_around, write_name

HEIGHT = 5.8
LEFT, RIGHT, FOOT, TOP = 0.118, 0.985, 0.19, 0.975


def ranks_figure(rows: Sequence[AccuracyRow], *, k: int = 1, simulated: bool = False) -> Figure:
    """Draw the ReaL accuracy of models against their accuracy by the original labels.

    Parameters
    ----------
    rows : sequence of AccuracyRow
        From :func:`analysis.accuracy_table`; differences are left out.
    k : int
        Which of the table's k.
    simulated : bool
        Whether the release is a simulated one.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1276 pixels, with its caption.

    Raises
    ------
    AnalysisError
        If the table has no model with this k.
    """
    real, original = (
        [row for row in rows if row.labels == labels and row.k == k and not row.is_difference]
        for labels in (REAL, ORIGINAL)
    )
    if not real:
        raise AnalysisError(f"the table has no accuracy with k = {k}")
    with drawn_figure(HEIGHT, simulated=simulated) as (figure, caption):
        axes = figure.add_axes((LEFT, FOOT, RIGHT - LEFT, TOP - FOOT))
        draw_models(axes, real, original)
        for axis, labels in ((axes.xaxis, "original"), (axes.yaxis, "ReaL")):
            axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
            axis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
            axis.set_label_text(f"accuracy with the {labels} labels, top {k}")
        axes.grid(visible=True)
        caption(0.088, what_is_drawn(real, original, write_names(axes, real, original)))
    return figure


def draw_models(axes: Axes, real: Sequence[AccuracyRow], original: Sequence[AccuracyRow]) -> None:
    """Draw a dot a model with its intervals, and the line on which both accuracies are equal."""
    x, y = (np.array([row.accuracy for row in rows]) for rows in (original, real))
    x_ends, y_ends = (
        np.abs(np.array([(row.low, row.high) for row in rows]).T - middle)
        for rows, middle in ((original, x), (real, y))
    )
    axes.errorbar(
        x, y, y_ends, x_ends, fmt="none", ecolor=BLUE, elinewidth=0.8, alpha=0.45, zorder=3
    )
    axes.scatter(x, y, s=34, color=BLUE, edgecolors="white", linewidths=0.8, zorder=4)
    axes.margins(0.12)
    axes.autoscale_view()
    limits = axes.get_xlim(), axes.get_ylim()
    axes.axline((0.5, 0.5), slope=1, color=GREY, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
    axes.set(xlim=limits[0], ylim=limits[1])


def write_names(
    axes: Axes, real: Sequence[AccuracyRow], original: Sequence[AccuracyRow]
) -> list[str]:
    """Write names where there is room, the best model's first; return those that have none."""
    spots = [(o.accuracy, r.accuracy) for o, r in zip(original, real, strict=True)]
    taken = boxes_around(axes, spots, [POINT] * len(spots))
    unnamed = []
    for place in sorted(range(len(real)), key=lambda place: real[place].rank or 0):
        others = taken[:place] + taken[place + 1 :]
        name = shortened(real[place].model, LONGEST_NAME)
        box = write_name(axes, name, spots[place], others, fontsize=9, zorder=5)
        if box is None:
            unnamed.append(real[place].model)
        else:
            taken.append(box)
    return unnamed


def what_is_drawn(
    real: Sequence[AccuracyRow], original: Sequence[AccuracyRow], unnamed: Sequence[str]
) -> str:
    """Say in words what the dots are, and how many change places."""
    right = "the prediction" if real[0].k == 1 else f"one of the first {real[0].k} predictions"
    words = (
        f"Dots: the share of {original[0].images:,} images for which {right} is the original "
        f"label, and of {real[0].images:,} for which it is one of the ReaL labels; the same images "
        "for all. Lines: 95 % Wilson intervals. Dashed: where both would be equal."
    )
    moved = sum(a.rank != b.rank for a, b in zip(real, original, strict=True))
    if moved:
        words += f" {moved} of {len(real)} models have another rank by ReaL labels."
    elif len(real) > 1:
        words += " All models have the same rank by both."
    return words + (f" {len(unnamed)} names found no room." if unnamed else "")
