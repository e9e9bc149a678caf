"""Reads exports for their tests, and votes out of tables of them, without our readers."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa

from aggregation.reading.layouts.vote_table import VoteTable

Triple = tuple[str, str, str]
RATERS = ("A1XZ", "B2QQ", "C3RT", "D4UU")


def table_of(text: str, separator: str = ",") -> Any:
    """Return csv text as a table of text: empty cells and those that a short row lacks are null."""
    header, *rows = (row for row in csv.reader(io.StringIO(text), delimiter=separator) if row)
    columns = list(zip_longest(*rows)) or [()] * len(header)
    columns += [(None,) * len(rows)] * (len(header) - len(columns))
    arrays = [pa.array([cell or None for cell in cells], pa.string()) for cells in columns]
    return pa.table(arrays, names=header)


def read_table(path: Path, separator: str = ",") -> Any:
    return table_of(path.read_text(encoding="utf-8"), separator)


def read_json(path: Path) -> Any:
    """Return a JSON value, or of JSON lines the list of theirs."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return json.loads(text)
    return [json.loads(line) for line in text.splitlines()]


def triples(found: VoteTable) -> Counter[Triple]:
    """Return a table's votes, as often as each is there."""
    columns = (found.item, found.rater, found.answer)
    return Counter(zip(*(column.to_pylist() for column in columns), strict=True))


def known(found: VoteTable) -> dict[str, str]:
    """Return the known items' classes; an item may be there once."""
    pairs = [] if found.known is None else found.known.to_pylist()
    classes = {pair["item"]: pair["class"] for pair in pairs}
    assert len(classes) == len(pairs)
    return classes


def renamed(
    votes: Counter[Triple],
    item: Callable[[str], str] = str,
    rater: Callable[[str], str] = str,
    answer: Callable[[str], str] = str,
) -> Counter[Triple]:
    """Return votes under other names."""
    return Counter({(item(i), rater(r), answer(a)): count for (i, r, a), count in votes.items()})


def rater_number(rater: str) -> int:
    """Return a rater's number from 0, as exports count them."""
    return RATERS.index(rater)
