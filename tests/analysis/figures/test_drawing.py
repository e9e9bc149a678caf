"""A band above the figure says what is simulated, and nothing that is drawn changes for it."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from analysis.figures.drawing import BAND, drawn_figure

from ...support.figures import texts


def drawn(*, simulated: bool) -> Figure:
    with drawn_figure(4.0, simulated=simulated) as (figure, caption):
        figure.add_axes((0.1, 0.3, 0.8, 0.69)).plot([0, 1], [0, 1])
        caption(0.2, "what is drawn")
    return figure


def test_the_band_is_added_above_what_is_drawn() -> None:
    real, simulated = drawn(simulated=False), drawn(simulated=True)
    assert real.get_size_inches().tolist() == [7.0, 4.0]
    assert simulated.get_size_inches().tolist() == pytest.approx([7.0, 4.0 + BAND])
    heights = [
        figure.texts[0].get_position()[1] * figure.get_size_inches()[1]
        for figure in (real, simulated)
    ]
    assert heights[0] == pytest.approx(heights[1])
    for figure in (real, simulated):
        _, bottom, _, high = figure.axes[0].get_position().bounds
        inches = figure.get_size_inches()[1]
        assert (bottom * inches, high * inches) == pytest.approx((1.2, 2.76))


def test_only_what_is_simulated_says_so() -> None:
    assert "SIMULATED" not in texts(drawn(simulated=False))
    simulated = drawn(simulated=True)
    assert "| SIMULATED release: these numbers say nothing about ImageNet |" in texts(simulated)
    simulated.draw_without_rendering()
    band = simulated.texts[-1].get_window_extent()
    assert band.y0 > simulated.axes[0].get_window_extent().y1
