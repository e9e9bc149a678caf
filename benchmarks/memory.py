"""A fit in a fresh process: its memory beside its time."""

from __future__ import annotations

import json
from pathlib import Path

from .results import Timing
from .runner import run_python, same


def measured_fit(who: str, source: int | Path, steps: int, runs: int = 1) -> Timing:
    """Fit the votes of a file, or so many simulated ones, in fresh processes.

    The time is that of the fit alone; the memory is what the process held beyond its state when the
    three columns were there.
    """
    ended = []
    found = ""
    for _ in range(runs):
        process = run_python("-m", "benchmarks.fresh", "fit", who, str(source), str(steps))
        ended.append(json.loads(process.out))
        found = same(who, ended[-1]["digest"], found)
    return Timing(
        who,
        tuple(one["seconds"] for one in ended),
        found,
        votes=ended[0]["votes"],
        peak_bytes=max(one["peak_bytes"] for one in ended),
        above_bytes=max(one["above_bytes"] for one in ended),
    )
