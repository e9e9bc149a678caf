"""What benchmarks have written, read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import Limit, Result, Timing


def read_results(folder: Path, order: Sequence[str]) -> list[Result]:
    """Read the results that are there, in the order of the cases."""
    files = (folder / f"{case}.json" for case in order)
    return [
        from_json(json.loads(path.read_text(encoding="utf-8"))) for path in files if path.is_file()
    ]


def from_json(entry: dict[str, Any]) -> Result:
    """Return the result that was written."""
    timings = tuple(
        Timing(**one | {"seconds": tuple(one["seconds"])}) for one in entry.pop("timings")
    )
    limits = tuple(Limit(**one) for one in entry.pop("limits"))
    return Result(**entry, timings=timings, limits=limits)
