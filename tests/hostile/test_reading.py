"""Damaged files end in votes, in a release, or in one short line."""

from __future__ import annotations

from pathlib import Path

from .reading import READ, REFUSED, run

DAMAGED = 400


def test_damaged_files_are_read_or_refused(simulated_dir: Path, tmp_path: Path) -> None:
    report = run(simulated_dir, tmp_path, DAMAGED)
    assert len(report.ends) == DAMAGED
    assert report.failures == [], str(report)
    found = {end.how for end in report.ends}
    assert found == {READ, REFUSED}  # damage was neither always noticed nor never
