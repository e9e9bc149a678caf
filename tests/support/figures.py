"""What a figure says and shows."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.text import Text


def texts(figure: Figure) -> str:
    """Join all that can be read in the figure, each line break a space."""
    found = [text.get_text().replace("\n", " ") for text in figure.findobj(Text)]
    return f"| {' | '.join(found)} |"
