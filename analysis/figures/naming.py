"""Names beside marks: each on the first side of its mark that is free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

# Where a name may stand beside its mark, in points from its middle, and how it is aligned there.
Place = tuple[float, float, str, str]
PLACES: tuple[Place, ...] = (
    (5, -5, "left", "top"),
    (-5, 5, "right", "bottom"),
    (5, 5, "left", "bottom"),
    (-5, -5, "right", "top"),
    (9, 0, "left", "center"),
    (-9, 0, "right", "center"),
    (0, 9, "center", "bottom"),
    (0, -9, "center", "top"),
)
POINT = 5.0  # points from the middle of a mark that no name covers


def boxes_around(
    axes: Axes, spots: Sequence[tuple[float, float]], radii: Iterable[float]
) -> list[Bbox]:
    """Return what marks cover, in pixels; given by their places in the data and radii in points."""
    points = axes.transData.transform(spots).tolist()
    pixels = [radius * axes.figure.dpi / 72 for radius in radii]
    return [
        Bbox.from_extents(x - around, y - around, x + around, y + around)
        for (x, y), around in zip(points, pixels, strict=True)
    ]


def touching(radius: float) -> tuple[Place, ...]:
    """Return places at a dot of this radius in points: its sides, then others a little off."""
    side, away, slant = radius + 2, radius + 7, 0.7 * radius + 6
    return (
        (side, 0, "left", "center"),
        (-side, 0, "right", "center"),
        (0, away, "center", "bottom"),
        (0, -away, "center", "top"),
        (slant, slant, "left", "bottom"),
        (-slant, slant, "right", "bottom"),
        (slant, -slant, "left", "top"),
        (-slant, -slant, "right", "top"),
    )


def write_name(
    axes: Axes,
    name: str,
    spot: tuple[float, float],
    others: Sequence[Bbox],
    *,
    places: Sequence[Place] = PLACES,
    line: dict[str, Any] | None = None,
    **style: Any,
) -> Bbox | None:
    """Write a name beside its mark, on the first side that is free; None where none is.

    Parameters
    ----------
    axes : Axes
        With its limits set.
    name : str
    spot : tuple of float
        The mark's place in the data.
    others : sequence of Bbox
        What other marks and names cover, in pixels.
    places : sequence
        Where the name may stand, in points from the mark's middle, and how it is aligned there.
    line : dict, optional
        Of the line from the name to the mark, where it does not stand at its side. Default: none.
    **style
        Of the text.

    Returns
    -------
    Bbox, optional
        What the name covers, in pixels.
    """
    for x, y, horizontal, vertical in places:
        text = axes.annotate(
            name,
            spot,
            xytext=(x, y),
            textcoords="offset points",
            ha=horizontal,
            va=vertical,
            arrowprops=line if y else None,
            **style,
        )
        box = text.get_window_extent()
        inside = axes.bbox.contains(box.x0, box.y0) and axes.bbox.contains(box.x1, box.y1)
        if inside and not any(box.overlaps(other) for other in others):
            return box
        text.remove()
    return None
