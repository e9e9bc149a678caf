"""A fit on a Dask cluster is, to the bit, the fit of one machine, also if workers die."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregation import METHODS, VoteError, Votes, VoteStore, fit_dawid_skene
from aggregation.engine.cluster import connection, dask_pieces

from ....support.clusters import Cluster, cluster_of, fork_servers, local_workers, need_dask
from ....support.stores import assert_same, store_of


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> VoteStore:
    return store_of(tmp_path_factory.mktemp("stores"), 6_000, 50, partitions=5)


@pytest.fixture
def cluster(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cluster]:
    """Start as many workers as the test says."""
    need_dask()
    monkeypatch.setattr(dask_pieces, "SUCCESSION", 0.1)
    monkeypatch.setattr(dask_pieces, "PATIENCE", 0.1)
    monkeypatch.setattr(dask_pieces, "LOOK", 0.2)
    with cluster_of(tmp_path, request.param) as started:
        yield started


def at_step(number: int, do: Callable[[], object]) -> Callable[[int, float], None]:
    """Do something after one of the steps."""

    def tell(step: int, _: float) -> None:
        if step == number:
            do()

    return tell


def counted_passes(patch: pytest.MonkeyPatch) -> list[int]:
    """Return a list to which each partition that this process maps adds its number."""
    partition, mapped = VoteStore.partition, list[int]()

    def told(store: VoteStore, number: int) -> Votes:
        mapped.append(number)
        return partition(store, number)

    patch.setattr(VoteStore, "partition", told)
    return mapped


def assert_nothing_left(left: Callable[[], Iterable[Any]]) -> None:
    """Wait until workers have let go of all that they held: the scheduler tells them by and by."""
    deadline = time.monotonic() + 30
    while any(held := left()):
        assert time.monotonic() < deadline, held
        time.sleep(0.1)


@pytest.mark.parametrize("cluster", [3], indirect=True)
@pytest.mark.filterwarnings("ignore::aggregation.errors.IdentifiabilityWarning")
def test_any_number_of_workers_and_any_that_die(
    cluster: Cluster, store: VoteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One chain, for a cluster takes its time: three workers, of which one after the other dies."""
    from distributed import Client

    there, votes = store.on(cluster.address), store.votes()
    in_memory = fit_dawid_skene(votes)
    for options in ({"pseudo_count": 0.3}, {"n_classes": 2, "restarts": 1, "leave_zeros": True}):
        assert_same(fit_dawid_skene(there, **options), fit_dawid_skene(votes, **options))
    for name, most in (("dawid-skene", 1), ("ibcc", 0), ("mace-em", 0)):
        with monkeypatch.context() as patch:
            passes = counted_passes(patch)
            METHODS[name](there)
        assert len(passes) <= most, name  # it is the workers that go through the votes
    for name in ("ibcc", "ebcc", "mace-em", "bwa", "wawa"):
        options = {"restarts": 0} if name == "ebcc" else {}
        fits: list[Any] = [METHODS[name](one, **options) for one in (there, store)]
        np.testing.assert_array_equal(*(fit.objective for fit in fits))
        for part, other in zip(*(fit.parts() for fit in fits), strict=True):
            np.testing.assert_array_equal(part.posterior, other.posterior)
    with Client(cluster.address, set_as_default=False) as client:
        assert_same(fit_dawid_skene(store.on(client)), in_memory)  # on three
        assert client.status == "running"
        assert_nothing_left(
            lambda: client.run(lambda dask_worker: sorted(dask_worker.data)).values()
        )
    for _ in range(2):  # from three to two, and to one
        found = fit_dawid_skene(there, progress=at_step(6, cluster.kill_a_worker))
        assert_same(found, in_memory)
        assert_same(fit_dawid_skene(there), in_memory)
    checkpoint = tmp_path / "checkpoint.npz"
    with pytest.raises(VoteError, match=f"{cluster.address}: all workers are gone") as raised:
        fit_dawid_skene(there, checkpoint=checkpoint, progress=at_step(12, cluster.kill_a_worker))
    assert "\n" not in str(raised.value)
    steps: list[int] = []
    resumed = fit_dawid_skene(
        store, checkpoint=checkpoint, progress=lambda step, _: steps.append(step)
    )
    assert steps[0] > 3
    assert_same(resumed, in_memory)


@pytest.mark.parametrize("cluster", [2], indirect=True)
def test_a_worker_may_die_before_its_sums_have_come(
    cluster: Cluster, store: VoteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its task is done, and what came of it is gone; nothing tells who waits for that."""
    from distributed import Client

    gather, n_steps = Client.gather, 0

    def late(client: Any, tasks: Any, **options: Any) -> Any:
        nonlocal n_steps
        n_steps += 1
        if n_steps != 4:
            return gather(client, tasks, **options)

        async def after_a_death() -> Any:
            while not all(task.done() for task in tasks):
                await asyncio.sleep(0.01)
            cluster.kill_a_worker()
            return await gather(client, tasks, **options)

        return after_a_death()

    monkeypatch.setattr(Client, "gather", late)
    begun = time.monotonic()
    found = fit_dawid_skene(store.on(cluster.address))
    assert time.monotonic() - begun < 60
    assert n_steps > 4
    assert_same(found, fit_dawid_skene(store.votes()))


def check_copies(cluster: Cluster, store: VoteStore, tmp_path: Path) -> None:
    """Have workers copy their partitions from a zip file and from a folder, whole and not."""
    copy = tmp_path / "elsewhere"
    shutil.copytree(store.folder, copy)
    packed = shutil.make_archive(str(copy), "zip", copy)
    in_memory = fit_dawid_skene(store.votes())
    of_url = VoteStore.open(f"file://{copy}").on(cluster.address)
    for there in (of_url, store.on(cluster.address, copies=f"zip://::file://{packed}")):
        seen: list[list[str]] = []

        def look(_step: int, _height: float, seen: list[list[str]] = seen) -> None:
            seen.append(sorted(path.name for path in cluster.scratch.rglob("*-000?.i??")))

        assert_same(fit_dawid_skene(there, progress=look), in_memory)
        kinds = ("codes-000{}.i32", "starts-000{}.i64")
        assert seen[-1] == sorted(kind.format(number) for kind in kinds for number in range(5))
        assert_nothing_left(lambda: list(cluster.scratch.rglob("reassess-*")))
    codes = copy / "codes-0003.i32"
    codes.write_bytes(bytes(codes.stat().st_size))
    named = r"worker tcp://127.0.0.1:\d+ on \S+: file://\S+/"
    with pytest.raises(
        VoteError, match=named + r"codes-0003.i32: is another file than the store's"
    ):
        fit_dawid_skene(store.on(cluster.address, copies=f"file://{copy}"))
    codes.unlink()
    with pytest.raises(VoteError, match=r"codes-0003.i32: is missing there"):
        fit_dawid_skene(store.on(cluster.address, copies=f"file://{copy}"))
    with pytest.raises(VoteError, match=r"smoke://there: cannot be reached \("):
        fit_dawid_skene(store.on(cluster.address, copies="smoke://there"))


@pytest.mark.parametrize("cluster", [1], indirect=True)
def test_a_worker_that_cannot_read_the_store_is_named(
    cluster: Cluster, store: VoteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(store.folder, folder)
    check_copies(cluster, store, tmp_path)
    opened = VoteStore.open(folder).on(cluster.address)
    (folder / "codes-0004.i32").unlink()
    named = r"worker tcp://127.0.0.1:\d+ on \S+: "
    with pytest.raises(VoteError, match=named + r".*codes-0004.i32: cannot be read"):
        fit_dawid_skene(opened)
    manifest = folder / "manifest.json"
    other = store_of(tmp_path, 1_000, 5, partitions=1).folder
    shutil.copyfile(other / "manifest.json", manifest)
    with pytest.raises(VoteError, match=named + ".*holds another store there than here"):
        fit_dawid_skene(opened)
    manifest.unlink()
    with pytest.raises(VoteError, match=named + ".*every worker opens the store at that path"):
        fit_dawid_skene(opened)
    monkeypatch.setattr(connection, "ANSWER", 2)
    there = store.on(cluster.address)
    with pytest.raises(VoteError, match=f"{cluster.address}: the scheduler is gone"):
        fit_dawid_skene(there, progress=at_step(5, cluster.scheduler.kill))
    with pytest.raises(VoteError, match="nothing answers there"):
        fit_dawid_skene(there)


def test_local_workers_start_again_and_end(store: VoteStore) -> None:
    need_dask()

    def kill() -> None:
        if sys.platform == "linux":  # a process that has threads is not to be forked
            assert [server.num_threads() for server in fork_servers()] == [1]
        for worker in local_workers():
            worker.kill()

    found = fit_dawid_skene(store.on("local:1"), threads=1, progress=at_step(5, kill))
    assert_same(found, fit_dawid_skene(store.votes()))
    assert local_workers() == fork_servers() == []


@pytest.mark.parametrize(
    ("scheduler", "message"),
    [
        ("local:0", "local:N starts N workers, 1 to 256"),
        ("local:two", "local:N starts N workers, 1 to 256"),
        ("tcp://127.0.0.1:1", "scheduler 'tcp://127.0.0.1:1': nothing answers there"),
        ("smoke://127.0.0.1", "nothing answers there"),
        (8786, "nothing answers there"),
    ],
)
def test_what_is_no_scheduler(
    scheduler: Any, message: str, store: VoteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_dask()
    monkeypatch.setattr(connection, "ANSWER", 0.3)
    with pytest.raises(VoteError, match=message) as raised:
        fit_dawid_skene(store.on(scheduler))
    assert "\n" not in str(raised.value)


def test_without_dask(store: VoteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(VoteError, match=r"'local:2' needs Dask: pip install 'reassess\[dask\]'"):
        fit_dawid_skene(store.on("local:2"))


class OtherVersions:
    """A cluster of which a worker has another Numba."""

    def wait_for_workers(self, _: int, timeout: float) -> None:
        """Have them."""

    def get_versions(self, packages: list[str]) -> dict[str, Any]:
        here = {"packages": dict.fromkeys(packages, "1.0")}
        other = {"packages": here["packages"] | {"numba": "0.9"}}
        return {"client": here, "scheduler": here, "workers": {"tcp://a": here, "tcp://b": other}}


def test_other_versions_are_refused() -> None:
    client: Any = OtherVersions()
    with pytest.raises(VoteError, match=r"worker tcp://b has numba 0.9, and 1.0 is here"):
        connection.check_workers(client, "there")
