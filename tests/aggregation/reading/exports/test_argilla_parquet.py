"""Argilla 1's Parquet, which is told by what its columns hold: with suggestions, and without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from aggregation import VoteStore, read_votes

from ....support.named import named_votes
from .test_argilla import COLUMNS, GIVEN, OWN, WANTED


@pytest.mark.parametrize("beside", [{}, {"q-suggestion": "z"}])
@pytest.mark.parametrize("responses", [GIVEN, COLUMNS])
def test_records_with_and_without_suggestions(
    tmp_path: Path, responses: Any, beside: dict[str, str]
) -> None:
    path = tmp_path / "records.parquet"
    records = [{"text": "t", "q": responses, **OWN, **beside}]
    parquet.write_table(pa.Table.from_pylist(records), path)
    found = read_votes(path)
    assert named_votes(found.votes) == WANTED
    assert "Left out 1 vote: discarded." in found.notes
    VoteStore.ingest(path, tmp_path / "store")
    assert named_votes(VoteStore.open(tmp_path / "store").votes()) == WANTED
