"""What the figures share: colours, style, captions, and their files."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aggregation.errors import printable

from ..defaults import FORMATS
from ..errors import AnalysisError
from .fonts import families, unsaid_weights

# Okabe & Ito's colours, which colour-blind readers can tell apart; vermilion and green are darker,
# to be readable as text. In a grey print the shape of a mark still says what it is.
BLUE, VERMILION, GREEN, BLACK = "#0072B2", "#C24F00", "#00785A", "#000000"
GREY, DOT_GREY, LIGHT_GREY = "#5E5E5E", "#B0B0B0", "#DEDEDE"
STYLE = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelsize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.dpi": 220,
    "font.size": 9,
    "grid.color": LIGHT_GREY,
    "grid.linewidth": 0.5,
    "pdf.fonttype": 42,  # TrueType, embedded
    "savefig.dpi": "figure",
}
WIDTH = 7.0  # inches; 1540 pixels
CAPTION_SIZE = 7.5
CAPTION_CHARACTERS = 124
# Inches above a figure where it says that it is of a simulated release.
BAND = 0.32
# A name in a picture is cut to so many.
MOST_LETTERS = 15
# Nothing of the machine or of the day: the same figure is the same file.
NO_METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw as all figures are drawn, whatever the user's own settings, which come back after it."""
    fonts = {"font.family": list(families())}
    with style.context(["default", STYLE | fonts]), unsaid_weights(), warnings.catch_warnings():
        # a name in letters that the font lacks is drawn as boxes, and still is a name
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)
        yield


@contextmanager
def drawn_figure(
    height: float, *, simulated: bool, panels: bool = False
) -> Iterator[tuple[Figure, Callable[..., None]]]:
    """Open a figure in the house's style; when it is drawn, mark what is simulated.

    Parameters
    ----------
    height : float
        In inches; all figures are as wide. One of a simulated release is higher by a band that says
        so, above what is drawn.
    simulated : bool
        Whether what is drawn is of a simulated release.
    panels : bool
        Whether the mark stands behind all panels, instead of in the first.

    Yields
    ------
    figure : Figure
    caption : callable
        Writes paragraphs across the foot, from a height (0..1) down.
    """
    with house_style():
        figure = Figure(figsize=(WIDTH, height))
        yield figure, partial(write_caption, figure)
        if simulated:
            make_room_above(figure)
        if simulated and panels:
            mark_simulated_panels(figure)
        elif simulated:
            mark_simulated(figure, figure.axes[0])


def figure_bytes(figure: Figure, form: str) -> bytes:
    """Return the content of a figure's file; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
    form : str
        "png" or "pdf".

    Returns
    -------
    bytes

    Raises
    ------
    AnalysisError
        If it is another form.
    """
    if form not in FORMATS:
        raise AnalysisError(f"a figure is written as {' or '.join(FORMATS)}, not as {form!r}")
    stream = io.BytesIO()
    with house_style():
        figure.savefig(stream, format=form, metadata=NO_METADATA[form])
    return stream.getvalue()


def figure_files(figures: Mapping[str, Figure]) -> dict[str, bytes]:
    """Return each figure as png and as pdf, by file name; given by name without ending."""
    return {
        f"{name}.{form}": figure_bytes(figure, form)
        for name, figure in figures.items()
        for form in FORMATS
    }


def shortened(name: object, most: int = MOST_LETTERS) -> str:
    """Return a user's name for a figure: its beginning and its end, and nothing that is obeyed.

    To matplotlib a pair of dollar signs is mathematics, which a name is not.
    """
    text = printable(str(name))
    half = (most - 3) // 2
    cut = text if len(text) <= most else f"{text[:half]}...{text[-half:]}"
    return cut.replace("$", r"\$")


def write_caption(figure: Figure, top: float, *paragraphs: str) -> None:
    """Write paragraphs across the foot of a figure, from the height `top` (0..1) down."""
    text = "\n".join(textwrap.fill(paragraph, CAPTION_CHARACTERS) for paragraph in paragraphs)
    figure.text(0.022, top, text, fontsize=CAPTION_SIZE, va="top", linespacing=1.4)


def take_caption(figure: Figure) -> str:
    """Take a figure's caption off, and the foot where it stood: for a page that has it as text.

    Parameters
    ----------
    figure : Figure
        As one of this package's functions drew it; it becomes lower.

    Returns
    -------
    str
        The caption, as one paragraph.
    """
    caption = figure.texts[0]
    text = " ".join(caption.get_text().split()).replace(r"\$", "$")
    width, height = figure.get_size_inches()
    foot = caption.get_position()[1] * height
    caption.remove()
    share = height / (height - foot)
    for axes in figure.axes:
        left, bottom, wide, high = axes.get_position(original=True).bounds
        axes.set_position((left, (bottom - foot / height) * share, wide, high * share))
    figure.set_size_inches(width, height - foot)
    return text


def leader(color: str, start: tuple[float, float]) -> dict[str, Any]:
    """Return the line from a label to its mark; `start` is where on the label, in 0..1."""
    return {
        "arrowstyle": "-",
        "linewidth": 0.7,
        "color": color,
        "relpos": start,
        "shrinkA": 1,
        "shrinkB": 5,
    }


def make_room_above(figure: Figure) -> None:
    """Make the figure higher by a band at its top; what is drawn keeps its size and its place."""
    width, height = figure.get_size_inches()
    share = height / (height + BAND)
    figure.set_size_inches(width, height + BAND)
    for axes in figure.axes:
        left, bottom, wide, high = axes.get_position(original=True).bounds
        axes.set_position((left, bottom * share, wide, high * share))
    for text in figure.texts:
        text.set_y(text.get_position()[1] * share)


def mark_simulated(figure: Figure, axes: Axes) -> None:
    """Say, across the picture and above it, that the release is a simulated one."""
    axes.text(
        0.5,
        0.5,
        "SIMULATED",
        transform=axes.transAxes,
        rotation=30,
        fontsize=64,
        fontweight="bold",
        ha="center",
        va="center",
        color=LIGHT_GREY,
        zorder=0,
    )
    figure.text(
        0.5,
        1 - BAND / 2 / figure.get_size_inches()[1],
        "SIMULATED release: these numbers say nothing about ImageNet",
        ha="center",
        va="center",
        fontweight="bold",
        color="white",
        bbox={"facecolor": VERMILION, "edgecolor": "none", "boxstyle": "square,pad=0.4"},
    )


def mark_simulated_panels(figure: Figure) -> None:
    """Say it behind all panels of a figure, which become transparent."""
    for panel in figure.axes:
        panel.patch.set_visible(False)
    background = figure.add_axes((0, 0, 1, 1), zorder=-1)
    background.set_axis_off()
    mark_simulated(figure, background)
