"""Killed commands: nothing is lost or torn without saying so, and the next run mends the rest."""

from __future__ import annotations

from pathlib import Path

from analysis.release.files.writing import SUFFIX

from . import commands as kills


def test_a_few_kills() -> None:
    outcome = kills.run(8, seed=1)
    assert outcome.faults == []
    assert outcome.kills == sum(outcome.ends.values()) == 8
    assert outcome.ends.keys() <= {0, -9, 130, 143, -2, -15}


def test_the_harness_sees_faults(tmp_path: Path) -> None:
    """A torn set, a lost file, a half-written one and a traceback are faults."""
    job = kills.JOBS[0]
    assert job.is_whole(tmp_path)
    before = {"labels.csv": b"a", "raters.csv": b"b"}
    (tmp_path / "labels.csv").write_bytes(b"")
    (tmp_path / f".abc{SUFFIX}").write_bytes(b"")
    assert not job.is_whole(tmp_path)
    assert job.is_marked(tmp_path)
    found = kills.faults(
        job, tmp_path, before, set(), 0, kills.SIGNALS[0], "Traceback (most recent ..."
    )
    assert [fault.partition(":")[0] for fault in found] == [
        *("traceback", "lost", "half-written", "torn")
    ]
