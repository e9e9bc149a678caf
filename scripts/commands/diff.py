"""`reassess diff`: what changed between two label files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.release.files.writing import write_file

from ..terminal.files import STANDARD_OUTPUT
from ..terminal.messages import print_result, say
from ..terminal.options import output_option

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analysis.release.labels.diff import LabelDiff

MOST_CLASSES = 10
MOST_IMAGES = 3


def diff(
    before: Annotated[Path, typer.Argument(metavar="A.json", help="A label file.")],
    after: Annotated[Path, typer.Argument(metavar="B.json", help="Another label file.")],
    output: Annotated[
        Path | None,
        output_option(
            "Write what changed by class, as csv. Default: none.", "csv", show_default=False
        ),
    ] = None,
) -> None:
    """Compare two label files: images and labels added and dropped, by class and over all.

    Shows the classes that change most, images that become empty, and example images. The exit
    status is 0 whether they differ or not.
    """
    from analysis import diff_labels
    from analysis.release.files.readers import read_label_sets
    from analysis.release.labels.diff import diff_csv

    changes = diff_labels(read_label_sets(before), read_label_sets(after))
    if output == STANDARD_OUTPUT:
        print_result(diff_csv(changes))
        return
    if output is not None:
        write_file(output, diff_csv(changes))
    print_result("\n".join(described(changes)) + "\n")
    if output is not None:
        say().print(f"wrote {output}", markup=False)


def described(changes: LabelDiff) -> Iterator[str]:
    """Yield the lines that say what changed."""
    if changes.identical:
        yield "the same labels in the same order"
        return
    labels = int(changes.before.sum()), int(changes.after.sum())
    yield (
        f"labels: {labels[0]:,} -> {labels[1]:,} "
        f"({len(changes.added):,} added, {len(changes.dropped):,} dropped)"
    )
    yield (
        f"images with labels: {changes.n_images_before:,} -> {changes.n_images_after:,} "
        f"({len(changes.filled):,} filled, {len(changes.emptied):,} emptied)"
    )
    for what, images in (
        ("that gain or lose a label", changes.changed_images),
        ("that become empty", changes.emptied),
        ("that get their first labels", changes.filled),
        ("with the same labels in another order", changes.reordered),
    ):
        if len(images):
            yield f"images {what}: {len(images):,}, first {listed(images)}"
    yield from most_changed(changes)


def listed(images: NDArray[np.int64]) -> str:
    """Return the names of the first images."""
    from analysis.release.files.questions import image_name

    names = [image_name(image) for image in images[:MOST_IMAGES].tolist()]
    return ", ".join(names)


def most_changed(changes: LabelDiff) -> Iterator[str]:
    """Yield the table of the classes that change most."""
    labels = changes.most_changed(MOST_CLASSES).tolist()
    if not labels:
        return
    yield "labels that change most:"
    yield f"{'label':>7}{'before':>8}{'after':>8}{'added':>8}{'dropped':>8}  first image"
    added, dropped = changes.added_by_class, changes.dropped_by_class
    for label in labels:
        gain, lose = changes.examples(label, 1)
        yield (
            f"{label:>7}{changes.before[label]:>8}{changes.after[label]:>8}"
            f"{added[label]:>8}{dropped[label]:>8}  {(gain + lose)[0]}"
        )
