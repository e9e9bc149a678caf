"""What more votes would buy: certainty, precision and recall over the number of votes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..diagnostics.more_votes import KNOWN, REAL, SIMULATED, VotesBought
from .drawing import BLUE, GREY, VERMILION, drawn_figure, shortened
from .error_rates import SMALL

# Inches: the figure, the two rows of panels above its foot, and how high they are.
HEIGHT, BOTTOMS, PANEL = 5.18, (3.3, 1.24), 1.62
# What an axis shows at least: what differs by less is rounding.
LEAST_RANGE = 0.004
MOST_LETTERS = 24
SOURCES: dict[str, dict[str, Any]] = {
    SIMULATED: {"color": BLUE, "marker": "o", "label": "drawn from the model"},
    REAL: {"color": GREY, "marker": "s", "linestyle": (0, (4, 1.5)), "label": "real votes"},
    KNOWN: {"color": VERMILION, "marker": "D", "label": "real votes on known items"},
}
GOLDEN = "real votes on golden questions"


def more_votes_figure(
    bought: Sequence[VotesBought],
    *,
    class_names: Sequence[Any],
    golden: bool = False,
    simulated: bool = False,
) -> Figure:
    """Draw entropy, precision and recall over the number of votes an item.

    Parameters
    ----------
    bought : sequence of VotesBought
        From :func:`analysis.more_votes`.
    class_names : sequence
        Of the fit's classes.
    golden : bool
        Whether the known items are the release's golden questions.
    simulated : bool
        Whether the votes are a simulated release's.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1139 pixels, with its caption.
    """
    name = shortened(class_names[bought[0].cls], MOST_LETTERS)
    at = f"where P({name}) >= {bought[0].threshold:g}".replace(">=", "\N{GREATER-THAN OR EQUAL TO}")
    panels = {
        "entropy": "entropy of the posterior, bits",
        "average_precision": f"average precision of {name}",
        "precision": f"precision {at}",
        "recall": f"recall {at}",
    }
    with drawn_figure(HEIGHT, simulated=simulated, panels=True) as (figure, caption):
        for place, (measure, title) in enumerate(panels.items()):
            row, column = divmod(place, 2)
            corner = (0.07 + 0.485 * column, BOTTOMS[row] / HEIGHT)
            axes = figure.add_axes((*corner, 0.43, PANEL / HEIGHT))
            draw_panel(axes, bought, measure, golden=golden)
            axes.set_title(title, fontsize=9, loc="left")
            if row == 1:
                axes.set_xlabel("votes an item", fontsize=9)
            if place == 0:
                axes.legend(loc="upper right", frameon=False, fontsize=SMALL)
        caption(0.66 / HEIGHT, what_is_drawn(bought, name, golden=golden))
    return figure


def draw_panel(axes: Axes, bought: Sequence[VotesBought], measure: str, *, golden: bool) -> None:
    """Draw one measure of each source that has it."""
    for source, style in SOURCES.items():
        found = [each for each in bought if each.source == source]
        values = [getattr(each, measure) for each in found]
        if found and not np.isnan(values).all():
            said = {"label": GOLDEN} if golden and source == KNOWN else {}
            line = {"markersize": 3.5, "linewidth": 1.4, **style, **said}
            axes.plot([each.n_votes for each in found], values, **line)
    axes.ticklabel_format(axis="y", useOffset=False)
    lowest, highest = axes.get_ylim()
    if highest - lowest < LEAST_RANGE:
        middle = (lowest + highest) / 2
        axes.set_ylim(middle - LEAST_RANGE / 2, middle + LEAST_RANGE / 2)
    axes.set_xlim(0.5, max(each.n_votes for each in bought) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    axes.tick_params(labelsize=SMALL)


def what_is_drawn(bought: Sequence[VotesBought], name: str, *, golden: bool) -> str:
    """Say in words what the lines are; of known items only where there are any."""
    drawn = next(each.n_items for each in bought if each.source == SIMULATED)
    known = next((each.n_items for each in bought if each.source == KNOWN), 0)
    of_known = (
        f" Golden questions: the {known:,} of these that experts answered, against the experts."
        if golden
        else f" Known items: the {known:,} of these whose class is known, against it."
    )
    return (
        f"Kept are items whose posterior of {name} is {bought[0].threshold:g} or more. Drawn from "
        f"the fitted model: {drawn:,} items, against the class drawn. Real votes: so many of each "
        "item's votes, taken at random; precision and recall as the posterior expects them."
        f"{of_known if known else ''} Error rates are those of all votes throughout."
    )
