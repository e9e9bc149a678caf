"""What the explorer of a release carries.

Questions stand in their published order, so that a label file is what they keep, from the first to
the last.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...defaults import THRESHOLD
from ...release.files.questions import IMAGE_NAME, N_ANIMALS, N_IMAGES, N_LABELS
from ...release.labels.label_sets import (
    listed_questions,
    make_labels,
    published_order,
    to_json,
)
from ...release.labels.provenance import label_file_provenance
from ...release.release import Release
from ..packing import packed, packed_counts
from .parts import STEPS, cells_of, chosen_examples, measured, packed_votes


def release_data(release: Release, *, replicates: int) -> dict[str, Any]:
    """Gather what the page of a release needs.

    Parameters
    ----------
    release : Release
    replicates : int
        Of the bootstrap over golden images.

    Returns
    -------
    dict
        Of what JSON can hold.
    """
    order = published_order(release.questions)
    cells = cells_of(release.scores)[order]
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    asked = np.bincount(release.questions.images - 1, minlength=N_IMAGES)
    golden = release.golden
    examples = chosen_examples(cells, place[golden.questions])
    return {
        "kind": "release",
        "steps": STEPS,
        "least": 0,
        "threshold": round(THRESHOLD * STEPS),
        "n_classes": N_LABELS,
        "n_animals": N_ANIMALS,
        "image_name": IMAGE_NAME.replace("{:08d}", "{}"),
        "answers": list(release.votes.answer_names),
        "record": _record(release),
        "cells": packed(cells, "u2"),
        "labels": packed(release.questions.labels[order], "u2"),
        "asked": packed_counts(asked),
        "originals": packed(release.original_labels[asked == 0], "u2"),
        "before": packed(np.packbits(_published(release)[order], bitorder="little"), "u1"),
        "ends": packed(_ends(release.scores), "f8"),
        **measured(
            release.scores[golden.questions], golden.fits(), release.golden_images(), replicates
        ),
        "golden": {
            "questions": packed_counts(place[golden.questions]),
            "fits": packed_counts(golden.fits()),
            **packed_votes(golden.experts, np.arange(len(golden.questions))),
        },
        "examples": {
            "questions": packed_counts(np.diff(examples, prepend=0)),
            "original": packed_counts(release.is_original()[order[examples]]),
            **packed_votes(release.votes, order[examples]),
        },
    }


def _record(release: Release) -> dict[str, Any]:
    """Return the record of the label file of 0.8; the page puts in what depends on thresholds."""
    label_sets = make_labels(release, threshold=THRESHOLD)
    return label_file_provenance(release, label_sets, to_json(label_sets), threshold=THRESHOLD)


def _published(release: Release) -> NDArray[np.bool_]:
    """Say of each question whether the published label file keeps it, shape (n_questions,)."""
    places = release.questions.find(listed_questions(release.label_sets))
    kept = np.zeros(len(release.questions), dtype=bool)
    kept[places[places >= 0]] = True
    return kept


def _ends(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least and the highest score of each cell, ascending.

    Whatever threshold of the grid: the next scores below and above it are among them.
    """
    distinct = np.unique(scores)
    steps = np.flatnonzero(np.diff(cells_of(distinct)))
    ends = np.unique(np.concatenate(([0], steps, steps + 1, [len(distinct) - 1])))
    return np.asarray(distinct[ends])
