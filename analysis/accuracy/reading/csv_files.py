"""Predictions in csv, as pandas, timm's inference.py and others write them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from ...errors import AnalysisError
from ...release.files.questions import N_LABELS
from .cells import holds_predictions
from .columns import Chosen, chosen_columns, columns_of
from .image_names import is_image_name
from .wordnet_ids import ids_in_cell

QUOTED = re.compile(r'"[^"]*"?|\[[^\]]*\]?')
BLOCK = 1 << 24  # bytes of csv at a time, for rows of a thousand scores


def predictions_of_csv(path: Path, wanted: str | None = None) -> Chosen:
    """Return predictions, and image names where there are any, from a csv file.

    Parameters
    ----------
    path : Path
        With or without a header; its cells are separated by commas, tabs, semicolons, bars or
        blanks.
    wanted : str, optional
        As for :func:`analysis.accuracy.reading.columns.chosen_columns`.

    Returns
    -------
    Chosen

    Raises
    ------
    AnalysisError
        If it is no csv file, or as :func:`analysis.accuracy.reading.columns.chosen_columns`.
    """
    import pyarrow
    from pyarrow import csv as arrow_csv

    try:
        separator = _separator(path)
        header = _has_header(path, separator)
        with path.open("rb") as stream:
            table = arrow_csv.read_csv(
                stream,
                read_options=arrow_csv.ReadOptions(
                    autogenerate_column_names=not header, block_size=BLOCK
                ),
                # timm's lists are NumPy's text, in which long ones have line breaks
                parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            )
    except (pyarrow.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise AnalysisError(f"not a csv file that can be read ({error})") from error
    return chosen_columns(columns_of(table), wanted)


def _separator(path: Path) -> str:
    """Find what stands between the cells of the first line, outside lists and quotes."""
    with path.open(encoding="utf-8-sig") as stream:
        line = QUOTED.sub("", stream.readline().rstrip("\n"))
    for separator in ",\t;| ":
        if separator in line:
            return separator
    return ","


def _has_header(path: Path, separator: str) -> bool:
    """Say whether the first row is a header: a cell of it is no number, no label and no name."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        cells = next(csv.reader(stream, delimiter=separator), [])
    # as pandas heads columns without names; as predictions of one image they would be strange
    if len(cells) > 1 and cells == [str(column) for column in range(len(cells))]:
        return True
    # of 1000 cells that are WordNet ids, each heads the scores of its label
    if len(cells) >= N_LABELS and all(map(ids_in_cell, cells[-N_LABELS:])):
        return True
    return not all(is_image_name(cell) or holds_predictions(cell) for cell in cells)
