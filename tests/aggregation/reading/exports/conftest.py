"""What the tests of exports share: the cases of real layouts, and the votes behind them all."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import folder_or_skip

from .layouts import Triple


@pytest.fixture(scope="session")
def exports() -> Path:
    """Find the folder of exports, or skip: its tests read REASSESS_CASES."""
    return folder_or_skip("REASSESS_CASES", "the cases of votes as people have them") / "exports"


@pytest.fixture(scope="session")
def base(exports: Path) -> Counter[Triple]:
    """Read the votes that stand behind every export: item, rater, answer."""
    return Counter(tuple(row) for row in json.loads((exports / "base.json").read_text()))
