"""Killed ingests and fits of stores: started again, they come to the bytes of undisturbed ones."""

from __future__ import annotations

import random
from pathlib import Path

from . import stores


def test_a_few_kills() -> None:
    outcome = stores.run(4, seed=2)
    assert outcome.faults == []
    assert outcome.kills >= 3


def test_the_harness_sees_faults(tmp_path: Path) -> None:
    """Other bytes, another exit status and what is left in the temporary folder are faults."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / "left").touch()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_bytes(b"1")

    def line(_: Path) -> list[str]:
        return ["fit", str(tmp_path / "none.csv")]

    for wanted, said in (({"a": b"2"}, "other bytes"), ({}, "other files: ['a']")):
        job = stores.Job("none", line, 1, 0.4, wanted)
        outcome = stores.Outcome()
        found = stores.faults_of(job, tmp_path, tmp_path / "out", random.Random(1), outcome)
        assert "left behind: ['left']" in found
        assert any(fault.startswith("exit status 2") for fault in found)
        assert found[-1] == said
