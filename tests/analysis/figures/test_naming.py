"""Names stand beside their marks, and on nothing else."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from analysis.figures.naming import POINT, boxes_around, touching, write_name


@pytest.fixture
def axes() -> Axes:
    axes = Figure(figsize=(4, 4), dpi=100).add_subplot()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return axes


def test_names_cover_neither_marks_nor_each_other(axes: Axes) -> None:
    rng = np.random.default_rng(1)
    spots = [(float(x), float(y)) for x, y in rng.uniform(0.1, 0.9, (12, 2))]
    marks = boxes_around(axes, spots, [POINT] * len(spots))
    named = list[Bbox]()
    for place, spot in enumerate(spots):
        others = marks[:place] + marks[place + 1 :] + named
        box = write_name(axes, f"{place}", spot, others, places=touching(POINT))
        assert box is not None
        named.append(box)
    assert not any(one.overlaps(other) for one, other in combinations(named, 2))
    assert not any(box.overlaps(mark) for box in named for mark in marks)


def test_a_name_stands_at_the_side_of_a_mark_that_is_alone(axes: Axes) -> None:
    (mark,) = boxes_around(axes, [(0.5, 0.5)], [20.0])
    box = write_name(axes, "a", (0.5, 0.5), [mark], places=touching(20.0))
    assert box is not None
    assert box.x0 - mark.x1 == pytest.approx(2 * 100 / 72, abs=1)  # two points
    assert (box.y0 + box.y1) / 2 == pytest.approx((mark.y0 + mark.y1) / 2, abs=3)


def test_a_name_without_room_is_left_out(axes: Axes) -> None:
    (everything,) = boxes_around(axes, [(0.5, 0.5)], [1000.0])
    assert write_name(axes, "a", (0.5, 0.5), [everything]) is None
    assert not axes.texts
