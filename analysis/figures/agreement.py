"""How far each two raters agree, as a matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from ..raters.pairs.clusters import RaterClusters
from .drawing import LIGHT_GREY, drawn_figure, shortened
from .error_rates import LEAST_BODY, MOST_BAR, NAME_SIZE, ROW, SMALL, left_of_rows

# The darkest colour is for so many of the shares, the lowest.
LOWEST_SHARE = 0.05
# Where the matrix ends, as a share of the width; inches above it and at the foot of the figure.
RIGHT, HEAD, FOOT = 0.86, 0.4, 1.15
# Of so few raters there is room for the shares in the cells.
MOST_WRITTEN = 12


def agreement_figure(
    clusters: Mapping[str, RaterClusters], *, names: Any, simulated: bool = False
) -> Figure:
    """Draw how far each two raters agree, those who agree beside each other.

    Parameters
    ----------
    clusters : mapping of str to RaterClusters
        From :func:`cluster_raters`, by title, with a rater or more. Of two, which have the same
        raters in the same order, the first is drawn below the diagonal and the second above it.
    names : sequence
        What rater codes stand for.
    simulated : bool
        Whether the votes are a simulated release's.

    Returns
    -------
    matplotlib.figure.Figure
        1540 pixels wide, and as high as the raters need, with its caption.
    """
    found = next(iter(clusters.values()))
    shares = one_matrix([each.shrunken for each in clusters.values()])
    labels = [shortened(names[rater]) for rater in found.raters]
    body = max(LEAST_BODY, ROW * len(labels))
    height = FOOT + body + HEAD
    left = left_of_rows(labels)
    with drawn_figure(height, simulated=simulated, panels=True) as (figure, caption):
        axes = figure.add_axes((left, FOOT / height, RIGHT - left, body / height))
        least = min(float(np.nanquantile(shares, LOWEST_SHARE)), 0.99)
        image = draw_matrix(axes, shares, least)
        name_matrix(axes, [*clusters], labels)
        place = (RIGHT + 0.02, FOOT / height, 0.02, min(body, MOST_BAR) / height)
        bar = figure.colorbar(image, cax=figure.add_axes(place))
        bar.set_label("share of the same answers", fontsize=SMALL)
        bar.ax.tick_params(labelsize=SMALL)
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.2f}"))
        caption((FOOT - 0.45) / height, what_is_drawn(clusters, least))
    return figure


def one_matrix(matrices: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Join two symmetric matrices: the first below the diagonal, the second above it."""
    first, last = matrices[0], matrices[-1]
    return np.where(np.tri(len(first), dtype=np.bool_), first, last)


def draw_matrix(axes: Axes, shares: NDArray[np.float64], least: float) -> AxesImage:
    """Draw the shares, and write them where there is room; a single one leaves no range."""
    colours = colormaps["viridis"].with_extremes(bad=LIGHT_GREY)
    style: dict[str, Any] = {"cmap": colours, "interpolation": "nearest", "aspect": "auto"}
    image = axes.imshow(shares, vmin=least, vmax=1, **style)
    if len(shares) <= MOST_WRITTEN:
        for row, column in np.argwhere(~np.isnan(shares)):
            share = float(shares[row, column])
            ink = "black" if share - least > 0.6 * (1 - least) else "white"
            axes.text(column, row, f"{share:.2f}", color=ink, ha="center", va="center")
    return image


def name_matrix(axes: Axes, titles: list[str], names: list[str]) -> None:
    """Write the raters' names beside their rows, and which side of the diagonal is what."""
    if len(titles) > 1:
        axes.set_title(f"above the diagonal: {titles[1]}", fontsize=9, loc="right")
        axes.set_xlabel(f"below the diagonal: {titles[0]}", fontsize=9, loc="left")
    else:
        axes.set_title(titles[0], fontsize=9, loc="left")
    axes.grid(visible=False)
    axes.set_yticks(range(len(names)), names, fontsize=NAME_SIZE)
    axes.set_xticks([])
    axes.tick_params(length=0)


def what_is_drawn(clusters: Mapping[str, RaterClusters], least: float) -> str:
    """Say in words what the cells are, and how many of how many raters are shown."""
    found = [*clusters.values()][-1]
    shown, there = len(found.raters), found.n_comparable
    which = (
        f" Shown: {shown:,} of {there:,} raters, near copies first, then those with the most votes."
        if shown < there
        else ""
    )
    order = f" {[*clusters][-1]}" if len(clusters) > 1 else ""
    return (
        "Share of common items to which two raters gave the same answer; with few items in common "
        "it is drawn towards that of all pairs. Columns are in the order of the rows, by average "
        f"linkage of disagreement{order}: neighbours agree. Grey: too few items in common. The "
        f"darkest colour stands for {least:.2f} and less.{which}"
    )
