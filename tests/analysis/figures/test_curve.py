from __future__ import annotations

import struct
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch
from matplotlib.text import Text

from analysis import AnalysisError, Release
from analysis.defaults import FORMATS
from analysis.figures import figure3, figure_bytes
from analysis.scores.figure3 import Figure3, figure3_data
from analysis.statistics.precision_recall import OperatingPoint
from tests.support.figures import texts

NAN = float("nan")


@pytest.fixture(scope="module")
def data(simulated: Release) -> Figure3:
    return figure3_data(simulated)


def point(precision: float, recall: float = 0.5) -> OperatingPoint:
    return OperatingPoint(1, precision, recall, 0.5, 1, 1, 1)


def dots(figure: Figure) -> list[tuple[float, float]]:
    (cloud,) = figure.findobj(PathCollection)
    return [(float(x), float(y)) for x, y in np.asarray(cloud.get_offsets())]


def marks(figure: Figure, marker: str) -> list[tuple[float, float]]:
    """Find where a kind of mark is drawn."""
    places: list[tuple[float, float]] = []
    for line in figure.findobj(Line2D):
        if line.get_marker() == marker:
            places += [(float(x), float(y)) for x, y in np.asarray(line.get_xydata())]
    return places


def test_png_is_wide_enough(data: Figure3) -> None:
    png = figure_bytes(figure3(data), "png")
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    assert width >= 1200
    assert height >= 1000


def test_pdf_embeds_its_fonts(data: Figure3) -> None:
    pdf = figure_bytes(figure3(data), "pdf")
    assert pdf.startswith(b"%PDF")
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf


@pytest.mark.parametrize("form", FORMATS)
def test_same_figure_same_bytes(data: Figure3, form: str) -> None:
    figure = figure3(data)
    first = figure_bytes(figure, form)
    assert figure_bytes(figure, form) == first
    assert figure_bytes(figure3(data), form) == first
    for secret in (b"CreationDate", b"matplotlib.org", b"Software"):
        assert secret not in first


def test_other_form_is_refused(data: Figure3) -> None:
    with pytest.raises(AnalysisError, match="png or pdf, not as 'svg'"):
        figure_bytes(figure3(data), "svg")


def test_own_settings_are_neither_used_nor_changed(data: Figure3) -> None:
    expected = figure_bytes(figure3(data), "png")
    with matplotlib.rc_context({"font.size": 20, "lines.marker": "x", "savefig.dpi": 50}):
        before = dict(matplotlib.rcParams)
        assert figure_bytes(figure3(data), "png") == expected
        assert dict(matplotlib.rcParams) == before


def test_area_under_the_steps_is_the_average_precision(data: Figure3) -> None:
    (steps,) = figure3(data).findobj(StepPatch)
    values, edges, _ = steps.get_data()
    area = float(np.sum(np.asarray(values) * np.diff(edges)))
    np.testing.assert_allclose(area, data.curve.average_precision, rtol=1e-12)


def test_marks_are_where_the_rules_are(data: Figure3) -> None:
    figure = figure3(data)
    for marker, points in (
        ("o", [data.chosen]),
        ("D", [data.original_label]),
        ("s", list(data.votes_alone)),
    ):
        assert marks(figure, marker) == [(place.recall, place.precision) for place in points]


def test_every_rater_is_drawn(data: Figure3) -> None:
    raters: dict[str, OperatingPoint] = {f"good {i}": point(0.7 + i / 100) for i in range(30)}
    raters |= {"careless": point(0.12, 0.9), "silent": point(NAN, 0.0), "unlucky": point(0.9, NAN)}
    figure = figure3(replace(data, raters=raters))
    assert sorted(dots(figure)) == [(0.5, 0.7 + i / 100) for i in range(30)]
    lowest = figure.axes[0].get_ylim()[0]
    assert lowest > 0.12
    assert marks(figure, "v") == [(0.9, lowest)]
    found = texts(figure)
    assert "| 0.12 |" in found
    assert "Triangle: a rater below the axis" in found
    assert "each dot: one of 31 raters" in found


@pytest.mark.parametrize("precision", [0.0, 0.05, 0.39, 0.6, 0.97, 1.0])
def test_named_marks_are_never_cut_off(data: Figure3, precision: float) -> None:
    figure = figure3(replace(data, original_label=point(precision)))
    low, high = figure.axes[0].get_ylim()
    assert 0 <= low <= precision < high
    (_, drawn) = marks(figure, "D")[0]
    assert drawn == precision


def test_without_raters(data: Figure3) -> None:
    figure = figure3(replace(data, raters={}))
    assert dots(figure) == []
    assert "rater" not in texts(figure)


def test_few_raters(data: Figure3) -> None:
    figure = figure3(replace(data, raters={7: point(0.2)}))
    assert dots(figure) == [(0.5, 0.2)]
    assert marks(figure, "v") == []


def test_rules_that_keep_nothing(data: Figure3) -> None:
    nothing = OperatingPoint.from_counts(0.99, kept=0, hits=0, n_fits=9)
    figure = figure3(
        replace(data, chosen=nothing, original_label=nothing, votes_alone=(nothing,) * 5)
    )
    assert not any(marks(figure, marker) for marker in "oDs")
    assert "threshold 0.99: nothing is kept" in texts(figure)
    assert figure_bytes(figure, "png")


def test_says_that_it_is_simulated(data: Figure3) -> None:
    found = texts(figure3(data))
    assert "| SIMULATED |" in found
    assert "SIMULATED release: these numbers say nothing about ImageNet" in found
    assert "published" not in found
    assert "SIMULATED" not in texts(figure3(replace(data, simulated=False)))


def test_says_why_the_curve_may_flatter(data: Figure3) -> None:
    found = texts(figure3(data))
    assert "Caveat: the error rates behind these scores were estimated on the same golden" in found
    found = texts(figure3(replace(data, published=False)))
    assert "Caveat: if the error rates behind these scores were estimated on golden" in found


def test_all_text_is_on_the_page(data: Figure3) -> None:
    raters: dict[str, OperatingPoint] = {f"good {i}": point(0.9) for i in range(30)}
    with_triangle = replace(data, raters=raters | {"careless": point(0.1)})
    for figure in (figure3(data), figure3(with_triangle)):
        figure.draw_without_rendering()
        page = figure.bbox
        for text in figure.findobj(Text):
            if text.get_text() and text.get_visible():
                box = text.get_window_extent()
                assert page.x0 <= box.x0 <= box.x1 <= page.x1, text.get_text()
                assert page.y0 <= box.y0 <= box.y1 <= page.y1, text.get_text()


@pytest.mark.release
def test_published_figure(release: Release) -> None:
    found = texts(figure3(figure3_data(release)))
    for label in (
        "published scores: average precision 0.893",
        "threshold 0.8: precision 0.898, recall 0.778",
        "original ILSVRC label precision 0.787 recall 0.492",
        "votes alone: at least k of 5 are yes",
        "each dot: one of 78 raters",
        "Golden questions: 1,135. In 248 of them the label fits",
        "| 0.22 |",
        "Caveat:",
    ):
        assert label in found
