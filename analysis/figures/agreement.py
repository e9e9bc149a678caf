"""How far each two raters agree, as a matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..raters.pairs.clusters import RaterClusters
from .drawing import LIGHT_GREY, drawn_figure

SMALL = 7.5
# The darkest colour is for so many of the shares, the lowest.
LOWEST_SHARE = 0.05
# More raters than this have no room for their names.
MOST_NAMES = 100


def agreement_figure(
    clusters: Mapping[str, RaterClusters], *, names: Any, simulated: bool = False
) -> Figure:
    """Draw how far each two raters agree, those who agree beside each other.

    Parameters
    ----------
    clusters : mapping of str to RaterClusters
        One or two panels by title, from :func:`cluster_raters`.
    names : sequence
        What rater codes stand for.
    simulated : bool
        Whether the votes are a simulated release's.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 902 pixels, with its caption.
    """
    with drawn_figure(4.1, simulated=simulated, panels=True) as (figure, caption):
        shares = np.concatenate([found.agreement.ravel() for found in clusters.values()])
        least = float(np.nanquantile(shares, LOWEST_SHARE))
        colours = colormaps["viridis"].with_extremes(bad=LIGHT_GREY)
        first = 0.045 if len(clusters) > 1 else 0.26
        for place, (title, found) in enumerate(clusters.items()):
            axes = figure.add_axes((first + 0.435 * place, 0.2, 0.4, 0.683))
            image = axes.imshow(
                found.agreement, cmap=colours, vmin=least, vmax=1, interpolation="nearest"
            )
            axes.set_title(title, fontsize=9, loc="left")
            axes.grid(visible=False)
            rows = range(len(found.raters)) if len(found.raters) <= MOST_NAMES else range(0)
            labels = [str(names[rater]) for rater in found.raters[list(rows)]]
            axes.set_yticks(rows, labels, fontsize=min(SMALL, 200 / max(len(labels), 1)))
            axes.set_xticks([])
            axes.tick_params(length=0)
        bar = figure.colorbar(image, cax=figure.add_axes((0.9, 0.25, 0.016, 0.58)))
        bar.set_label("share of the same answers", fontsize=SMALL)
        bar.ax.tick_params(labelsize=SMALL)
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.2f}"))
        caption(
            0.13,
            "Share of common items to which two raters gave the same answer, by average linkage of "
            "disagreement: neighbours agree. Grey: too few items in common. The darkest colour "
            f"stands for {least:.2f} and less.",
        )
    return figure
