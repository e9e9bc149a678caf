"""All exports by name, and which of them a table or a JSON value is."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Literal

from ...errors import VoteError
from . import (
    appen,
    argilla,
    counts,
    crowd_kit,
    doccano,
    get_another_label,
    hf_lists,
    label_studio,
    label_studio_min,
    labelbox,
    mturk,
    peerannot,
    prodigy,
    pvldb,
    spark_crowd,
    toloka,
)
from .export import Export

EXPORTS: tuple[Export, ...] = (
    mturk.EXPORT,
    toloka.EXPORT,
    appen.EXPORT,
    label_studio.EXPORT,
    label_studio_min.EXPORT,
    prodigy.EXPORT,
    doccano.EXPORT,
    doccano.EXPORT_TABLE,
    argilla.EXPORT,
    argilla.EXPORT_TABLE,
    labelbox.EXPORT,
    labelbox.EXPORT_TABLE,
    peerannot.EXPORT,
    crowd_kit.EXPORT,
    pvldb.EXPORT,
    get_another_label.EXPORT,
    spark_crowd.EXPORT,
    hf_lists.EXPORT,
    hf_lists.EXPORT_RECORDS,
    counts.EXPORT,
)


def recognise_table(column_names: Sequence[str], table: Any = None) -> Export | None:
    """Return the export that a table is, by its columns' names.

    Parameters
    ----------
    column_names : sequence of str
    table : pyarrow.Table or None
        With it, counts are told from their cells, too: only where nothing says that its columns
        are raters, nor which column is what.

    Returns
    -------
    Export or None
        None for plain votes.
    """
    found = (one for one in EXPORTS if one.reads == "table" and one.recognises(column_names))
    export = next(found, None)
    if export is None and table is not None and counts.holds_counts(table):
        return counts.EXPORT
    return export


def recognise_json(value: Any) -> Export | None:
    """Return the export that a JSON value (of JSON lines: the list of them) is, None for none."""
    found = (one for one in EXPORTS if one.reads == "json" and one.recognises(value))
    return next(found, None)


def export_named(name: str, reads: Literal["table", "json"] | None = None) -> Export:
    """Return an export by its name.

    Parameters
    ----------
    name : str
        As `--export` takes it; case, and - for _, do not matter.
    reads : {"table", "json"} or None
        What the file holds: some exports come in both ways.

    Returns
    -------
    Export

    Raises
    ------
    VoteError
        If there is none of this name, or it does not come this way.
    """
    wanted = name.strip().casefold().replace("-", "_").replace(" ", "_")
    named = [one for one in EXPORTS if one.name == wanted]
    if not named:
        names = list(dict.fromkeys(one.name for one in EXPORTS))
        near = get_close_matches(wanted, names, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names)}"
        raise VoteError(f"no export is called {name!r}: {hint}")
    fitting = [one for one in named if reads in (None, one.reads)]
    if not fitting:
        words = {"table": "a table, such as csv", "json": "JSON"}
        raise VoteError(
            f"an export of {named[0].platform} is {words[named[0].reads]}: "
            f"this is {words[str(reads)]}"
        )
    return fitting[0]
