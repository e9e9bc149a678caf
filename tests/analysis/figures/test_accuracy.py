from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from analysis import AnalysisError, Release, accuracy_curve
from analysis.accuracy.curve import AccuracyCurve
from analysis.accuracy.real_accuracy import RealAccuracy
from analysis.defaults import FORMATS
from analysis.figures import accuracy_figure, figure_bytes
from analysis.figures.accuracy import LabelFile

from ...support.figures import texts
from ...support.predictions import guesses


@pytest.fixture(scope="module")
def curves(simulated: Release) -> dict[str, AccuracyCurve]:
    top = guesses(simulated)
    return {
        "original": accuracy_curve(simulated.original_labels, release=simulated),
        "first": accuracy_curve(top[:, 0], release=simulated),
        "second, with a name that is far too long": accuracy_curve(top[:, 1], release=simulated),
        "$third": accuracy_curve(top[:, 2], release=simulated),
    }


def lines(figure: Figure, panel: int) -> list[Line2D]:
    return [line for line in figure.axes[panel].lines if len(line.get_xydata()) > 2]  # type: ignore[arg-type]


def test_lines_are_the_curves(curves: dict[str, AccuracyCurve]) -> None:
    figure = accuracy_figure(curves)
    for line, curve in zip(lines(figure, 0), curves.values(), strict=True):
        for threshold, accuracy in np.asarray(line.get_xydata())[::97].tolist():
            assert accuracy == curve.at(threshold).accuracy
    (images,) = lines(figure, 1)
    for threshold, kept in np.asarray(images.get_xydata())[::97].tolist():
        assert kept == curves["original"].at(threshold).n_images


def test_dots_are_at_the_published_threshold(curves: dict[str, AccuracyCurve]) -> None:
    figure = accuracy_figure(curves)
    dots = [
        tuple(np.asarray(line.get_xydata())[0].tolist())
        for line in figure.findobj(Line2D)
        if line.get_marker() == "o" and len(np.asarray(line.get_xydata())) == 1
    ]
    accuracies = [(0.8, curve.at(0.8).accuracy) for curve in curves.values()]
    assert dots == [*accuracies, (0.8, curves["original"].at(0.8).n_images)]


def test_names_and_numbers(curves: dict[str, AccuracyCurve]) -> None:
    found = texts(accuracy_figure(curves))
    for name, curve in (("original", "original"), ("first", "first"), (r"\$third", "$third")):
        assert f"| {name}: {100 * curves[curve].at(0.8).accuracy:.2f} % at 0.8 |" in found
    assert "| second, wi...r too long: " in found
    assert f"published threshold 0.8: {curves['first'].at(0.8).n_images:,} images" in found
    assert "ReaL accuracy, top 1" in found
    assert "SIMULATED release" in found
    published = {"a": replace(curves["first"], simulated=False, k=5)}
    found = texts(accuracy_figure(published))
    assert "SIMULATED" not in found
    assert "ReaL accuracy, top 5" in found
    assert "one of the first 5 predictions is one of the labels" in found


@pytest.mark.parametrize("threshold", [0.3, None])
def test_label_file_is_marked(curves: dict[str, AccuracyCurve], threshold: float | None) -> None:
    found = {name: RealAccuracy(40_000 + i, 45_000) for i, name in enumerate(curves)}
    figure = accuracy_figure(curves, label_file=LabelFile("mine.json", found, threshold))
    shown = texts(figure)
    assert "| first: 88.89 % with mine.json |" in shown
    assert "at 0.8" not in shown
    assert ("Level lines: mine.json, whose labels no threshold gives." in shown) == (not threshold)
    expected = "mine.json, threshold 0.3: 45,000 i" if threshold else "mine.json: 45,000 images"
    assert expected in shown
    ends = {
        tuple(np.asarray(line.get_ydata()).tolist())
        for line in figure.axes[0].lines
        if len(np.asarray(line.get_ydata())) == (1 if threshold else 2)
    }
    times = 1 if threshold else 2
    assert {(result.accuracy,) * times for result in found.values()} <= ends


@pytest.mark.parametrize("n", [1, 2, 4])
def test_all_text_is_on_the_page(curves: dict[str, AccuracyCurve], n: int) -> None:
    figure = accuracy_figure(dict(list(curves.items())[:n]))
    figure.draw_without_rendering()
    page = figure.bbox
    for text in figure.findobj(Text):
        if text.get_text() and text.get_visible() and text.get_figure() is figure:
            box = text.get_window_extent()
            assert page.x0 <= box.x0 <= box.x1 <= page.x1, text.get_text()
            assert page.y0 <= box.y0 <= box.y1 <= page.y1, text.get_text()


@pytest.mark.parametrize("form", FORMATS)
def test_same_figure_same_bytes(curves: dict[str, AccuracyCurve], form: str) -> None:
    content = figure_bytes(accuracy_figure(curves), form)
    assert figure_bytes(accuracy_figure(curves), form) == content
    if form == "png":
        assert struct.unpack(">II", content[16:24]) == (1540, 1346)
    else:
        assert len(content) < 1_000_000


def test_few_thresholds(simulated: Release) -> None:
    scores = np.full(len(simulated.questions), 0.5)
    curve = accuracy_curve(simulated.original_labels, release=simulated, scores=scores)
    figure = accuracy_figure({"a": curve})
    (line,) = lines(figure, 0)
    assert np.asarray(line.get_xydata())[:, 0].max() <= 0.5
    assert figure_bytes(figure, "png")


def test_curves_that_do_not_belong_together(curves: dict[str, AccuracyCurve]) -> None:
    with pytest.raises(AnalysisError, match="0 curves: one figure shows 1 to 4"):
        accuracy_figure({})
    with pytest.raises(AnalysisError, match="5 curves: one figure shows 1 to 4"):
        accuracy_figure(curves | {"fifth": curves["first"]})
    with pytest.raises(AnalysisError, match="should have the same k, scores and release"):
        accuracy_figure({"a": curves["first"], "b": replace(curves["first"], k=5)})
