"""What the explorer of one's own votes carries: a question asks whether an item is of a class.

Its score is the class's posterior. Of scores below 0.0001 only those of known classes are carried:
they are kept by no threshold of the page, but count for recall.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation import Aggregated, KnownItems, Votes

from ..packing import packed, packed_counts, packed_text
from .parts import STEPS, cells_of, chosen_examples, clipped, measured, packed_votes

LEAST = 1
FIRST = STEPS // 2
# The page draws in the browser: of more known items, fewer times.
MOST_DRAWS, FEWEST_REPLICATES = 4_000_000, 200


def votes_data(fit: Aggregated, known: KnownItems, *, replicates: int) -> dict[str, Any]:
    """Gather what the page of a user's own votes needs.

    Parameters
    ----------
    fit : Aggregated
        Of which the known items were held out.
    known : KnownItems
        Of the fit's items; some of them are known.
    replicates : int
        Of the bootstrap over known items.

    Returns
    -------
    dict
        Of what JSON can hold.
    """
    votes = fit.votes
    order = np.arange(votes.n_items) if votes.item_order is None else votes.item_order
    posterior, truth = fit.posterior[order], known.truth[order]
    right = truth[:, None] == np.arange(fit.n_classes)
    cells = cells_of(posterior)
    items, classes = np.nonzero((cells > LEAST) | right)
    golden = np.flatnonzero(truth[items] >= 0)
    examples = chosen_examples(cells[items, classes], golden)
    likeliest = fit.classes()[order][items] == classes
    return {
        "kind": "votes",
        "steps": STEPS,
        "least": LEAST,
        "threshold": FIRST,
        "n_classes": fit.n_classes,
        "n_animals": 0,
        **_names(votes, known, order),
        "cells": packed(cells[items, classes], "u2"),
        "labels": packed_counts(classes),
        "asked": packed_counts(np.bincount(items, minlength=votes.n_items)),
        "originals": packed_counts(items[:0]),
        "before": packed(np.packbits(likeliest, bitorder="little"), "u1"),
        **_measured(posterior, right, truth >= 0, replicates),
        "golden": {
            "questions": packed_counts(golden),
            "fits": packed_counts(right[items, classes][golden]),
            "truth": packed_counts(truth[items][golden]),
        },
        "examples": {
            "questions": packed_counts(np.diff(examples, prepend=0)),
            **packed_votes(votes, order[items[examples]]),
        },
    }


def _names(votes: Votes, known: KnownItems, order: NDArray[np.int64]) -> dict[str, Any]:
    """Return names as the page shows them, and in full as the file of labels has them."""
    return {
        "answers": [clipped(name) for name in votes.answer_names],
        "classes": [clipped(name) for name in known.class_names],
        "items": packed_text([str(votes.item_names[item]) for item in order]),
        "class_names": packed_text([str(name) for name in known.class_names]),
    }


def _measured(
    posterior: NDArray[np.float64],
    right: NDArray[np.bool_],
    is_known: NDArray[np.bool_],
    replicates: int,
) -> dict[str, Any]:
    # Of cells there are some thousands at most, of posteriors as many as items and classes.
    cells = cells_of(posterior[is_known]).ravel().astype(np.float64)
    items = np.repeat(np.flatnonzero(is_known), posterior.shape[1])
    n_known = int(is_known.sum())
    fewer = min(replicates, max(FEWEST_REPLICATES, MOST_DRAWS // n_known))
    return measured(cells, right[is_known].ravel(), items, fewer)
