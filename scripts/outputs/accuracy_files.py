"""What `reassess accuracy` prints on a terminal, and writes beside it: classes, and figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..terminal.messages import print_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analysis import Release
    from analysis.accuracy.table import AccuracyRow
    from analysis.figures.accuracy import LabelFile

HEADINGS = ("labels", "top", "correct", "images", "accuracy [95 %]", "McNemar, mid-p")


class Measured(NamedTuple):
    """Models' predictions of the same images, and what these are measured against."""

    models: dict[str, NDArray[np.int16]]
    images: NDArray[np.int64]
    label_sets: list[list[int]]
    original_labels: NDArray[np.int16]
    release: Release


def class_table(measured: Measured, k: int) -> bytes:
    """Return the accuracies by original label as csv."""
    from analysis import accuracy_by_class
    from analysis.accuracy.real_accuracy import by_class_csv

    tables = {
        name: accuracy_by_class(
            model,
            label_sets=measured.label_sets,
            original_labels=measured.original_labels,
            k=k,
        )
        for name, model in measured.models.items()
    }
    return by_class_csv(tables).encode()


def drawn_ranks(rows: Sequence[AccuracyRow], measured: Measured, k: int, form: str) -> bytes:
    """Return the picture of one accuracy against the other."""
    from analysis.figures import figure_bytes, ranks_figure

    return figure_bytes(ranks_figure(rows, k=k, simulated=measured.release.simulated), form)


def drawn_curve(measured: Measured, k: int, labels: Path | None, form: str) -> bytes:
    """Return the picture of the accuracy over the threshold."""
    from analysis import accuracy_curve
    from analysis.figures import accuracy_figure, figure_bytes

    curves = {
        name: accuracy_curve(model, release=measured.release, k=k, images=measured.images)
        for name, model in measured.models.items()
    }
    marked = marked_labels(measured, k, labels) if labels else None
    return figure_bytes(accuracy_figure(curves, label_file=marked), form)


def marked_labels(measured: Measured, k: int, labels: Path) -> LabelFile:
    """Return what the curve shows of a label file: accuracies, and a threshold if one gives it."""
    from analysis import AnalysisError, real_accuracy, threshold_interval
    from analysis.figures.accuracy import LabelFile
    from analysis.release.files.readers import read_label_sets
    from analysis.statistics.thresholds import ThresholdInterval, shortest_decimal

    accuracies = {
        name: real_accuracy(model, label_sets=measured.label_sets, k=k)
        for name, model in measured.models.items()
    }
    try:
        interval = threshold_interval(measured.release, read_label_sets(labels))
    except AnalysisError:
        return LabelFile(labels.name, accuracies, None)
    inside = ThresholdInterval(interval.low, min(interval.high, 1.0))
    return LabelFile(labels.name, accuracies, shortest_decimal(inside))


def print_table(rows: Sequence[AccuracyRow]) -> None:
    """Print the accuracies in percent, and the difference of two models below them."""
    from rich.table import Table

    differences = [row.model for row in rows if row.is_difference]
    table = Table(
        box=None,
        padding=(0, 1, 0, 0),
        caption=f"difference: {differences[0]}, in percentage points" if differences else None,
        caption_justify="left",
    )
    table.add_column("")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            "difference" if row.is_difference else row.model,
            row.labels,
            f"{row.k}",
            f"{row.correct:,}",
            f"{row.images:,}",
            with_interval(row),
            p_value(row.p_mid),
        )
    print_whole(table, markup=False)


def print_ranks(rows: Sequence[AccuracyRow]) -> None:
    """Print three models or more, a line each and a table a k, the best by ReaL accuracy first."""
    from rich.table import Table

    for k in dict.fromkeys(row.k for row in rows):
        of_k = {(row.model, row.labels): row for row in rows if row.k == k}
        real = [row for row in of_k.values() if row.labels == "ReaL" and row.rank is not None]
        first = real[0].model
        table = Table(
            box=None,
            padding=(0, 1, 0, 0),
            title=f"top {k}, in percent [95 %]",
            title_justify="left",
            caption=f"difference in ReaL accuracy from {first}, with McNemar's mid-p",
            caption_justify="left",
        )
        table.add_column("")
        for heading in ("ReaL", "rank", "original", "rank", "difference"):
            table.add_column(heading, justify="right")
        for row in sorted(real, key=lambda row: row.rank or 0):
            original = of_k[row.model, "original"]
            table.add_row(
                row.model,
                with_interval(row),
                f"{row.rank}",
                with_interval(original),
                f"{original.rank}",
                difference(of_k.get((f"{row.model} - {first}", "ReaL"))),
            )
        print_whole(table, markup=False)


def with_interval(row: AccuracyRow) -> str:
    """Write an accuracy in percent, with its interval."""
    return f"{100 * row.accuracy:.2f} [{100 * row.low:.2f}, {100 * row.high:.2f}]"


def difference(row: AccuracyRow | None) -> str:
    """Write a difference in percentage points, with its p-value; nothing where there is none."""
    return "" if row is None else f"{100 * row.accuracy:+.2f}, {p_value(row.p_mid)}"


def p_value(p: float) -> str:
    """Write a p-value in two digits; nothing where there is none."""
    if math.isnan(p):
        return ""
    return f"p = {p:.2g}" if p >= 1e-15 else "p < 1e-15"
