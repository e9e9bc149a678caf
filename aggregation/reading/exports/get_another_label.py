"""Get-Another-Label: worker, item and label, separated by tabs, without a header.

References
----------
.. [1] Get-Another-Label (github.com, ipeirotis/Get-Another-Label, data/README.txt): the files of
       each data set, among them that of the labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import VoteError
from ..layouts.vote_table import VoteTable
from .assembly import table_votes
from .export import FILE, Export, ExportOptions
from .tables import text_column


def recognises(names: Sequence[str]) -> bool:  # noqa: ARG001
    """Say no: there is no header to tell it by, so it is read where it is named."""
    return False


def votes(table: Any, options: ExportOptions) -> VoteTable:
    """Votes of a file whose columns have their place for a name."""
    names = [name for name in table.column_names if name != FILE]
    if len(names) != 3:
        raise VoteError(
            f"should have three columns, worker, item and label, without a header: it has "
            f"{len(names)}"
        )
    rater, item, answer = (text_column(table, name) for name in names)
    return table_votes(item, rater, answer, options)


EXPORT = Export(
    "get_another_label", "Get-Another-Label", "table", recognises, votes, has_header=False
)
