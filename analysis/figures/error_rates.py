"""All raters' error rates as a heat map, with the bits of one answer beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.textpath import TextPath
from numpy.typing import NDArray

from ..defaults import SHOWN_RATERS
from ..raters.quality.quality import RaterQuality
from ..release.published import TRUTHS
from .drawing import BLACK, GREY, LIGHT_GREY, WIDTH, drawn_figure, house_style, shortened

SMALL = 7.5
# Longer names are cut; a letter takes so much of a figure's width, which is so many points.
NAME_WIDTH, POINTS_WIDE = 0.0095, 72 * WIDTH
# Raters' names, in points, and a row of theirs, in inches: to be read at the width of a telephone.
NAME_SIZE, ROW, LEAST_BODY = 9.0, 0.14, 2.0
# Height of a colour bar, in inches, at most; lines of a class's title, at most.
MOST_BAR, MOST_LINES = 2.7, 3
# With narrower columns, in points, nothing can be read of the answers' names.
LEAST_COLUMN = 6.0


@dataclass(frozen=True)
class HeatLayout:
    """Where everything of the heat map goes, before any of it is drawn.

    Attributes
    ----------
    left, width : float
        Of the heat map, as shares of the figure's width.
    body, head, foot : float
        Heights of the raters' rows, of what is above and of what is below them, in inches.
    above : float
        Height of the answers' names, above the rows, in inches.
    answers_level, answers_legible, titles_level : bool
        Whether answers' names fit side by side, whether they can be read at all, and whether the
        classes' titles fit side by side.
    titles : tuple of str
        Of the classes, in lines that fit.
    answer_size : float
        Size of the answers' names, in points.
    """

    left: float
    width: float
    body: float
    head: float
    foot: float
    above: float
    answers_level: bool
    answers_legible: bool
    titles_level: bool
    titles: tuple[str, ...]
    answer_size: float

    @property
    def height(self) -> float:
        """Height of the figure, in inches."""
        return self.foot + self.body + self.head

    @property
    def bottom(self) -> float:
        """Where the rows begin, as a share of the figure's height."""
        return self.foot / self.height

    @property
    def share(self) -> float:
        """Height of the rows, as a share of the figure's height."""
        return self.body / self.height

    @property
    def titles_at(self) -> float:
        """Where titles stand, in units of the rows' height."""
        return 1 + self.above / self.body


def heat_layout(
    raters: Sequence[str], classes: Sequence[str], answers: Sequence[str]
) -> HeatLayout:
    """Find room for a heat map of these raters, with a group of answers a class."""
    left = left_of_rows(raters)
    width = 0.645 - left
    column_points = POINTS_WIDE * width / (len(classes) * len(answers))
    longest = longest_of(answers)
    level = POINTS_WIDE * NAME_WIDTH * longest < column_points
    legible = level or column_points > LEAST_COLUMN
    titles, titles_level = fitting_titles(classes, int(width / len(classes) / 1.3 / NAME_WIDTH))
    n_lines = 1 + max(title.count("\n") for title in titles)
    size = SMALL if level else min(SMALL, 0.8 * column_points)
    upright = NAME_WIDTH * WIDTH * longest * size / SMALL
    above = 0.08 + (0.16 if level else upright if legible else 0.0)
    return HeatLayout(
        left=left,
        width=width,
        body=max(LEAST_BODY, ROW * len(raters)),
        head=above + (0.15 + 0.15 * n_lines if titles_level else 0.3 + 0.1 * longest_of(classes)),
        foot=1.215,
        above=above,
        answers_level=level,
        answers_legible=legible,
        titles_level=titles_level,
        titles=titles,
        answer_size=size,
    )


def left_of_rows(names: Sequence[str]) -> float:
    """Say how much of a figure's width rows' names take, also those in wide letters."""
    widest = max(map(points_of, names)) / POINTS_WIDE
    return 0.025 + max(NAME_WIDTH * NAME_SIZE / SMALL * longest_of(names), widest)


def points_of(name: str) -> float:
    """Measure a row's name as it is drawn, in points."""
    if not name.strip():
        return 0.0
    with house_style():
        # $ would begin a formula
        return float(TextPath((0, 0), name.replace("$", "S"), size=NAME_SIZE).get_extents().x1)


def longest_of(names: Sequence[str]) -> int:
    """Count the letters of the longest name."""
    return max(map(len, names))


def fitting_titles(classes: Sequence[str], letters: int) -> tuple[tuple[str, ...], bool]:
    """Write classes' titles in lines of so many letters; False where they do not fit so."""
    titles = tuple(titled(name) for name in classes)
    if longest_of(titles) <= letters:
        return titles, True
    wrapped = [textwrap.wrap(name, max(letters, 1), break_long_words=False) for name in classes]
    fit = all(
        len(lines) <= MOST_LINES and longest_of(lines or [""]) <= letters for lines in wrapped
    )
    return (tuple(map("\n".join, wrapped)), True) if fit else (tuple(classes), False)


def titled(name: str) -> str:
    """Say that a name is a class's."""
    return f"class: {name}"


def error_rates_figure(
    quality: RaterQuality, *, class_names: Any = TRUTHS, simulated: bool = False
) -> Figure:
    """Draw raters' error rates as a heat map, the most informative rater at the top.

    Parameters
    ----------
    quality : RaterQuality
        From :func:`analysis.rater_quality`.
    class_names : sequence
        Of the fit's classes.
    simulated : bool
        Whether the votes are a simulated release's.

    Returns
    -------
    matplotlib.figure.Figure
        1540 pixels wide, and as high as the raters need, with its caption; the 60 raters with the
        most votes, where there are more.
    """
    busiest = np.sort(np.argsort(-quality.votes, kind="stable")[:SHOWN_RATERS])
    order = busiest[np.argsort(-quality.bits.value[busiest], kind="stable")]
    names = [shortened(quality.rater_names[row]) for row in order]
    answers = [shortened(name) for name in quality.answer_names]
    classes = [shortened(name) for name in class_names]
    layout = heat_layout(names, classes, answers)
    with drawn_figure(layout.height, simulated=simulated, panels=True) as (figure, caption):
        heat = figure.add_axes((layout.left, layout.bottom, layout.width, layout.share))
        image = draw_heat(heat, quality.shrunken[order])
        name_columns(heat, answers, layout)
        name_rows(heat, names)
        bits = figure.add_axes((0.675, layout.bottom, 0.2, layout.share), sharey=heat)
        draw_bits(bits, quality, order, layout.titles_at)
        place = (0.905, layout.bottom, 0.02, min(layout.body, MOST_BAR) / layout.height)
        bar = figure.colorbar(image, cax=figure.add_axes(place))
        bar.set_label("probability of the answer", fontsize=SMALL)
        bar.ax.tick_params(labelsize=SMALL)
        unnamed = f" Answers of each class: {answers[0]} to {answers[-1]}."
        caption(
            0.675 / layout.height,
            what_is_drawn(quality) + ("" if layout.answers_legible else unnamed),
        )
    return figure


def draw_heat(axes: Axes, rates: NDArray[np.float64]) -> AxesImage:
    """Draw the rates, shape (n_raters, n_classes, n_answers), with a gap between classes."""
    n_raters, n_classes, n_answers = rates.shape
    table = rates.reshape(n_raters, -1)
    image = axes.imshow(table, cmap="viridis", vmin=0, vmax=1, aspect="auto")
    for cls in range(1, n_classes):
        axes.axvline(cls * n_answers - 0.5, color="white", linewidth=3)
    return image


def name_columns(axes: Axes, answers: Sequence[str], layout: HeatLayout) -> None:
    """Write the answers' names above their columns, and the classes' above those."""
    n_classes = len(layout.titles)
    n_columns = n_classes * len(answers)
    axes.set_xticks(
        range(n_columns) if layout.answers_legible else [],
        [*answers] * n_classes if layout.answers_legible else [],
        fontsize=layout.answer_size,
        rotation=0 if layout.answers_level else 90,
    )
    axes.xaxis.tick_top()
    for cls, title in enumerate(layout.titles):
        axes.text(
            (cls + 0.5) * len(answers) - 0.5,
            layout.titles_at,
            title,
            transform=axes.get_xaxis_transform(),
            rotation=0 if layout.titles_level else 90,
            **TOP,
        )


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Write the raters' names beside their rows."""
    axes.set_yticks(range(len(names)), names, fontsize=NAME_SIZE)
    axes.tick_params(length=0)
    axes.grid(visible=False)


def what_is_drawn(quality: RaterQuality) -> str:
    """Say what the picture shows."""
    n_raters = len(quality.votes)
    shown = f"The {SHOWN_RATERS} of {n_raters:,} raters with the most votes. "
    given = f"with {quality.refits:,} refits" if quality.refits else "given the items' classes"
    return (shown if n_raters > SHOWN_RATERS else "") + (
        "Probability of each answer, given rater and class, as the fit finds it; "
        "raters with few votes are drawn towards the pool of all. On the right: bits "
        f"that one answer tells of the class, with 95 % intervals {given}; 0 for "
        f"a spammer. No answer could tell more than {quality.prior_bits:.2f}. The most informative "
        "rater is at the top."
    )


TOP: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 9, "fontweight": "bold"}


def draw_bits(axes: Axes, quality: RaterQuality, order: Any, top: float) -> None:
    """Draw the bits of one answer of each rater, with intervals, in the rows of the heat map."""
    bits = quality.bits
    value = bits.value[order]
    rows = np.arange(len(order))
    axes.hlines(rows, bits.low[order], bits.high[order], color=GREY, linewidth=0.8)
    axes.plot(value, rows, linestyle="none", marker="o", markersize=2.2, color=BLACK)
    axes.set_xlim(0, 1.05 * float(np.nanmax(bits.high[order])) or 1)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=LIGHT_GREY)
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.text(0.5, top, "bits per answer", transform=axes.transAxes, **TOP)
