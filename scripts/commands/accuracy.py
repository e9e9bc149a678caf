"""`reassess accuracy`: ReaL accuracy of a model, or of two compared."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.defaults import FORMATS

from ..terminal.files import write_files
from ..terminal.messages import UsageError, print_result, say
from ..terminal.options import DataOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analysis import Release
    from analysis.accuracy.table import AccuracyRow

HEADINGS = ("labels", "top", "correct", "images", "accuracy [95 %]", "McNemar, mid-p")


def accuracy(
    predictions: Annotated[
        Path, typer.Argument(metavar="PREDICTIONS", help=".npy, .npz, .csv, .parquet or .json.")
    ],
    others: Annotated[
        Path | None,
        typer.Argument(
            metavar="PREDICTIONS2", help="Another model's, to compare.", show_default=False
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A label file. Default: the published one.", show_default=False
        ),
    ] = None,
    topk: Annotated[
        str | None,
        typer.Option(
            metavar="K,...",
            help="How many labels an image count. Default: 1, and 5 where there are as many.",
            show_default=False,
        ),
    ] = None,
    by_class: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="Write accuracy by original label.", show_default=False
        ),
    ] = None,
    curve: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw accuracy over the threshold of the published scores, as .png or .pdf.",
            show_default=False,
        ),
    ] = None,
    data: DataOption = None,
) -> None:
    """Measure a model's predictions against the ReaL labels and against the original ones.

    Predictions are labels 0..999, the top k labels of each image, or scores of all 1000 labels:
    50,000 rows in order of the images' file names, or with image names beside them. Images without
    labels are left out. --topk's first number is for --by-class and --curve. Prints a table on a
    terminal, and csv where the output is piped or redirected.
    """
    from analysis import accuracy_table, load_release
    from analysis.accuracy.table import accuracy_csv
    from analysis.release.files.readers import read_label_sets

    form = figure_form(curve)
    wanted = parsed_topk(topk)
    models = read_models([predictions, *([others] if others else [])], most=max(wanted or (5,)))
    numbers = wanted or [k for k in (1, 5) if all(k <= model.shape[1] for model in models.values())]
    check_enough(models, max(numbers))
    label_sets = read_label_sets(labels) if labels else None
    release = load_release(data)
    label_sets = release.label_sets if label_sets is None else label_sets
    rows = accuracy_table(
        models, label_sets=label_sets, original_labels=release.original_labels, topk=numbers
    )
    files: dict[Path, bytes] = {}
    if by_class:
        files[by_class] = class_table(models, label_sets, release, numbers[0])
    if curve:
        files[curve] = drawn_curve(models, release, numbers[0], form)
    write_files(files)
    if sys.stdout.isatty():
        print_table(rows)
    else:
        print_result(accuracy_csv(rows))
    for path in files:
        say().print(f"wrote {path}", markup=False)


def figure_form(path: Path | None) -> str:
    """Return a figure's form by its file's suffix."""
    form = path.suffix.removeprefix(".").lower() if path else "png"
    if form not in FORMATS:
        raise UsageError(f"{path}: a figure is drawn as png or pdf: name such a file")
    return form


def parsed_topk(topk: str | None) -> list[int]:
    """Return the numbers of --topk, none where it is left out."""
    if topk is None:
        return []
    numbers = [int(part) if part.strip().isdecimal() else 0 for part in topk.split(",")]
    if not all(1 <= k <= 1000 for k in numbers):
        raise UsageError(f"--topk {topk}: give numbers in 1..1000, such as 1,5")
    return list(dict.fromkeys(numbers))


def read_models(paths: Sequence[Path], most: int) -> dict[str, NDArray[np.int16]]:
    """Read predictions by the model's name: the file's, with its folder where it is needed."""
    from analysis import read_predictions

    names = [path.stem for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    if len(set(names)) < len(names):
        raise UsageError(f"{paths[0]}: given twice, name two models' predictions")
    return {
        name: read_predictions(path, most=most) for name, path in zip(names, paths, strict=True)
    }


def check_enough(models: Mapping[str, NDArray[np.int16]], k: int) -> None:
    """Refuse to count more labels an image than were predicted."""
    for name, model in models.items():
        if model.shape[1] < k:
            raise UsageError(
                f"--topk {k}: {name} has {model.shape[1]} predicted "
                f"label{'s' if model.shape[1] > 1 else ''} an image"
            )


def class_table(
    models: Mapping[str, NDArray[np.int16]],
    label_sets: list[list[int]],
    release: Release,
    k: int,
) -> bytes:
    """Return the accuracies by original label as csv."""
    from analysis import accuracy_by_class
    from analysis.accuracy.real_accuracy import by_class_csv

    tables = {
        name: accuracy_by_class(
            model, label_sets=label_sets, original_labels=release.original_labels, k=k
        )
        for name, model in models.items()
    }
    return by_class_csv(tables).encode()


def drawn_curve(
    models: Mapping[str, NDArray[np.int16]], release: Release, k: int, form: str
) -> bytes:
    """Return the picture of the accuracy over the threshold."""
    from analysis import accuracy_curve
    from analysis.figures import figure_bytes
    from analysis.figures.accuracy import accuracy_figure

    curves = {name: accuracy_curve(model, release=release, k=k) for name, model in models.items()}
    return figure_bytes(accuracy_figure(curves), form)


def print_table(rows: Sequence[AccuracyRow]) -> None:
    """Print the accuracies in percent, and the difference of two models below them."""
    from rich.console import Console
    from rich.table import Table

    differences = [row.model for row in rows if row.p_mid >= 0]
    table = Table(
        box=None,
        padding=(0, 1, 0, 0),
        caption=f"difference: {differences[0]}, in percentage points" if differences else None,
        caption_justify="left",
    )
    table.add_column("", overflow="fold")
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row.model if math.isnan(row.p_mid) else "difference",
            row.labels,
            f"{row.k}",
            f"{row.correct:,}",
            f"{row.images:,}",
            f"{100 * row.accuracy:.2f} [{100 * row.low:.2f}, {100 * row.high:.2f}]",
            p_value(row.p_mid),
        )
    Console(highlight=False, markup=False).print(table)


def p_value(p: float) -> str:
    """Write a p-value in two digits; nothing where there is none."""
    if math.isnan(p):
        return ""
    return f"p = {p:.2g}" if p >= 1e-15 else "p < 1e-15"
