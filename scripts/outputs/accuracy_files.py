"""What `reassess accuracy` writes beside its table: accuracies by class, and figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analysis import Release
    from analysis.accuracy.table import AccuracyRow
    from analysis.figures.accuracy import LabelFile


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
