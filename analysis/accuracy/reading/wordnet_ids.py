"""Labels by their WordNet ids, such as n01440764."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import AnalysisError, check_types
from ...release.files.download import ORIGINAL_LABELS, find_release
from ...release.files.readers import WORDNET_ID, read_synsets

# One or more ids in a cell, as lists of text are written: ['n01440764' 'n01443537']
BETWEEN = r"[\s\[\](){}'\",;|]*"
CELL = re.compile(rf"{BETWEEN}(?:{WORDNET_ID.pattern}(?![0-9]){BETWEEN})+")


def load_synsets(data: str | os.PathLike[str] | None = None) -> list[str]:
    """Load the WordNet ids of the labels, in order of the labels.

    They are in the release's list of original labels, and in no file of this package.

    Parameters
    ----------
    data : path-like, optional
        As for :func:`analysis.load_release`.

    Returns
    -------
    list of 1000 str
        Ascending: a label's index is the rank of its id.

    Raises
    ------
    ReleaseError
        If the release is not found, or its list of labels is none.
    """
    check_types(load_synsets, locals())
    return read_synsets(find_release(data) / ORIGINAL_LABELS)


def holds_ids(values: Any) -> bool:
    """Say whether predictions are WordNet ids: the first of them is."""
    first = values
    while isinstance(first, list | tuple | np.ndarray) and len(first):
        first = first[0]
    return isinstance(first, str) and WORDNET_ID.fullmatch(first) is not None


def ids_in_cell(cell: str) -> list[str]:
    """Return the WordNet ids of a cell that holds nothing else, otherwise nothing."""
    return WORDNET_ID.findall(cell) if CELL.fullmatch(cell) else []


def labels_of_ids(ids: NDArray[Any], synsets: Sequence[str]) -> NDArray[np.int16]:
    """Return labels by their WordNet ids.

    Parameters
    ----------
    ids : ndarray of str, any shape
    synsets : sequence of 1000 str
        The ids in order of the labels, from :func:`load_synsets`.

    Returns
    -------
    ndarray of int16, same shape

    Raises
    ------
    AnalysisError
        If an entry is none of them; it is named.
    """
    rank = {synset: label for label, synset in enumerate(synsets)}
    labels = np.empty(ids.shape, dtype=np.int16)
    for place, wordnet_id in np.ndenumerate(ids):
        label = rank.get(wordnet_id)
        if label is None:
            raise AnalysisError(
                f"entry {place[0]} of the predictions is {str(wordnet_id)!r:.60}, none of the "
                f"{len(synsets):,} WordNet ids of the labels, {synsets[0]} to {synsets[-1]}"
            )
        labels[place] = label
    return labels
