"""`reassess labels`: regenerate the label file at a threshold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.defaults import THRESHOLD
from analysis.release.files.writing import write_files

from ..terminal.files import STANDARD_OUTPUT
from ..terminal.messages import print_result, say
from ..terminal.options import DataOption, output_option


def labels(
    threshold: Annotated[
        float, typer.Option(help="Keep a label whose score is at least this, in 0..1.")
    ] = THRESHOLD,
    animal_threshold: Annotated[
        float | None,
        typer.Option(help="Another threshold for the animal labels, 0 to 397.", show_default=False),
    ] = None,
    scores: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Scores of your own, in the form of scores.npz. Default: the published ones.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path,
        output_option("Where to write.", "json"),
    ] = STANDARD_OUTPUT,
    data: DataOption = None,
) -> None:
    """Regenerate real.json at a threshold, in the published order.

    Beside FILE.json goes FILE.provenance.json, with what the labels were made from.
    """
    from analysis import load_release, make_labels
    from analysis.release.files.download import sha256_of
    from analysis.release.files.readers import read_scores
    from analysis.release.labels.label_sets import to_json
    from analysis.release.labels.provenance import label_file_provenance, provenance_path
    from analysis.statistics.thresholds import check_threshold
    from analysis.tables import json_text

    check_threshold(threshold)
    release = load_release(data)
    label_sets = make_labels(
        release,
        scores=None if scores is None else read_scores(scores, release.questions),
        threshold=threshold,
        animal_threshold=animal_threshold,
    )
    text = to_json(label_sets)
    provenance = label_file_provenance(
        release,
        label_sets,
        text,
        threshold=threshold,
        animal_threshold=animal_threshold,
        scores_sha256=None if scores is None else sha256_of(scores),
    )
    if output == STANDARD_OUTPUT:
        print_result(text)
    else:
        record = json_text(provenance, indent=2)
        write_files({output: text.encode(), provenance_path(output): record.encode()})
    message = f"{provenance['labels']:,} labels on {provenance['images_with_labels']:,} images"
    same = provenance.get("same_labels_for_thresholds")
    if same is not None:
        above = "[0" if same["above"] is None else f"({same['above']!r}"
        message += f"; the same for any threshold in {above}, {same['up_to']!r}]"
    say().print(message)
