from __future__ import annotations

import struct

import numpy as np
import pytest
from matplotlib.collections import PathCollection

from analysis import AnalysisError
from analysis.accuracy.table import ORIGINAL, REAL, AccuracyRow
from analysis.defaults import FORMATS
from analysis.figures import figure_bytes, ranks_figure

from ...support.figures import texts


def table(original: list[float], real: list[float], k: int = 1) -> list[AccuracyRow]:
    """A table of models a, b, ... with these accuracies, and a difference."""
    rows = []
    for labels, shares, images in ((ORIGINAL, original, 50_000), (REAL, real, 46_837)):
        for place, share in enumerate(shares):
            rank = 1 + sum(other > share for other in shares)
            row = AccuracyRow(
                f"model {chr(97 + place)}",
                labels,
                k,
                round(share * images),
                images,
                share,
                share - 0.004,
                share + 0.003,
                rank=rank,
            )
            rows.append(row)
        rows.append(
            AccuracyRow("b - a", labels, k, 1, images, 0.1, 0.0, 0.2, p_exact=0.5, p_mid=0.5)
        )
    return rows


ORIGINALS, REALS = [0.77, 0.72, 0.81], [0.83, 0.86, 0.85]


def test_dots_are_the_accuracies() -> None:
    figure = ranks_figure(table(ORIGINALS, REALS))
    (dots,) = figure.findobj(PathCollection)
    assert np.asarray(dots.get_offsets()).tolist() == [
        list(pair) for pair in zip(ORIGINALS, REALS, strict=True)
    ]


def test_names_and_numbers() -> None:
    found = texts(ranks_figure(table(ORIGINALS, REALS)))
    assert all(f"| model {letter} |" in found for letter in "abc")
    assert "share of 50,000 images for which the prediction is the original label" in found
    assert "of 46,837 for which it is one of the ReaL labels" in found
    assert "3 of 3 models have another rank by ReaL labels." in found
    assert "accuracy with the ReaL labels, top 1" in found
    assert "SIMULATED" not in found
    found = texts(ranks_figure(table(ORIGINALS, ORIGINALS, k=5), k=5, simulated=True))
    assert "one of the first 5 predictions is the original label" in found
    assert "All models have the same rank by both." in found
    assert "SIMULATED release" in found


@pytest.mark.parametrize("n", [1, 3, 26])
def test_no_text_is_off_the_page_or_on_another(n: int) -> None:
    shares = np.linspace(0.7, 0.71, n)
    figure = ranks_figure(table(shares.tolist(), (shares + 0.07).tolist()))
    figure.draw_without_rendering()
    page = figure.bbox
    (axes,) = figure.axes
    shown = [*figure.texts, *axes.texts, axes.xaxis.label, axes.yaxis.label]
    boxes = [text.get_window_extent() for text in shown]
    for text, box in zip(shown, boxes, strict=True):
        assert page.x0 <= box.x0 <= box.x1 <= page.x1, text.get_text()
        assert page.y0 <= box.y0 <= box.y1 <= page.y1, text.get_text()
    names = [
        box for text, box in zip(shown, boxes, strict=True) if text.get_text().startswith("model ")
    ]
    for place, box in enumerate(names):
        assert not any(box.overlaps(other) for other in names[:place])
    left_out = n - len(names)
    assert (f"{left_out} names found no room." in texts(figure)) == (left_out > 0)
    assert names


@pytest.mark.parametrize("form", FORMATS)
def test_same_figure_same_bytes(form: str) -> None:
    content = figure_bytes(ranks_figure(table(ORIGINALS, REALS)), form)
    assert figure_bytes(ranks_figure(table(ORIGINALS, REALS)), form) == content
    if form == "png":
        assert struct.unpack(">II", content[16:24]) == (1540, 1276)


def test_no_such_k() -> None:
    with pytest.raises(AnalysisError, match="the table has no accuracy with k = 5"):
        ranks_figure(table(ORIGINALS, REALS), k=5)
