"""Reliability diagrams: of labels with a score, the share that the experts say fits."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..scores.calibration_report import ISOTONIC, MAJORITY, PLATT, SHARE, CalibrationReport
from ..scores.methods.methods import PUBLISHED
from ..statistics.calibration import Calibration
from .drawing import BLUE, GREY, LIGHT_GREY, VERMILION, drawn_figure

HEIGHT = 6.68
COLUMNS = {
    PUBLISHED: "published recipe, out of sample",
    ISOTONIC: "recalibrated: isotonic regression",
    PLATT: "recalibrated: Platt's sigmoid",
}
ROWS = {MAJORITY: "majority of experts says it fits", SHARE: "share of experts who say yes"}
# Left edge, bottom of the lowest row, width, height, and steps between panels.
PANEL, STEP = (0.085, 0.236, 0.27, 0.283), (0.316, 0.4034)
BARS_HEIGHT = 0.047
SMALL = 7.5


def calibration_figure(report: CalibrationReport) -> Figure:
    """Draw reliability diagrams of the published recipe and of its recalibrated scores.

    Parameters
    ----------
    report : CalibrationReport
        From :func:`report_calibration`, with the scores that
        :func:`scores_to_calibrate` names.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1469 pixels, with its caption.
    """
    with drawn_figure(HEIGHT, simulated=report.simulated, panels=True) as (figure, caption):
        for row, (against, ylabel) in enumerate(ROWS.items()):
            for column, (name, title) in enumerate(COLUMNS.items()):
                found = report.of[name][against]
                axes = panel(figure, row, column)
                draw_reliability(axes, found)
                if not column:
                    axes.set_ylabel(ylabel, fontsize=9)
                if not row:
                    axes.set_title(title, fontsize=SMALL + 0.5, loc="left", pad=25)
                draw_counts(figure, axes, found, labelled=row > 0)
        caption(0.11, what_is_drawn(report))
    return figure


def panel(figure: Figure, row: int, column: int) -> Axes:
    """Add the panel of a row, counted from the top, and a column."""
    left, bottom, width, height = PANEL
    return figure.add_axes((left + column * STEP[0], bottom + (1 - row) * STEP[1], width, height))


def draw_reliability(axes: Axes, found: Calibration) -> None:
    """Draw the bins with intervals, the isotonic regression, and where both would be equal."""
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xticks((0, 0.5, 1), ("", "", ""))
    axes.set_yticks((0, 0.5, 1), ("0", "0.5", "1"))
    axes.tick_params(labelsize=8)
    axes.plot((0, 1), (0, 1), color=GREY, linewidth=0.8, linestyle=(0, (4, 2)), zorder=2)
    axes.plot(
        found.isotonic_scores, found.isotonic_outcomes, color=VERMILION, linewidth=1.2, zorder=3
    )
    bins = found.bins
    some = bins.n > 0
    axes.errorbar(
        bins.mean_score[some],
        bins.outcome[some],
        yerr=(
            (bins.outcome - bins.low)[some].clip(min=0),
            (bins.high - bins.outcome)[some].clip(min=0),
        ),
        fmt="o",
        color=BLUE,
        markersize=4.5,
        markeredgecolor="white",
        markeredgewidth=0.5,
        linewidth=1.0,
        zorder=5,
        clip_on=False,
    )
    axes.text(0, 1.035, in_words(found), transform=axes.transAxes, fontsize=7, color=GREY)


def in_words(found: Calibration) -> str:
    """Write the three measures that are compared most."""
    log_loss = "infinite" if np.isinf(found.log_loss.value) else f"{found.log_loss.value:.3f}"
    return (
        f"Brier {found.brier.value:.3f}, log loss {log_loss},\n"
        f"calibration error {found.expected_calibration_error.value:.3f}"
    )


def draw_counts(figure: Figure, above: Axes, found: Calibration, *, labelled: bool) -> None:
    """Draw how many questions each bin has, on a logarithmic scale, under its panel."""
    box = above.get_position()
    axes = figure.add_axes((box.x0, box.y0 - BARS_HEIGHT - 0.008, box.width, BARS_HEIGHT))
    n = found.bins.n
    edges = np.linspace(0, 1, len(n) + 1)
    axes.stairs(np.maximum(n, 0.5), edges, baseline=0.5, fill=True, color=LIGHT_GREY)
    axes.set_yscale("log")
    axes.set_ylim(0.5, 1500 if n.max() < 1500 else 2 * n.max())
    axes.set_xlim(above.get_xlim())
    axes.set_xticks((0, 0.5, 1), ("0", "0.5", "1") if labelled else ("", "", ""))
    axes.set_yticks((1, 1000), ("1", "1000"), fontsize=6.5)
    axes.minorticks_off()
    axes.tick_params(labelsize=8, axis="x")
    axes.grid(visible=False)
    if labelled:
        axes.set_xlabel("score", fontsize=9, labelpad=1)


def what_is_drawn(report: CalibrationReport) -> str:
    """Say in words what the marks are."""
    found = report.of[PUBLISHED][MAJORITY]
    return (
        f"Golden questions: {found.n_questions:,}, of {report.n_images:,} images. Dots: mean "
        f"outcome of the questions in {len(found.bins.n)} bins of the score, at their mean score; "
        f"bars: {100 * report.confidence:g} % intervals by a bootstrap over images, no narrower "
        "than Wilson's. Line: isotonic regression. Dashes: perfect calibration. Grey, below: "
        "questions in each bin, on a logarithmic scale. Every score is out of sample: its image "
        "has no part in the error rates behind it, and is not among those that the map which "
        "recalibrates it was fitted to."
    )
