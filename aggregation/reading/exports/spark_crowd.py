"""spark-crowd: a row an annotation, with the columns example, annotator and value.

References
----------
.. [1] spark-crowd documentation (github.com, enriquegrodrigo/spark-crowd, README): "Types".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..layouts.vote_table import VoteTable
from ..tables.table import folded
from .export import FILE, Export, ExportOptions
from .triples import triple_votes

COLUMNS = {"example", "annotator", "value"}


def recognises(names: Sequence[str]) -> bool:
    """Say whether columns are spark-crowd's three, and no more."""
    return {folded(name) for name in names} - {FILE} == COLUMNS


def votes(table: Any, options: ExportOptions) -> VoteTable:
    """Votes of a table of annotations."""
    return triple_votes(table, options, ("example",), ("annotator",), ("value",))


EXPORT = Export("spark_crowd", "spark-crowd", "table", recognises, votes)
