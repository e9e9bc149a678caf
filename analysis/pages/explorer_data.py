"""What the explorer carries: a release, packed so that any threshold can be looked at.

Thresholds are multiples of 0.0001, and each score is the number of thresholds that it reaches, its
cell: a score is at least ``k / 10000`` if and only if its cell is above k. Questions stand in their
published order, so that a label file is what they keep, from the first to the last.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes

from ..defaults import CONFIDENCE, REPLICATES, THRESHOLD
from ..release.files.questions import IMAGE_NAME, N_ANIMALS, N_IMAGES
from ..release.labels.label_sets import (
    listed_questions,
    make_labels,
    published_order,
    to_json,
)
from ..release.labels.provenance import label_file_provenance
from ..release.release import Release
from ..scores.golden_curves import golden_bands
from .packing import packed, packed_counts

STEPS = 10_000
GRID = np.arange(STEPS + 1) / STEPS
# Characters of a name that a page has room for.
LONGEST_NAME = 60
# Of the bootstrap: what all commands take where nothing is said, so that numbers agree with theirs.
SEED = 0


def cells_of(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count the thresholds 0, 0.0001, ..., 1 that each score reaches, shape (n,), in 1..10001."""
    return np.searchsorted(GRID, scores, side="right").astype(np.int64)


def explorer_data(release: Release, *, replicates: int = REPLICATES) -> dict[str, Any]:
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
    golden = place[release.golden.questions]
    return {
        "steps": STEPS,
        "threshold": round(THRESHOLD * STEPS),
        "n_animals": N_ANIMALS,
        "image_name": IMAGE_NAME.replace("{:08d}", "{}"),
        "answers": list(release.votes.answer_names),
        "record": _record(release),
        "interval": {
            "replicates": replicates,
            "seed": SEED,
            "confidence": CONFIDENCE,
            "z": NormalDist().inv_cdf((1 + CONFIDENCE) / 2),
        },
        "cells": packed(cells, "u2"),
        "labels": packed(release.questions.labels[order], "u2"),
        "asked": packed_counts(asked),
        "originals": packed(release.original_labels[asked == 0], "u2"),
        "published": packed(np.packbits(_published(release)[order], bitorder="little"), "u1"),
        "ends": packed(_ends(release.scores), "f8"),
        "band": _band(release, replicates),
        "golden": {
            "questions": packed_counts(golden),
            "fits": packed(release.golden.fits().astype("u1"), "u1"),
            **_votes(release.golden.experts, np.arange(len(golden))),
        },
        "examples": _examples(release, order, cells, golden),
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


def _band(release: Release, replicates: int) -> dict[str, list[float]]:
    bands = golden_bands(
        release, release.scores[release.golden.questions], replicates=replicates, seed=SEED
    )
    lines = {"recall": bands.recalls, "low": bands.low, "high": bands.high}
    return {name: np.round(line, 5).tolist() for name, line in lines.items()}


def _examples(
    release: Release,
    order: NDArray[np.int64],
    cells: NDArray[np.int64],
    golden: NDArray[np.int64],
) -> dict[str, Any]:
    """Choose the golden questions and one question of each cell, with their votes.

    So each threshold that changes a label has an example of it.
    """
    of_cells = np.unique(cells, return_index=True)[1]
    shown = np.union1d(golden, of_cells)
    return {
        "questions": packed_counts(np.diff(shown, prepend=0)),
        "original": packed(release.is_original()[order[shown]], "u1"),
        **_votes(release.votes, order[shown]),
    }


def _votes(votes: Votes, items: NDArray[np.int64]) -> dict[str, Any]:
    """Pack the votes on some items: how many each has, who gave them and what they say."""
    counts = np.diff(votes.starts)[items]
    chosen = np.concatenate([np.arange(*votes.starts[item : item + 2]) for item in items])
    return {
        "names": [clipped(str(name)) for name in votes.rater_names],
        "votes": packed_counts(counts),
        "raters": packed_counts(votes.raters[chosen]),
        "says": packed_counts(votes.answers[chosen]),
    }


def clipped(name: str) -> str:
    """Return a name as the page shows it: the beginning of one that is long."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
