"""What workers open of a store: the same files, whatever another machine calls them."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from aggregation import VoteStore
from aggregation.engine.partitions import for_workers, run_of
from aggregation.votes.store.files import names_of

from ...support.stores import small_store


@pytest.fixture
def store(tmp_path: Path) -> VoteStore:
    return small_store(tmp_path)


def test_a_shared_disk_may_number_its_files_anew(store: VoteStore, tmp_path: Path) -> None:
    """As those of sshfs do, on each machine."""
    there = replace(store, _stamp=(1, 2))
    run = run_of(there, 4, range(1, 3), is_open=None, threads=1, scratch=str(tmp_path))
    with closing(run):
        assert [blocks.votes.n_votes for blocks in run] == [
            n_votes for _, n_votes in store.manifest.partitions[1:]
        ]


def test_only_what_a_fit_reads_is_copied_for_workers(
    store: VoteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsspec = pytest.importorskip("fsspec", reason="needs fsspec: pip install 'reassess[url]'")
    from ...support.flaky_disk import Flaky

    fsspec.register_implementation("flaky", Flaky, clobber=True)
    monkeypatch.setattr(Flaky, "copied", Counter())
    of_url = VoteStore.open(f"flaky://{store.folder}")
    far = for_workers(of_url.on("tcp://10.0.0.1:8786"))
    assert (far.copies, Flaky.copied) == (f"flaky://{store.folder}", Counter())
    near = for_workers(of_url.on("local:2"))
    assert (near.folder, near.copies, near.origin) == (of_url.folder, None, None)
    assert Flaky.copied == Counter(names_of(range(3)))
