"""The curve as a picture: time a vote and peak memory, from few votes to many."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from analysis.figures.drawing import BLACK, BLUE, GREEN, GREY, VERMILION, house_style

from .measure import Size

# Inches: narrow, so that it can be read on a telephone.
WIDTH, HEIGHT = 4.8, 6.4
LEFT, RIGHT, BOTTOM, PANEL, GAP = 0.14, 0.7, 0.085, 0.365, 0.125
TICKS = (1, 2, 5)
# Of a panel's height.
LINE = 0.085

Line = tuple[str, str, str, Callable[[Size], float]]
TIMES: tuple[Line, ...] = (
    ("ingest of csv", VERMILION, "o", lambda size: ns(size, size.ingest["csv"])),
    ("ingest of Parquet", BLUE, "s", lambda size: ns(size, size.ingest["parquet"])),
    ("step, store", GREEN, "^", lambda size: ns(size, size.steps["store"])),
    ("step, memory", BLACK, "v", lambda size: ns(size, size.steps["whole"])),
)
PEAKS: tuple[Line, ...] = (
    ("fit in memory", BLACK, "v", lambda size: megabytes(size.steps["whole"])),
    ("ingest of csv", VERMILION, "o", lambda size: megabytes(size.ingest["csv"])),
    ("ingest of Parquet", BLUE, "s", lambda size: megabytes(size.ingest["parquet"])),
    ("fit, store", GREEN, "^", lambda size: megabytes(size.steps["store"])),
)


def ns(size: Size, report: dict[str, float]) -> float:
    """Return the processor's nanoseconds a vote."""
    return report["seconds"] / size.n_votes * 1e9


def megabytes(report: dict[str, float]) -> float:
    """Return the peak memory."""
    return report["peak_bytes"] / 1e6


def scale_figure(sizes: Sequence[Size]) -> Figure:
    """Draw time a vote above, and peak memory below, over the number of votes."""
    with house_style():
        figure = Figure(figsize=(WIDTH, HEIGHT))
        for place, (title, lines) in enumerate(
            (("processor time, ns a vote", TIMES), ("peak memory, MB", PEAKS))
        ):
            axes = figure.add_axes(
                (LEFT, BOTTOM + (1 - place) * (PANEL + GAP), RIGHT - LEFT, PANEL)
            )
            draw(axes, lines, sizes)
            axes.set_title(title, loc="left", fontsize=10)
        axes.set_xlabel("votes, millions")
    return figure


def draw(axes: Axes, lines: Sequence[Line], sizes: Sequence[Size]) -> None:
    """Draw lines, each named at its end."""
    x = [size.n_votes / 1e6 for size in sizes]
    axes.set_xscale("log")
    axes.set_yscale("log")
    ends = []
    for name, colour, mark, value in lines:
        y = [value(size) for size in sizes]
        axes.plot(x, y, color=colour, marker=mark, markersize=4.5, linewidth=1.4)
        ends.append((y[-1], name, colour))
    low, high = axes.get_ylim()
    axes.set_ylim(low / 1.2, high * 1.2)
    axes.xaxis.set_major_locator(FixedLocator(x))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_major_locator(FixedLocator([t * 10**k for k in range(-2, 6) for t in TICKS]))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.tick_params(which="minor", length=0)
    axes.spines["left"].set_color(GREY)
    name_ends(axes, ends)


def name_ends(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Write the lines' names beside their ends, moved apart where they would overlap."""
    to_share = axes.transAxes.inverted()
    ends = sorted(ends)
    places = apart([to_share.transform(axes.transData.transform((1.0, y)))[1] for y, *_ in ends])
    for place, (_, name, colour) in zip(places, ends, strict=True):
        axes.text(
            1.03, place, name, color=colour, transform=axes.transAxes, va="center", fontsize=10
        )


def apart(places: Sequence[float], least: float = LINE) -> list[float]:
    """Move ascending places as far apart as lines of text need, and no farther.

    Examples
    --------
    >>> apart([0.0, 0.5, 0.52], least=0.1)
    [0.0, 0.46, 0.56]
    """
    moved = list(places)
    for _ in range(100):
        for k in range(len(moved) - 1):
            lack = max(least - (moved[k + 1] - moved[k]), 0.0)
            moved[k], moved[k + 1] = moved[k] - lack / 2, moved[k + 1] + lack / 2
    return [round(place, 6) for place in moved]
