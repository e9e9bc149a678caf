"""A disk that fills up, at any write: one line, nothing half-written, and what was done is kept."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aggregation import Table, VoteStore
from scripts.outputs.streams import streamed

from ...support.commands import Command, refused
from ...support.stores import bytes_of, small_store

EM = ("--method", "dawid-skene", "--pseudo-count", "0.1", "--tol", "1e-7", "--quiet")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> VoteStore:
    return small_store(tmp_path_factory.mktemp("votes"))


@pytest.fixture(scope="module")
def votes(store: VoteStore) -> Path:
    return store.folder.parent / "votes.csv"


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Have no file grow beyond a size: the system refuses it, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def sizes_below(contents: dict[str, bytes]) -> list[int]:
    """Return sizes at each of which another file is too large, the largest of them first."""
    return sorted({len(content) - 1 for content in contents.values()}, reverse=True)


def test_an_ingest_goes_on(
    reassess: Command, votes: Path, store: VoteStore, tmp_path: Path
) -> None:
    wanted, out = bytes_of(store.folder), tmp_path / "store"
    line = ("ingest", votes, "-o", out, "--partitions", 3, "--quiet")
    sizes = [0, 100, *reversed(sizes_below(wanted))]
    for size in sizes:
        with files_of_at_most(size):
            ended = reassess(*line)
        if ended.status == 0:
            break
        refused(ended, "File too large")
        assert str(out) in ended.err
        assert not [path for path in out.rglob("*") if path.name.endswith(".part")]
        if (out / "partial" / "plan.json").exists():
            refused(reassess("fit", out), "no store of votes, or one whose ingest was broken off")
    assert size > sizes[2]
    assert reassess(*line).status in (0, 2)
    assert bytes_of(out) == wanted


def test_a_fit_keeps_its_checkpoint_and_what_was_there(
    reassess: Command, store: VoteStore, tmp_path: Path
) -> None:
    assert reassess("fit", store.folder, "-o", tmp_path / "whole", *EM).status == 0
    wanted = bytes_of(tmp_path / "whole")
    for number, size in enumerate(sizes_below(wanted)):
        out = tmp_path / str(number)
        other = reassess("fit", store.folder, "-o", out, *EM, "--pseudo-count", "1")
        assert other.status == 0
        before = bytes_of(out)
        with files_of_at_most(size):
            ended = reassess("fit", store.folder, "-o", out, *EM)
        refused(ended, "File too large" if size > 10_000 else "")
        assert str(out) in ended.err
        left = bytes_of(out)
        left.pop("checkpoint.npz", None)
        assert left == before
        assert reassess("fit", store.folder, "-o", out, "--resume", *EM).status == 0
        assert bytes_of(out) == wanted


def test_patterns_that_find_no_room(reassess: Command, tmp_path: Path) -> None:
    rows = [f"i{item},r{rater},{item % 2}" for item in range(2_000) for rater in range(3)]
    path = tmp_path / "votes.csv"
    path.write_text("\n".join(["item,rater,answer", *rows]))
    store = VoteStore.ingest(path, tmp_path / "store", partitions=2)
    with files_of_at_most(1_000):
        ended = reassess("fit", store.folder, *EM)
    refused(ended, "patterns of votes cannot be kept there (File too large): make room, or name")


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_table_that_is_not_ended_leaves_nothing(name: str, tmp_path: Path) -> None:
    table = Table({"item": ["a", "b"]})
    with streamed(tmp_path / name) as stream:
        stream.write(table)
    with pytest.raises(AttributeError), streamed(tmp_path / name) as stream:
        stream.write(None)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
