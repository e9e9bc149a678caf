"""Killed ingests and fits of stores: started again, they come to the bytes of undisturbed ones."""

from __future__ import annotations

from . import stores


def test_a_few_kills() -> None:
    outcome = stores.run(4, seed=2)
    assert outcome.faults == []
    assert outcome.kills >= 3
