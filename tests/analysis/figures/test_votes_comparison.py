from __future__ import annotations

import numpy as np
import pytest

from aggregation import simulate_votes
from analysis import compare_on_votes
from analysis.figures import figure_bytes, votes_comparison_figure

from ...support.figures import texts

RATES = np.array([[[0.8, 0.2], [0.3, 0.7]], [[0.7, 0.3], [0.1, 0.9]], [[0.9, 0.1], [0.4, 0.6]]] * 2)
DRAWN = simulate_votes(RATES, class_prior=[0.6, 0.4], n_items=60, votes_per_item=3, seed=2)


@pytest.mark.parametrize("methods", [["vote-share", "ibcc", "mace"], ["vote-share"]])
@pytest.mark.parametrize("known", [True, False])
def test_all_is_drawn_inside(methods: list[str], known: bool) -> None:
    truth = DRAWN.truth if known else None
    data = compare_on_votes(DRAWN.votes, truth=truth, methods=methods, replicates=20)
    figure = votes_comparison_figure(data)
    said = texts(figure)
    for name in methods:
        assert f"| {name} |" in said
    assert "no model of the answers" in said
    assert "it does not rank accuracy" in said
    assert ("60 items of known class" in said) == known
    assert len(figure.axes) == (3 if known else 2)
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert min(box.x0, box.y0) >= 0
    assert box.x1 <= width
    assert box.y1 <= height
    again = votes_comparison_figure(data)
    assert figure_bytes(figure, "png") == figure_bytes(again, "png")


def test_dots_and_diamonds_are_the_numbers() -> None:
    data = compare_on_votes(DRAWN.votes, truth=DRAWN.truth, methods=["ibcc", "mace"], replicates=20)
    left_out, right, _ = votes_comparison_figure(data).axes
    found = [method.rightness for method in data.methods if method.rightness is not None]
    dots = [container[0].get_xdata() for container in right.containers]
    assert [*dots[0]] == [one.accuracy.value for one in found]
    diamonds = right.lines[-1].get_xdata()
    assert [*np.asarray(diamonds)] == [one.mean_confidence.value for one in found]
    behind = [container[0].get_xdata() for container in left_out.containers]
    assert [*behind[0]] == [method.behind for method in data.methods]
