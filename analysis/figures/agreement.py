"""How far each two raters agree, as a matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import FuncFormatter

from ..raters.pairs.clusters import RaterClusters
from .drawing import LIGHT_GREY, WIDTH, drawn_figure, shortened
from .error_rates import NAME_WIDTH, SMALL

# The darkest colour is for so many of the shares, the lowest.
LOWEST_SHARE = 0.05
# Inches: a row of a matrix, where there are many, and the sides of the smallest and largest.
ROW, LEAST_SIDE, MOST_SIDE = 0.085, 2.8, 5.0
# Inches above a matrix, at the foot of the figure, and to the left of the names.
HEAD, FOOT, MARGIN = 0.55, 0.95, 0.2


def agreement_figure(
    clusters: Mapping[str, RaterClusters], *, names: Any, simulated: bool = False
) -> Figure:
    """Draw how far each two raters agree, those who agree beside each other.

    Parameters
    ----------
    clusters : mapping of str to RaterClusters
        Panels by title, from :func:`cluster_raters`, with a rater or more each.
    names : sequence
        What rater codes stand for.
    simulated : bool
        Whether the votes are a simulated release's.

    Returns
    -------
    matplotlib.figure.Figure
        1540 pixels wide, a panel below the other, with its caption.
    """
    shares = np.concatenate([found.agreement.ravel() for found in clusters.values()])
    least = float(np.nanquantile(shares, LOWEST_SHARE))
    colours = colormaps["viridis"].with_extremes(bad=LIGHT_GREY)
    most = max(len(found.raters) for found in clusters.values())
    side = min(MOST_SIDE, max(LEAST_SIDE, ROW * most))
    height = FOOT + (HEAD + side) * len(clusters)
    longest = max(len(shortened(names[k])) for found in clusters.values() for k in found.raters)
    left = MARGIN / WIDTH + NAME_WIDTH * longest
    with drawn_figure(height, simulated=simulated, panels=True) as (figure, caption):
        for place, (title, found) in enumerate(clusters.items(), start=1):
            bottom = (height - place * (HEAD + side)) / height
            axes = figure.add_axes((left, bottom, side / WIDTH, side / height))
            image = draw_matrix(axes, found, colours, least)
            name_matrix(axes, title, [shortened(names[k]) for k in found.raters], side)
            bar_axes = figure.add_axes((left + side / WIDTH + 0.02, bottom, 0.016, side / height))
            bar = figure.colorbar(image, cax=bar_axes)
            bar.set_label("share of the same answers", fontsize=SMALL)
            bar.ax.tick_params(labelsize=SMALL)
            bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.2f}"))
        caption(
            (FOOT - 0.2) / height,
            "Share of common items to which two raters gave the same answer, by average linkage of "
            "disagreement: neighbours agree. Grey: too few items in common. The darkest colour "
            f"stands for {least:.2f} and less.{who_is_shown(clusters)}",
        )
    return figure


def draw_matrix(axes: Axes, found: RaterClusters, colours: Colormap, least: float) -> AxesImage:
    """Draw the shares; a single one would leave no range of colours."""
    lowest = min(least, 0.99)
    return axes.imshow(found.agreement, cmap=colours, vmin=lowest, vmax=1, interpolation="nearest")


def name_matrix(axes: Axes, title: str, names: list[str], side: float) -> None:
    """Write the title above the matrix, and the raters' names beside their rows."""
    axes.set_title(title, fontsize=9, loc="left")
    axes.grid(visible=False)
    axes.set_yticks(range(len(names)), names, fontsize=min(SMALL, 0.9 * 72 * side / len(names)))
    axes.set_xticks([])
    axes.tick_params(length=0)


def who_is_shown(clusters: Mapping[str, RaterClusters]) -> str:
    """Say how many of how many raters there are in a panel, where they are not all."""
    counts = [(len(found.raters), found.n_comparable) for found in clusters.values()]
    if all(shown == there for shown, there in counts):
        return ""
    which = " and ".join(f"{shown:,} of {there:,}" for shown, there in counts)
    return f" Shown: {which} raters, near copies first, then those with the most votes."
