"""Methods side by side: each one's curve beside the published recipe's, and average precision."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..release.published import EXPERTS_FOR_RATERS
from ..statistics.estimates import Estimate
from ..statistics.precision_recall import PrecisionRecall
from .curve import drawable
from .drawing import BLACK, BLUE, DOT_GREY, GREEN, GREY, LIGHT_GREY, VERMILION, drawn_figure

if TYPE_CHECKING:  # it computes, with Numba
    from ..scores.methods.comparison import ComparedMethod, Comparison

COLUMNS = 4
# Panels of curves: left edge, width, and step to the next one as shares of the figure's width;
# height, and step to the row below, in inches.
LEFT, WIDE, ACROSS, HIGH, DOWN = 0.06, 0.2, 0.236, 1.29, 1.824
# In inches: what is above the panels, between them and the methods' rows, each such row, the foot.
HEAD, BETWEEN, ROW, FOOT = 0.37, 0.77, 0.3445, 1.29
TITLE_CHARACTERS = 27
# The two columns of average precision and of differences.
AREAS, GAPS = (0.245, 0.325), (0.605, 0.375)
SMALL = 8
# A difference so many times the typical one is drawn as an arrow at the edge.
FAR = 4
MINUS = "\N{MINUS SIGN}"


def comparison_figure(data: Comparison) -> Figure:
    """Draw each method's curve beside the published recipe's, and all average precisions below.

    Parameters
    ----------
    data : Comparison
        From :func:`analysis.compare_methods`.

    Returns
    -------
    matplotlib.figure.Figure
        1540 pixels wide, and as high as the methods need, with its caption.
    """
    body = ROW * len(data.methods)
    n_rows = -(-len(data.methods) // COLUMNS)  # the published recipe's place has the key
    height = FOOT + body + BETWEEN + DOWN * (n_rows - 1) + HIGH + HEAD
    with drawn_figure(height, simulated=data.simulated, panels=True) as (figure, caption):
        baseline, *others = data.methods
        for place, method in enumerate(others):
            draw_panel(panel(figure, place), method, baseline.curve, data)
            if place % COLUMNS == 0:
                figure.axes[-1].tick_params(labelleft=True)
        draw_key(panel(figure, len(others)), data)
        areas, gaps = (
            figure.add_axes((left, FOOT / height, wide, body / height))
            for left, wide in (AREAS, GAPS)
        )
        draw_areas(areas, data.methods)
        draw_gaps(gaps, data.methods)
        caption((FOOT - 0.45) / height, what_is_drawn(data))
    return figure


def panel(figure: Figure, place: int) -> Axes:
    """Add the panel of a place, counted along rows from the top."""
    row, column = divmod(place, COLUMNS)
    height = figure.get_size_inches()[1]
    bottom = height - HEAD - HIGH - DOWN * row
    return figure.add_axes((LEFT + ACROSS * column, bottom / height, WIDE, HIGH / height))


def draw_panel(
    axes: Axes, method: ComparedMethod, baseline: PrecisionRecall, data: Comparison
) -> None:
    """Draw a method's curve over the published recipe's, with its point at the threshold."""
    axes.set_xlim(0, 1)
    axes.set_ylim(lowest_precision(data), 1.01)
    axes.set_xticks((0, 0.5, 1), ("0", "0.5", "1"))
    axes.tick_params(labelsize=SMALL, labelleft=False)
    title = textwrap.fill(method.name, TITLE_CHARACTERS)
    axes.set_title(title, fontsize=SMALL, loc="left", pad=4, linespacing=1.1)
    draw_steps(axes, baseline, color=DOT_GREY, linewidth=2.6)
    draw_steps(axes, method.curve, color=BLUE, linewidth=1.1)
    if is_votes_alone(method):
        draw_rules(axes, data)
    for point in drawable([method.point.point]):
        axes.plot(
            point.recall,
            point.precision,
            marker="o",
            color=VERMILION,
            markersize=5,
            markeredgecolor="white",
            markeredgewidth=0.6,
            zorder=8,
        )


def draw_rules(axes: Axes, data: Comparison) -> None:
    """Draw the rules that count votes as squares; the numbers beside them are the least counts."""
    for point in drawable([rule.point for rule in data.votes_alone]):
        axes.plot(point.recall, point.precision, marker="s", color=GREEN, markersize=3.5, zorder=6)
        axes.annotate(
            f"{point.threshold:g}",
            (point.recall, point.precision),
            xytext=(-6, -7),
            textcoords="offset points",
            fontsize=6.5,
            ha="center",
            va="center",
            color=GREEN,
        )


def is_votes_alone(method: ComparedMethod) -> bool:
    """Say whether the rules that count votes lie on this method's curve."""
    return method.name.startswith("votes alone")


def draw_key(axes: Axes, data: Comparison) -> None:
    """Say in the last panel what the marks of the others are."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    rows: Sequence[tuple[str, float, str, str]] = (
        (BLUE, 1.1, "", "the method"),
        (DOT_GREY, 2.6, "", "published recipe"),
        (VERMILION, 0, "o", f"score {data.threshold:g}"),
        (GREEN, 0, "s", f"k of {len(data.votes_alone)} yes"),
    )
    for row, (color, width, marker, label) in enumerate(rows):
        height = 0.92 - 0.19 * row
        x = (0.0, 0.16) if width else (0.08,)
        axes.plot(
            x,
            [height] * len(x),
            color=color,
            linewidth=width,
            marker=marker,
            markersize=4.5,
            clip_on=False,
        )
        axes.text(0.24, height, label, va="center", fontsize=SMALL)
    axes.text(0.0, 0.08, "precision (up) over recall,\nout of sample", fontsize=SMALL, va="center")


def lowest_precision(data: Comparison) -> float:
    """Choose where the precision axes begin: where everything is kept, or a little below."""
    least = min(float(method.curve.precision.min()) for method in data.methods)
    return float(np.floor(10 * least) / 10)


def draw_steps(axes: Axes, curve: PrecisionRecall, **style: Any) -> None:
    """Draw a curve as steps, so that the area under them is the average precision."""
    recall = np.concatenate(([0.0], curve.recall))
    axes.stairs(curve.precision, recall, baseline=None, **style)


def draw_areas(axes: Axes, methods: Sequence[ComparedMethod]) -> None:
    """Draw each method's average precision, in sample (hollow) and out of sample (solid)."""
    rows = np.arange(len(methods))
    draw_intervals(axes, rows, [method.out_of_sample for method in methods], BLUE)
    fitted = [(row, method) for row, method in enumerate(methods) if method.scores.left_out]
    axes.plot(
        [method.in_sample.value for _, method in fitted],
        [row - 0.26 for row, _ in fitted],
        linestyle="none",
        marker="D",
        markersize=4.5,
        markerfacecolor="white",
        color=BLACK,
        zorder=5,
    )
    axes.set_yticks(rows, [label_of(method) for method in methods], fontsize=SMALL)
    axes.set_title("average precision", fontsize=9, loc="left")
    for row, method in enumerate(methods):
        axes.text(
            1.0,
            row,
            f"{method.out_of_sample.value:.3f}",
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=SMALL,
        )
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.16 * (high - low))


def label_of(method: ComparedMethod) -> str:
    """Name a method and say what was left out at a time."""
    left_out = method.scores.left_out
    name = textwrap.fill(method.name, TITLE_CHARACTERS)
    return f"{name}\n({left_out} left out)" if left_out else name


def draw_gaps(axes: Axes, methods: Sequence[ComparedMethod]) -> None:
    """Draw each method's difference to the published recipe, out of sample, and write it."""
    gaps = [method.difference for method in methods]
    reach = reach_of(gaps[1:])
    near = [row for row in range(1, len(gaps)) if is_near(gaps[row], reach)]
    axes.axvline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))
    draw_intervals(axes, np.array(near), [gaps[row] for row in near], BLUE)
    axes.set_xlim(-reach, reach * 4.3)
    step = round_below(reach / 1.1)
    axes.set_xticks((-step, 0, step), (f"{MINUS}{step:g}", "0", f"+{step:g}"))
    axes.spines.bottom.set_bounds(-reach, reach)
    for row, gap in enumerate(gaps):
        if row and row not in near:
            edge, marker = (-reach, "<") if gap.value < 0 else (reach, ">")
            axes.plot(edge, row, marker=marker, color=BLUE, markersize=6, clip_on=False)
        axes.text(
            reach * 4.3,
            row,
            difference_in_words(gap) if row else "(reference)",
            ha="right",
            va="center",
            fontsize=SMALL,
            color=BLACK if row else GREY,
        )
    axes.set_yticks(range(len(gaps)), [""] * len(gaps))
    axes.set_ylim(len(gaps) - 0.5, -0.6)
    axes.set_title("less the published recipe's", fontsize=9, loc="left")


def reach_of(gaps: Sequence[Estimate]) -> float:
    """Choose how far the axis of differences goes to either side: no farther than is typical."""
    ends = sorted(max(abs(gap.low), abs(gap.high)) for gap in gaps)
    typical = ends[(len(ends) - 1) // 2]
    return 1.15 * max((end for end in ends if end <= FAR * typical), default=1.0) or 1.0


def round_below(value: float) -> float:
    """Return the largest of ..., 0.1, 0.2, 0.5, 1, ... that is not above a value."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(max(power * step for step in (1, 2, 5) if power * step <= value))


def is_near(gap: Estimate, reach: float) -> bool:
    """Say whether an interval lies on the axis of differences."""
    return max(abs(gap.low), abs(gap.high)) <= reach


def difference_in_words(gap: Estimate) -> str:
    """Write a difference and its interval, with signs."""
    text = f"{gap.value:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}]"
    return text.replace("-", MINUS)


def draw_intervals(
    axes: Axes, rows: NDArray[np.integer], estimates: Sequence[Estimate], color: str
) -> None:
    """Draw estimates as dots on horizontal intervals, the first row at the top."""
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=LIGHT_GREY)
    axes.errorbar(
        [measured.value for measured in estimates],
        rows,
        xerr=[
            [measured.value - measured.low for measured in estimates],
            [measured.high - measured.value for measured in estimates],
        ],
        fmt="o",
        color=color,
        markersize=5,
        linewidth=1.3,
        capsize=2.5,
        zorder=4,
    )
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.spines.left.set_visible(False)
    axes.set_ylim(len(rows) - 0.5, -0.6)


def what_is_drawn(data: Comparison) -> str:
    """Say in words what the marks are."""
    curve = data.methods[0].curve
    return (
        f"Golden questions: {curve.n_questions:,}, of {data.n_images:,} images. In "
        f"{curve.n_fits:,} of them the label fits: at least {EXPERTS_FOR_RATERS} of "
        f"{data.n_experts} experts say yes. Dots: out of sample; what a method estimates from "
        "golden truth is estimated without the images that are scored. Hollow diamonds: in sample. "
        "Methods without diamonds use no golden truth. Bars and brackets: "
        f"{100 * data.confidence:g} % intervals by a bootstrap over images "
        f"({data.replicates:,} replicates); on the right of paired differences, out of "
        "sample. Arrow: beyond the axis."
    )
