"""The precision-recall curve with its band, in sample and out of sample."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..release.published import EXPERTS_FOR_RATERS
from ..scores.methods.optimism import InAndOutOfSample
from ..statistics.bands import Bands, PointEstimate
from ..statistics.estimates import Estimate
from .drawing import BLACK, BLUE, VERMILION, drawn_figure, leader

HEIGHT = 5.8
PALE_BLUE = "#CBE1F0"


def bands_figure(data: InAndOutOfSample) -> Figure:
    """Draw the curve out of sample with its band, and the curve in sample on it.

    Parameters
    ----------
    data : InAndOutOfSample
        From :func:`in_and_out_of_sample`.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1320 pixels, with its caption.
    """
    with drawn_figure(HEIGHT, simulated=data.simulated) as (figure, caption):
        axes = figure.add_axes((0.095, 0.265, 0.88, 0.725))
        left_out = data.out_of_sample
        axes.set_xlim(0, 1)
        lowest = lowest_precision(left_out)
        axes.set_ylim(lowest, 1.005)
        axes.set_yticks(np.arange(round(10 * lowest), 11) / 10)
        axes.set_xlabel("recall: share of the fitting labels that are kept")
        axes.set_ylabel("precision: share of the kept labels that fit")
        draw_band(axes, left_out)
        draw_steps(axes, left_out, color=BLUE, linewidth=1.8)
        draw_steps(axes, data.in_sample, color=BLACK, linewidth=0.9, linestyle=(0, (3, 1.5)))
        draw_point(axes, left_out.at(data.threshold))
        draw_labels(axes, data)
        caption(0.175, what_is_drawn(data), optimism_in_words(data))
    return figure


def lowest_precision(bands: Bands) -> float:
    """Choose where the precision axis begins: below the band."""
    return max(0.0, math.floor(10 * float(np.nanmin(bands.low))) / 10)


def draw_band(axes: Axes, bands: Bands) -> None:
    """Draw the band, in steps as the curve is."""
    recalls = np.concatenate(([0.0], bands.recalls))
    low, high = (np.concatenate((end[:1], end)) for end in (bands.low, bands.high))
    axes.fill_between(recalls, low, high, step="pre", color=PALE_BLUE, linewidth=0, zorder=2)


def draw_steps(axes: Axes, bands: Bands, **style: Any) -> None:
    """Draw a curve as steps, so that the area under them is the average precision."""
    recall = np.concatenate(([0.0], bands.curve.recall))
    axes.stairs(bands.curve.precision, recall, baseline=None, zorder=4, **style)


def draw_point(axes: Axes, measured: PointEstimate, *, said: str = ", out of sample") -> None:
    """Draw the operating point with its intervals, and what is said of it, if any kept fits."""
    precision, recall = measured.precision, measured.recall
    if math.isnan(precision.value + recall.value):
        return
    axes.errorbar(
        recall.value,
        precision.value,
        xerr=[[recall.value - recall.low], [recall.high - recall.value]],
        yerr=[[precision.value - precision.low], [precision.high - precision.value]],
        fmt="o",
        color=VERMILION,
        markersize=9,
        markeredgecolor="white",
        linewidth=1.3,
        capsize=3,
        zorder=8,
    )
    axes.annotate(
        f"threshold {measured.point.threshold:g}{said}\n"
        f"precision {with_interval(precision)}\nrecall {with_interval(recall)}\n"
        f"F1 {with_interval(measured.f1)}",
        (recall.value, precision.value),
        xytext=(0.36, 0.47),
        textcoords="axes fraction",
        color=VERMILION,
        va="center",
        arrowprops=leader(VERMILION, (1.0, 0.8)),
    )


def draw_labels(axes: Axes, data: InAndOutOfSample) -> None:
    """Name the lines and the band where there is room, below the curve at its left."""
    left_out, fitted = data.out_of_sample, data.in_sample
    percent = f"{100 * left_out.confidence:g} %"
    lines = (
        (BLUE, 1.8, "-", f"out of sample: average precision {_area(left_out)}"),
        (BLACK, 0.9, (0, (3, 1.5)), f"in sample, as published: average precision {_area(fitted)}"),
        (PALE_BLUE, 9, "-", f"{percent} band of the precision at each recall, out of sample"),
    )
    for row, (color, width, dashes, label) in enumerate(lines):
        height = 0.22 - 0.07 * row
        axes.plot(
            (0.02, 0.065),
            (height, height),
            color=color,
            linewidth=width,
            linestyle=dashes,
            transform=axes.transAxes,
            solid_capstyle="butt",
        )
        axes.text(0.08, height, label, va="center", transform=axes.transAxes)


def _area(bands: Bands) -> str:
    return with_interval(bands.average_precision)


def with_interval(measured: Estimate) -> str:
    """Write a number and its interval in three decimals."""
    return f"{measured.value:.3f} [{measured.low:.3f}, {measured.high:.3f}]"


def what_is_drawn(data: InAndOutOfSample) -> str:
    """Say in words what the lines and intervals are."""
    curve = data.out_of_sample.curve
    return (
        f"Golden questions: {curve.n_questions:,}, of {data.out_of_sample.n_images:,} images. In "
        f"{curve.n_fits:,} of them the label fits: at least {EXPERTS_FOR_RATERS} of "
        f"{data.n_experts} experts say yes. Out of sample: error rates, class prior and the "
        "original label's error rates are estimated without the image that is scored. In brackets, "
        f"bars and band: {100 * data.out_of_sample.confidence:g} % intervals by a bootstrap over "
        f"images ({len(data.out_of_sample.replicates.hits):,} replicates), for precision and "
        "recall no narrower than Wilson's. The band is pointwise."
    )


def optimism_in_words(data: InAndOutOfSample) -> str:
    """State the optimism: how much more the curve promises in sample."""
    optimism = data.optimism
    return (
        "Optimism: average precision in sample less that out of sample is "
        f"{optimism.value:.4f} [{optimism.low:.4f}, {optimism.high:.4f}], a paired interval, given "
        "the fitted scores."
    )
