"""`reassess accuracy`: ReaL accuracy of models, each compared with the first."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.defaults import FORMATS
from analysis.release.files.writing import write_files

from ..outputs.accuracy_files import (
    Measured,
    class_table,
    drawn_curve,
    drawn_ranks,
    print_ranks,
    print_table,
)
from ..terminal.messages import UsageError, print_result, say
from ..terminal.options import DataOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analysis import Release
    from analysis.accuracy.reading.files import Predictions

MOST_CURVES = 4


def accuracy(
    predictions: Annotated[
        list[Path],
        typer.Argument(
            metavar="PREDICTIONS", help=".npy, .npz, .csv, .parquet or .json, one a model."
        ),
    ],
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
    order: Annotated[
        str | None,
        typer.Option(
            metavar="names|folder",
            help="Order of files without image names: of the file names, or as ImageFolder lists "
            "them. Default: the one that gives the original labels.",
            show_default=False,
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The predictions' column, or what the names of several numbered ones have in "
            "common. Default: by what they hold and are called.",
            show_default=False,
        ),
    ] = None,
    partial: Annotated[
        bool,
        typer.Option("--partial", help="Measure a part of the images: those that all models have."),
    ] = False,
    by_class: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="Write accuracy by original label.", show_default=False
        ),
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw each model's ReaL accuracy against its original one, as .png or .pdf.",
            show_default=False,
        ),
    ] = None,
    curve: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw accuracy over the threshold of the published scores, and mark that of "
            "--labels, as .png or .pdf.",
            show_default=False,
        ),
    ] = None,
    data: DataOption = None,
) -> None:
    """Measure models' predictions against the ReaL labels and against the original ones.

    Predictions are labels 0..999 or their WordNet ids, the top k labels of each image, or scores of
    all 1000 labels: 50,000 rows with image names beside them, or in order of the file names or of
    ImageFolder. What timm's inference.py writes is read, too. Images without labels are left out.
    Of several models each is compared with the first. --topk's first number is for --by-class,
    --figure and --curve. Prints a table on a terminal, and csv where the output is piped or
    redirected.
    """
    from analysis import accuracy_table
    from analysis.accuracy.table import accuracy_csv

    check_options(predictions, order, figure, curve)
    wanted = parsed_topk(topk)
    most = max(wanted or (5,))
    found = read_models(predictions, most=most, column=column, partial=partial, data=data)
    numbers = wanted or [k for k in (1, 5) if all(k <= m.labels.shape[1] for m in found.values())]
    check_enough(found, max(numbers))
    measured = measured_in_order(found, order, labels, data)
    rows = accuracy_table(
        measured.models,
        label_sets=measured.label_sets,
        original_labels=measured.original_labels,
        topk=numbers,
    )
    files: dict[Path, bytes] = {}
    if by_class:
        files[by_class] = class_table(measured, numbers[0])
    if figure:
        files[figure] = drawn_ranks(rows, measured, numbers[0], figure_form(figure))
    if curve:
        files[curve] = drawn_curve(measured, numbers[0], labels, figure_form(curve))
    write_files(files)
    if sys.stdout.isatty():
        (print_ranks if len(found) > 2 else print_table)(rows)
    else:
        print_result(accuracy_csv(rows))
    for path in files:
        say().print(f"wrote {path}", markup=False)


def check_options(
    predictions: Sequence[Path], order: str | None, figure: Path | None, curve: Path | None
) -> None:
    """Refuse, before anything is read, options that cannot be used."""
    for path in (figure, curve):
        if path is not None:
            figure_form(path)
    if order not in (None, "names", "folder"):
        raise UsageError(f"--order {order}: it is names or folder")
    if curve is not None and len(predictions) > MOST_CURVES:
        raise UsageError(
            f"--curve shows up to {MOST_CURVES} models, not {len(predictions)}: leave some out, or "
            "draw all by --figure"
        )


def figure_form(path: Path) -> str:
    """Return a figure's form by its file's suffix."""
    form = path.suffix.removeprefix(".").lower()
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


def as_text(name: str) -> str:
    """Return a file's name as text: on a disk it may be other bytes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def read_models(
    paths: Sequence[Path], *, most: int, column: str | None, partial: bool, data: Path | None
) -> dict[str, Predictions]:
    """Read predictions by the model's name: the file's, with its folder where it is needed."""
    from analysis import load_predictions

    names = [as_text(path.stem) for path in paths]
    if len(set(names)) < len(names):
        names = [as_text(str(path)) for path in paths]
    for name, path in zip(names, paths, strict=True):
        if names.count(name) > 1:
            raise UsageError(f"{path}: given twice, name each model's predictions once")
    found = {}
    for name, path in zip(names, paths, strict=True):
        found[name] = load_predictions(path, most=most, column=column, partial=partial, data=data)
        if found[name].note:
            say().print(f"{path}: {found[name].note}", markup=False)
    return found


def check_enough(models: Mapping[str, Predictions], k: int) -> None:
    """Refuse to count more labels an image than were predicted."""
    for name, model in models.items():
        n_labels = model.labels.shape[1]
        if n_labels < k:
            raise UsageError(
                f"--topk {k}: {name} has {n_labels} predicted "
                f"label{'s' if n_labels > 1 else ''} an image"
            )


def measured_in_order(
    found: Mapping[str, Predictions], order: str | None, labels: Path | None, data: Path | None
) -> Measured:
    """Put the predictions in order of the images, those that all models have."""
    import numpy as np

    from analysis import load_release
    from analysis.release.files.questions import N_IMAGES
    from analysis.release.files.readers import read_label_sets

    read = read_label_sets(labels) if labels else None
    release = load_release(data)
    label_sets = release.label_sets if read is None else read
    images = np.arange(1, N_IMAGES + 1)
    for model in found.values():
        images = images if model.images is None else np.intersect1d(images, model.images)
    if not len(images):
        raise UsageError("there is no image that all models have predictions of")
    if len(images) < N_IMAGES:
        which = ", those that all models have" if len(found) > 1 else ""
        say().print(f"measured on {len(images):,} of {N_IMAGES:,} images{which}")
    return Measured(
        {name: in_order(name, model, images, order, release) for name, model in found.items()},
        images,
        [label_sets[image - 1] for image in images.tolist()],
        release.original_labels[images - 1],
        release,
    )


def in_order(
    name: str,
    model: Predictions,
    images: NDArray[np.int64],
    order: str | None,
    release: Release,
) -> NDArray[np.int16]:
    """Return a model's predictions of these images, and say in what order they were taken."""
    import numpy as np

    from analysis import AnalysisError
    from analysis.accuracy.order import in_image_order, order_note

    originals = release.original_labels
    try:
        if model.images is None:
            ordered = in_image_order(model.labels, original_labels=originals, order=order)
            labels = ordered[images - 1]
        else:
            labels = model.labels[np.searchsorted(model.images, images)]
    except AnalysisError as error:
        raise UsageError(f"{name}: {error}") from error
    note = order_note(model.labels, originals, images=model.images, order=order)
    if note:
        say().print(f"{name}: {note}", markup=False)
    return labels
