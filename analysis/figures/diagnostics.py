"""The model held against the votes, what more votes buy, and what changes without some raters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from ..diagnostics.model_check import ModelCheck
from ..diagnostics.more_votes import KNOWN, REAL, SIMULATED, VotesBought
from ..scores.methods.without_raters import WithoutRaters
from .bands import draw_steps, lowest_precision
from .comparison import difference_in_words
from .drawing import BLUE, GREEN, GREY, VERMILION, drawn_figure, shortened
from .error_rates import NAME_WIDTH

SMALL = 7.5
MOST_KINDS = 24
# Of the name of a kind of items; the rest is cut from the middle.
MOST_LETTERS = 42
# Between two panels, as a share of the figure's width.
GAP = 0.05
# What an axis shows at least.
LEAST_RANGE = 0.004
COLORS = (VERMILION, BLUE, GREEN)
MARKERS = ("o", "D", "s")


def model_check_figure(checks: Sequence[ModelCheck], *, simulated: bool = False) -> Figure:
    """Draw the share of items of each kind, beside what the models expect.

    Parameters
    ----------
    checks : sequence of ModelCheck
        Up to three, of the same votes.
    simulated : bool
        Whether the votes are a simulated release's.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1210 pixels, with its caption.
    """
    kinds = checks[0].kinds
    order = np.argsort([-kind.observed for kind in kinds], kind="stable")[:MOST_KINDS]
    shown = [row for row in order.tolist() if kinds[row].observed > 0]
    names = [shortened(kinds[row].name, MOST_LETTERS) for row in shown]
    with drawn_figure(5.5, simulated=simulated, panels=True) as (figure, caption):
        begin = max(0.1, 0.03 + NAME_WIDTH * max(map(len, names)))
        wide = 0.98 - begin - GAP
        left = figure.add_axes((begin, 0.22, 0.56 * wide, 0.66))
        right = figure.add_axes((0.98 - 0.44 * wide, 0.22, 0.44 * wide, 0.66), sharey=left)
        draw_kinds(left, right, checks, shown)
        left.set_xscale("log")
        left.set_yticks(range(len(shown)), names, fontsize=SMALL)
        left.set_ylim(len(shown) - 0.4, -0.6)
        left.set_xlabel("share of items (bars: observed)")
        above: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1)}
        left.legend(**above, ncols=3, frameon=False, fontsize=SMALL, borderaxespad=0.2)
        right.axvline(1, color=GREY, linewidth=0.8)
        right.set_xscale("log", base=2)
        right.set_xticks((0.5, 1, 2, 4, 8), ("½", "1", "2", "4", "8"))
        right.set_xlabel("observed / expected")
        right.tick_params(labelleft=False)
        for axes in (left, right):
            axes.grid(visible=False, axis="y")
            axes.grid(visible=True, axis="x")
            axes.tick_params(axis="y", length=0)
            axes.xaxis.set_minor_formatter(NullFormatter())
        number_shares(left)
        caption(0.11, check_in_words(checks))
    return figure


def draw_kinds(left: Axes, right: Axes, checks: Sequence[ModelCheck], shown: list[int]) -> None:
    """Draw observed and expected shares of these kinds, and on the right their ratio."""
    rows = np.arange(len(shown))
    observed = np.array([checks[0].kinds[row].observed for row in shown])
    left.barh(rows, observed, height=0.7, color="#D5D5D5")
    for check, color, marker in zip(checks, COLORS, MARKERS, strict=False):
        expected = np.array([check.kinds[row].expected for row in shown])
        style: dict[str, Any] = {"linestyle": "none", "marker": marker, "markersize": 4.5}
        name = f"expected, {check.n_classes} classes"
        for axes, values in ((left, expected), (right, observed / expected)):
            axes.plot(values, rows, **style, color=color, label=name)


def number_shares(axes: Axes) -> None:
    """Write more numbers on a logarithmic axis where there are few powers of ten to read off."""
    lowest, highest = axes.get_xlim()
    ratio = highest / lowest
    if ratio < 30:
        labelled = "25" if ratio > 5 else "2468" if ratio > 2 else "123456789"
        axes.xaxis.set_minor_formatter(
            FuncFormatter(lambda x, _: f"{x:g}" if f"{x:.0e}"[0] in labelled else "")
        )
        axes.xaxis.set_major_formatter("{x:g}")


def check_in_words(checks: Sequence[ModelCheck]) -> str:
    """Say how far the models are off, and how far chance alone would take them."""
    found = "; ".join(
        f"with {check.n_classes} classes {100 * check.misplaced.observed:.1f} % of items are of "
        f"another kind than expected (by chance {100 * check.misplaced.expected:.1f} %), and "
        f"{100 * check.unanimous.observed:.1f} % are unanimous, not "
        f"{100 * check.unanimous.expected:.1f} %"
        for check in checks
    )
    return (
        f"{checks[0].n_items:,} items by how many votes of each answer they have, and what Dawid & "
        f"Skene's model expects once it is fitted: {found}. Chance: {checks[0].replicates} draws "
        "from the fitted model with the same raters on the same items."
    )


def more_votes_figure(bought: Sequence[VotesBought], *, simulated: bool = False) -> Figure:
    """Draw entropy, precision and recall over the number of votes an item.

    Parameters
    ----------
    bought : sequence of VotesBought
        From :func:`analysis.more_votes`.
    simulated : bool
        Whether the votes are a simulated release's.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1210 pixels, with its caption.
    """
    panels: dict[str, Callable[[VotesBought], float]] = {
        "entropy of the posterior, bits": lambda row: row.entropy,
        "average precision": lambda row: row.average_precision,
        "precision at the threshold": lambda row: row.precision,
        "recall at the threshold": lambda row: row.recall,
    }
    with drawn_figure(5.5, simulated=simulated, panels=True) as (figure, caption):
        for place, (title, value) in enumerate(panels.items()):
            row, column = divmod(place, 2)
            axes = figure.add_axes((0.07 + 0.485 * column, 0.6 - 0.375 * row, 0.43, 0.295))
            for source, style in SOURCES.items():
                found = [each for each in bought if each.source == source]
                values = [value(each) for each in found]
                if found and not np.isnan(values).all():
                    axes.plot([each.n_votes for each in found], values, **style)
            axes.set_title(title, fontsize=9, loc="left")
            axes.ticklabel_format(axis="y", useOffset=False)
            lowest, highest = axes.get_ylim()
            if highest - lowest < LEAST_RANGE:  # what differs by less is rounding
                middle = (lowest + highest) / 2
                axes.set_ylim(middle - LEAST_RANGE / 2, middle + LEAST_RANGE / 2)
            axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
            axes.tick_params(labelsize=SMALL)
            if row == 1:
                axes.set_xlabel("votes an item")
            if place == 0:
                axes.legend(loc="upper right", frameon=False, fontsize=SMALL)
        simulated_items = next(each.n_items for each in bought if each.source == SIMULATED)
        caption(
            0.115,
            f"Drawn from the fitted model: {simulated_items:,} items, against the class drawn. "
            "Real votes: so many of each item's votes, taken at random; precision and recall as "
            "the posterior expects them. Known items: of these, the ones whose class is known, "
            "against it (for the release, golden questions against the experts). Error rates are "
            "those of all votes throughout.",
        )
    return figure


SOURCES: dict[str, dict[str, Any]] = {
    SIMULATED: {
        "color": BLUE,
        "marker": "o",
        "markersize": 3.5,
        "linewidth": 1.4,
        "label": "drawn from the model",
    },
    REAL: {
        "color": GREY,
        "marker": "s",
        "markersize": 3.5,
        "linewidth": 1.4,
        "linestyle": (0, (4, 1.5)),
        "label": "real votes",
    },
    KNOWN: {
        "color": VERMILION,
        "marker": "D",
        "markersize": 3.5,
        "linewidth": 1.4,
        "label": "real votes on known items",
    },
}


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
