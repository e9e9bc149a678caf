"""A class on items whose class is known: calibration, and the precision-recall curve."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..statistics.bands import Bands
from ..statistics.calibration import Calibration
from .bands import draw_band, draw_point, draw_steps, lowest_precision, with_interval
from .calibration import draw_counts, draw_reliability
from .drawing import BLUE, drawn_figure, shortened

HEIGHT = 5.2
MOST_LETTERS = 24


def reliability_figure(found: Calibration, *, class_name: Any, confidence: float) -> Figure:
    """Draw the reliability diagram of one class.

    Parameters
    ----------
    found : Calibration
        From :func:`analysis.measure_calibration`, of the class's posterior.
    class_name : object
    confidence : float
        Of the intervals.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1144 pixels, with its caption.
    """
    name = shortened(class_name, MOST_LETTERS)
    with drawn_figure(HEIGHT, simulated=False) as (figure, caption):
        axes = figure.add_axes((0.095, 0.33, 0.88, 0.585))
        draw_reliability(axes, found)
        axes.set_ylabel(f"share of items that are {name}")
        draw_counts(figure, axes, found, labelled=True)
        figure.axes[-1].set_xlabel(f"posterior of {name}", fontsize=9, labelpad=1)
        caption(
            0.155,
            f"Items whose class is known: {found.n_questions:,}. Dots: the share that are {name}, "
            f"in {len(found.bins.n)} bins of the posterior, at its mean; bars: "
            f"{100 * confidence:g} % intervals by a bootstrap over items, no narrower than "
            "Wilson's. Line: isotonic regression. Dashes: perfect calibration. Grey, below: items "
            "in each bin, on a logarithmic scale.",
        )
    return figure


def known_curve_figure(bands: Bands, *, class_name: Any, threshold: float) -> Figure:
    """Draw precision and recall of one class with a band, and the point at a threshold.

    Parameters
    ----------
    bands : Bands
        From :func:`analysis.precision_recall_bands`, of the class's posterior.
    class_name : object
    threshold : float
        Least posterior of the class that is kept.

    Returns
    -------
    matplotlib.figure.Figure
        1540 x 1144 pixels, with its caption.
    """
    name, curve = shortened(class_name, MOST_LETTERS), bands.curve
    with drawn_figure(HEIGHT, simulated=False) as (figure, caption):
        axes = figure.add_axes((0.095, 0.255, 0.88, 0.725))
        lowest = lowest_precision(bands)
        axes.set(xlim=(0, 1), ylim=(lowest, 1.005))
        axes.set_yticks(np.arange(round(10 * lowest), 11) / 10)
        axes.set_xlabel(f"recall: share of the items of {name} that are kept")
        axes.set_ylabel(f"precision: share of the kept that are {name}")
        draw_band(axes, bands)
        draw_steps(axes, bands, color=BLUE, linewidth=1.8)
        draw_point(axes, bands.at(threshold), said="")
        caption(
            0.145,
            f"Items whose class is known: {curve.n_questions:,}, of which {curve.n_fits:,} are "
            f"{name}. Average precision {with_interval(bands.average_precision)}. Band and "
            f"brackets: {100 * bands.confidence:g} % intervals by a bootstrap over items. Dot: "
            f"items whose posterior of {name} is {threshold:g} or more.",
        )
    return figure
