"""The model held against the votes, and what changes without some raters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..diagnostics.model_check import ModelCheck
from .bands import draw_steps, lowest_precision
from .comparison import difference_in_words
from .drawing import BLACK, BLUE, GREEN, GREY, VERMILION, drawn_figure, shortened
from .error_rates import NAME_WIDTH

if TYPE_CHECKING:  # it computes, with Numba
    from ..scores.methods.without_raters import WithoutRaters

SMALL = 7.5
MOST_KINDS = 24
# Of the name of a kind of items; the rest is cut from the middle.
MOST_LETTERS = 42
# Between two panels, as a share of the figure's width.
GAP = 0.05
# Inches: where the panels begin above the foot, how high they are, and the figure.
FOOT, BODY, HEIGHT = 1.2, 3.6, 5.1
# Powers of two that are named on the axis of ratios, at most.
MOST_POWERS = 5
COLORS = (VERMILION, BLUE, GREEN)
MARKERS = ("o", "D", "s")


def model_check_figure(checks: Sequence[ModelCheck], *, simulated: bool = False) -> Figure:
    """Draw the share of items of each kind beside what the models expect, and the ratio of both.

    Parameters
    ----------
    checks : sequence of ModelCheck
        Up to three, of the same votes.
    simulated : bool
        Whether the votes are a simulated release's.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1122 pixels, with its caption.
    """
    kinds = checks[0].kinds
    order = np.argsort([-kind.observed for kind in kinds], kind="stable")[:MOST_KINDS]
    shown = [row for row in order.tolist() if kinds[row].observed > 0]
    names = [shortened(kinds[row].name, MOST_LETTERS) for row in shown]
    with drawn_figure(HEIGHT, simulated=simulated, panels=True) as (figure, caption):
        begin = max(0.1, 0.03 + NAME_WIDTH * max(map(len, names)))
        wide = 0.98 - begin - GAP
        bottom, high = FOOT / HEIGHT, BODY / HEIGHT
        left = figure.add_axes((begin, bottom, 0.56 * wide, high))
        right = figure.add_axes((0.98 - 0.44 * wide, bottom, 0.44 * wide, high), sharey=left)
        draw_kinds(left, right, checks, shown)
        left.set_yticks(range(len(shown)), names, fontsize=SMALL)
        left.set_ylim(len(shown) - 0.4, -0.6)
        left.set_xlabel("share of items")
        above: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1)}
        left.legend(**above, ncols=4, frameon=False, fontsize=SMALL, borderaxespad=0.2)
        right.set_xlabel("observed / expected")
        right.tick_params(labelleft=False)
        for axes in (left, right):
            axes.grid(visible=True, axis="both")
            axes.tick_params(axis="y", length=0)
            axes.tick_params(axis="x", which="both", length=3, labelsize=SMALL)
        number_shares(left)
        number_ratios(right)
        caption((FOOT - 0.58) / HEIGHT, check_in_words(checks, len(shown)))
    return figure


def draw_kinds(left: Axes, right: Axes, checks: Sequence[ModelCheck], shown: list[int]) -> None:
    """Draw observed and expected shares of these kinds, and on the right their ratio."""
    rows = np.arange(len(shown))
    observed = np.array([checks[0].kinds[row].observed for row in shown])
    marks: dict[str, Any] = {"linestyle": "none", "markersize": 10, "markeredgewidth": 1.8}
    left.plot(observed, rows, marker="|", color=BLACK, label="observed", zorder=5, **marks)
    right.axvline(1, color=GREY, linewidth=0.8)
    for check, color, marker in zip(checks, COLORS, MARKERS, strict=False):
        expected = np.array([check.kinds[row].expected for row in shown])
        style: dict[str, Any] = {"linestyle": "none", "marker": marker, "markersize": 4.5}
        name = f"expected, {check.n_classes} classes"
        with np.errstate(divide="ignore"):
            ratios = observed / expected
        for axes, values in ((left, expected), (right, ratios)):
            there = np.isfinite(values) & (values > 0)
            axes.plot(values[there], rows[there], **style, color=color, label=name)


def number_shares(axes: Axes) -> None:
    """Write shares as per cent on a logarithmic axis: more where there are few powers of ten."""
    axes.set_xscale("log")
    lowest, highest = axes.get_xlim()
    ratio = highest / lowest
    labelled = "1" if ratio >= 30 else "125" if ratio > 5 else "12468" if ratio > 2 else "123456789"
    percent = FuncFormatter(
        lambda share, _: f"{100 * share:g} %" if f"{share:.0e}"[0] in labelled else ""
    )
    axes.xaxis.set_major_formatter(percent)
    axes.xaxis.set_minor_formatter(percent)


def number_ratios(axes: Axes) -> None:
    """Name powers of two, on an axis that holds all ratios, and a half to two at least."""
    axes.set_xscale("log", base=2)
    lowest, highest = axes.dataLim.intervalx
    least, most = min(-1.0, np.log2(lowest)), max(1.0, np.log2(highest))
    step = int(np.ceil((most - least) / MOST_POWERS))
    powers = [power for power in range(int(np.ceil(least)), int(most) + 1) if power % step == 0]
    names = [f"{2**power}" if power >= 0 else f"1/{2**-power}" for power in powers]
    axes.set_xlim(2 ** (least - 0.2), 2 ** (most + 0.2))
    axes.set_xticks([2.0**power for power in powers], names)
    axes.set_xticks([], minor=True)


def check_in_words(checks: Sequence[ModelCheck], n_shown: int) -> str:
    """Say how far the models are off, and how far chance alone would take them."""
    found = "; ".join(
        f"with {check.n_classes} classes {100 * check.misplaced.observed:.1f} % of items are of "
        f"another kind than expected (by chance {100 * check.misplaced.expected:.1f} %), and "
        f"{100 * check.unanimous.expected:.1f} % are expected to be unanimous"
        for check in checks
    )
    n_kinds = sum(kind.observed > 0 for kind in checks[0].kinds)
    some = f" Shown: the {n_shown} most frequent of {n_kinds:,} kinds." if n_shown < n_kinds else ""
    return (
        f"{checks[0].n_items:,} items by how many votes of each answer they have, and what Dawid & "
        f"Skene's model expects once it is fitted; {100 * checks[0].unanimous.observed:.1f} % are "
        f"unanimous. {found[0].upper()}{found[1:]}. Chance: {checks[0].replicates} draws "
        f"from the fitted model with the same raters on the same items.{some}"
    )


def without_figure(data: WithoutRaters) -> Figure:
    """Draw Figure 3's curve with and without some raters.

    Parameters
    ----------
    data : WithoutRaters
        From :func:`analysis.without_raters`.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1100 pixels, with its caption.
    """
    with drawn_figure(5.0, simulated=data.simulated) as (figure, caption):
        axes = figure.add_axes((0.095, 0.27, 0.88, 0.66))
        axes.set_xlim(0, 1)
        axes.set_ylim(lowest_precision(data.before), 1.005)
        axes.set_xlabel("recall: share of the fitting labels that are kept")
        axes.set_ylabel("precision: share of the kept labels that fit")
        draw_steps(axes, data.before, color=GREY, linewidth=1.0, label="all raters")
        left_out = f"without {len(data.raters)} rater{'s' if len(data.raters) > 1 else ''}"
        draw_steps(axes, data.after, color=BLUE, linewidth=1.5, label=left_out)
        draw_points(axes, data)
        axes.legend(loc="lower left", frameon=False)
        gap = data.difference
        caption(
            0.135,
            f"Published recipe, golden questions, with and without {names_of(data)} "
            f"({data.votes:,} votes). Dots: threshold {data.threshold:g}. Average precision "
            f"{data.before.average_precision.value:.4f} and "
            f"{data.after.average_precision.value:.4f}; difference {difference_in_words(gap)}, a "
            f"paired 95 % interval by a bootstrap over {data.before.n_images} images. "
            f"{len(data.labels.added):,} labels are added and "
            f"{len(data.labels.dropped):,} dropped.",
        )
    return figure


def draw_points(axes: Axes, data: WithoutRaters) -> None:
    """Draw both operating points."""
    for bands, color in ((data.before, GREY), (data.after, BLUE)):
        point = bands.curve.at(data.threshold)
        axes.plot(
            point.recall,
            point.precision,
            marker="o",
            markersize=8,
            color=color,
            markeredgecolor="white",
            zorder=8,
        )


def names_of(data: WithoutRaters) -> str:
    """Name the raters left out, or count them where they are many."""
    names = ", ".join(map(str, data.raters))
    if len(data.raters) == 1:
        return f"rater {names}"
    return f"raters {names}" if len(data.raters) <= 12 else f"{len(data.raters)} raters"
