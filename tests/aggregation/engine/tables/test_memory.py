"""Tables that have no room are refused before any of them is made."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from aggregation import VoteError, Votes, VoteWarning, fit_dawid_skene
from aggregation.engine.tables import memory
from aggregation.engine.tables.memory import check_room, group_limits, memory_bytes, physical_bytes
from aggregation.models.dawid_skene.arguments import nothing_added, pseudo_counts_of
from aggregation.models.dawid_skene.families import FAMILIES

# Free text for answers: a table is 20 x 2,630 x 2,630 doubles, 1.1 GB, and nothing of the kind may
# be made on the way to the message.
FREE_TEXT = """
import resource, sys
import numpy as np
from aggregation import VoteError, Votes, fit_dawid_skene
rows = np.arange(4500)
votes = Votes.from_triples(rows // 3, rows % 20, rows % 2630)
fit_dawid_skene(Votes.from_triples([0, 0, 1], [0, 1, 1], [0, 1, 1]), max_steps=2)
unit = 1 if sys.platform == "darwin" else 1024
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    fit_dawid_skene(votes)
except VoteError as error:
    print(error)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit)
"""


def votes_of(n_votes: int, n_raters: int, n_answers: int) -> Votes:
    rows = np.arange(n_votes)
    return Votes.from_triples(
        rows // 3, rows % n_raters, rows % n_answers, n_raters=n_raters, n_answers=n_answers
    )


def test_free_text_is_refused_without_memory() -> None:
    pytest.importorskip("resource")
    run = subprocess.run(
        [sys.executable, "-c", FREE_TEXT], capture_output=True, text=True, check=True
    )
    message, more_bytes = run.stdout.splitlines()
    for words in ("1.1 GB", "2,630 answers among 4,500 votes of 20 raters", "--answer COLUMN"):
        assert words in message
    assert int(more_bytes) < 20e6


def test_many_raters_and_classes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "memory_bytes", lambda: 24e9)
    votes = votes_of(100_000, 3_000, 1_000)
    with pytest.raises(VoteError, match=r"take 24\.0 GB, and a fit about 120 GB; this machine has"):
        fit_dawid_skene(votes)
    monkeypatch.setattr(memory, "memory_bytes", lambda: 0.2e9)
    with pytest.raises(VoteError, match="2 classes x 1,000 answers"):
        fit_dawid_skene(votes, n_classes=2)


def test_what_has_room_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "memory_bytes", lambda: 24e9)
    check_room(votes_of(100_000, 3_000, 100), 100)
    check_room(votes_of(30, 5, 30), 30)  # an answer for each vote, in tables that are small
    check_room(votes_of(1_000_000, 20, 2_000), 2_000)  # many votes for each of many answers


def test_tables_that_leave_no_room_for_the_votes_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    votes = votes_of(100_000, 100, 500)  # a table of 0.2 GB
    for available, fits in ((1.3e9, False), (1.4e9, True)):
        monkeypatch.setattr(memory, "memory_bytes", lambda available=available: available)
        if fits:
            check_room(votes, 500, 5)
        else:
            with pytest.raises(
                VoteError, match=r"a fit about 1 GB; this machine has 1 GB, of which it"
            ):
                check_room(votes, 500, 5)


def test_a_wide_table_of_few_votes_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "memory_bytes", lambda: 64e9)
    said = r"2,000 raters x 300 classes x 300 answers take 1\.4 GB.* for 100,000 votes: consider"
    with pytest.warns(VoteWarning, match=said):
        check_room(votes_of(100_000, 2_000, 300), 300)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_room(votes_of(2_000_000, 2_000, 300), 300)


def test_memory_is_the_least_of_the_machines_and_its_groups(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/memory.max").write_text("3000000\n")
    (tmp_path / "a/b/memory.max").write_text("max\n")
    own = tmp_path / "own"
    own.write_text("1:name=systemd:/elsewhere\n0::/a/b\n")
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    monkeypatch.setattr(memory, "OWN_CGROUP", own)
    assert group_limits() == [3e6]
    assert memory_bytes() == 3e6
    monkeypatch.setattr(memory, "OWN_CGROUP", tmp_path / "none")
    assert group_limits() == []
    assert memory_bytes() == physical_bytes() > 100e6


def test_no_pseudo_count_takes_no_memory() -> None:
    votes = votes_of(100, 7, 3)
    for nothing in (0.0, np.zeros(3), np.zeros((7, 2, 3))):
        table = pseudo_counts_of(nothing, votes, 2, FAMILIES["full"])
        assert table.shape == (7, 3, 2)
        assert not table.any()
        assert table.strides == (0, 0, 0)
    assert nothing_added(2, 3).shape == (2, 3)
    some = np.arange(6.0).reshape(2, 3)
    shared = pseudo_counts_of(some, votes, 2, FAMILIES["full"])  # one rater's, which serve for all
    assert shared.strides[0] == 0
    assert shared[0].flags.c_contiguous
    np.testing.assert_array_equal(shared, np.broadcast_to(some.T, (7, 3, 2)))
