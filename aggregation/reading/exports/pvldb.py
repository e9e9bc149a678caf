"""The files of the truth-inference survey in PVLDB: answer.csv and truth.csv, a pair a data set.

References
----------
.. [1] Zheng, Li, Li, Shan and Cheng, "Truth Inference in Crowdsourcing: Is the Problem Solved?",
       PVLDB 10(5), 541-552, 2017; the files are in the data sets of the code beside it
       (github.com, zhydhkcws/crowd_truth_infer).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import VoteError
from ..layouts.vote_table import VoteTable
from ..tables.table import folded
from .export import FILE, Export, ExportOptions
from .triples import triple_votes

ANSWERS = {"question", "worker", "answer"}
TRUTH = {"question", "truth"}


def recognises(names: Sequence[str]) -> bool:
    """Say whether columns are those of answer.csv or of truth.csv, and no more."""
    return {folded(name) for name in names} - {FILE} in (ANSWERS, TRUTH)


def votes(table: Any, options: ExportOptions) -> VoteTable:
    """Votes of an answer.csv."""
    if {folded(name) for name in table.column_names} - {FILE} == TRUTH:
        raise VoteError("known classes, and no votes: give answer.csv, and this file as --truth")
    return triple_votes(table, options, ("question",), ("worker",), ("answer",))


EXPORT = Export("pvldb", "the PVLDB truth-inference data", "table", recognises, votes)
