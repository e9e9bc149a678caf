"""Methods side by side on a user's votes: left-out votes, accuracy beside confidence, log loss."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..comparison.comparison import MethodOnVotes, VotesComparison
from ..statistics.estimates import Estimate
from .comparison import SMALL, draw_intervals
from .drawing import BLACK, BLUE, GREEN, GREY, LIGHT_GREY, VERMILION, drawn_figure

# Of a row a method, and of what is above and below all of them; in inches.
ROW, ABOVE, BELOW = 0.3, 0.45, 1.25
LEFT, RIGHT, GAP = 0.19, 0.975, 0.035
# Standard errors that a bar reaches to either side.
REACH = 2
BLANKS = {"none": "no model of the answers", "impossible": "some are impossible"}


def votes_comparison_figure(data: VotesComparison) -> Figure:
    """Draw a row a method: left-out votes and, on known items, accuracy, confidence and log loss.

    Parameters
    ----------
    data : VotesComparison
        From :func:`analysis.compare_on_votes`.

    Returns
    -------
    matplotlib.figure.Figure
        1540 pixels wide, with its caption.
    """
    height = ROW * len(data.methods) + ABOVE + BELOW
    with drawn_figure(height, simulated=False) as (figure, caption):
        n_panels = 3 if data.n_known else 2
        panels = [add_panel(figure, place, n_panels) for place in range(n_panels)]
        draw_left_out(panels[0], data.methods)
        if data.n_known:
            draw_right(panels[1], data.methods)
            draw_loss(panels[2], data.methods)
        else:
            draw_unknown(panels[1], data.methods)
        for place, axes in enumerate(panels):
            finish(axes, [method.name for method in data.methods] if not place else [])
        caption((BELOW - 0.55) / height, what_is_drawn(data))
    return figure


def add_panel(figure: Figure, place: int, n_panels: int) -> Axes:
    """Add a panel, counted from the left."""
    height = figure.get_size_inches()[1]
    width = (RIGHT - LEFT - GAP * (n_panels - 1)) / n_panels
    box = (LEFT + place * (width + GAP), BELOW / height, width, 1 - (ABOVE + BELOW) / height)
    return figure.add_axes(box)


def draw_left_out(axes: Axes, methods: Sequence[MethodOnVotes]) -> None:
    """Draw how far each method is behind the best, in nats a left-out vote."""
    axes.set_title("left-out votes:\nnats a vote behind the best", fontsize=SMALL, loc="left")
    rows = [row for row, method in enumerate(methods) if math.isfinite(method.behind)]
    found = [
        (methods[row].behind, REACH * np.nan_to_num(methods[row].standard_error)) for row in rows
    ]
    intervals = [Estimate(value, value - error, value + error) for value, error in found]
    if rows:
        draw_intervals(axes, np.array(rows), intervals, BLUE)
    else:
        axes.set_xlim(-1, 0)
    for row, method in enumerate(methods):
        if row not in rows:
            words = BLANKS["none" if method.held_out is None else "impossible"]
            axes.text(
                *(0.5, row, words),
                transform=axes.get_yaxis_transform(),
                ha="center",
                va="center",
                fontsize=SMALL - 1.5,
                color=GREY,
            )


def draw_right(axes: Axes, methods: Sequence[MethodOnVotes]) -> None:
    """Draw accuracy on known items with its interval, and the mean confidence beside it."""
    axes.set_title(
        "known items: accuracy (dot)\nand confidence (diamond)", fontsize=SMALL, loc="left"
    )
    known = [method.rightness for method in methods if method.rightness is not None]
    draw_intervals(axes, np.arange(len(known)), [found.accuracy for found in known], BLUE)
    for row, found in enumerate(known):
        ends = found.accuracy.value, found.mean_confidence.value
        axes.plot(ends, (row, row), color=VERMILION, linewidth=0.8, zorder=3)
    draw_diamonds(axes, [found.mean_confidence.value for found in known])


def draw_unknown(axes: Axes, methods: Sequence[MethodOnVotes]) -> None:
    """Draw, without known items, the mean confidence and the agreement with the majority."""
    axes.set_title(
        "agreement with the majority (square)\nand confidence (diamond)", fontsize=SMALL, loc="left"
    )
    rows = range(len(methods))
    agreed = [method.majority_agreement for method in methods]
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=LIGHT_GREY)
    axes.plot(agreed, rows, linestyle="none", marker="s", color=GREEN, markersize=4.5, zorder=4)
    draw_diamonds(axes, [method.mean_confidence for method in methods])


def draw_loss(axes: Axes, methods: Sequence[MethodOnVotes]) -> None:
    """Draw the log loss on known items with its interval."""
    axes.set_title("known items:\nlog loss, nats an item", fontsize=SMALL, loc="left")
    known = [method.rightness.log_loss for method in methods if method.rightness is not None]
    draw_intervals(axes, np.arange(len(known)), known, BLACK)


def draw_diamonds(axes: Axes, values: Sequence[float]) -> None:
    """Draw a hollow diamond in each row."""
    axes.plot(
        values,
        range(len(values)),
        linestyle="none",
        marker="D",
        markersize=4.5,
        markerfacecolor="white",
        color=VERMILION,
        zorder=5,
    )


def finish(axes: Axes, names: Sequence[str]) -> None:
    """Name the rows, the first one on top."""
    n_rows = len(names) or len(axes.figure.axes[0].get_yticks())
    axes.set_yticks(range(n_rows), names or [""] * n_rows, fontsize=SMALL)
    axes.set_ylim(n_rows - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.spines.left.set_visible(False)


def what_is_drawn(data: VotesComparison) -> str:
    """Say in words what the marks are, and what left-out votes do not say."""
    known = (
        f"{data.n_known:,} items of known class, which no method was told; bars: "
        f"{100 * data.confidence:g} % intervals by a bootstrap over items "
        f"({data.replicates:,} replicates). "
        if data.n_known
        else ""
    )
    return (
        f"{data.votes.n_votes:,} votes, each left out once, in {data.folds} parts; bars: {REACH} "
        f"standard errors, paired over items. {known}The likelihood of left-out votes says which "
        "model describes the raters; it does not rank accuracy."
    )
