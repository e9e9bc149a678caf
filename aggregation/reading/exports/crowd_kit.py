"""Crowd-Kit: frames with the columns task, worker and label, and true labels beside them.

References
----------
.. [1] Crowd-Kit (github.com, Toloka/crowd-kit, README): "Getting Started" (task, worker and label);
       github.com/Toloka/crowd-kit/issues/15 on performer, the older name of the worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..layouts.vote_table import VoteTable
from ..tables.table import folded
from .export import Export, ExportOptions
from .triples import triple_votes

TRUTH = "true_label"


def recognises(names: Sequence[str]) -> bool:
    """Say whether columns are Crowd-Kit's with true labels; without them they are plain votes."""
    there = {folded(name) for name in names}
    return {"task", "label", TRUTH} <= there and not there.isdisjoint({"worker", "performer"})


def votes(table: Any, options: ExportOptions) -> VoteTable:
    """Votes of a frame as it was written; a written index is not looked at."""
    return triple_votes(table, options, ("task",), ("worker", "performer"), ("label",), TRUTH)


EXPORT = Export("crowd_kit", "Crowd-Kit", "table", recognises, votes)
