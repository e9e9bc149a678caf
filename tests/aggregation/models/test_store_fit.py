"""A fit from a store is, to the bit, the fit of its votes in memory, also if it was broken off."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregation import IdentifiabilityWarning, VoteError, Votes, VoteStore, fit_dawid_skene

from ...support.stores import assert_same, store_of

FIT = """
import sys
from aggregation import VoteStore, fit_dawid_skene
fit_dawid_skene(VoteStore.open(sys.argv[1]), checkpoint=sys.argv[2], tol=0, max_steps=100_000)
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> VoteStore:
    """Votes of which hardly any items share theirs."""
    return store_of(tmp_path_factory.mktemp("many"), 20_000, 200, partitions=5)


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> VoteStore:
    """Votes of so few raters that many items share theirs."""
    return store_of(tmp_path_factory.mktemp("few"), 20_000, 3, partitions=3)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"pseudo_count": 0.3, "threads": 2},
        {"family": "one-coin", "accelerate": False, "tol": 1e-7},
        {"hard": True},
        {"n_classes": 2, "restarts": 1, "max_steps": 20, "leave_zeros": True},
        {"class_prior": [0.5, 0.3, 0.2], "threads": 1},
    ],
)
@pytest.mark.filterwarnings("ignore::aggregation.errors.ConvergenceWarning")
def test_equals_the_fit_in_memory_to_the_bit(
    options: dict[str, Any], store: VoteStore, alike: VoteStore
) -> None:
    for one in (store, alike):
        with warnings.catch_warnings(action="ignore", category=IdentifiabilityWarning):
            assert_same(fit_dawid_skene(one, **options), fit_dawid_skene(one.votes(), **options))


def test_nearly_equals_the_fit_of_votes_in_another_order(store: VoteStore) -> None:
    votes = store.votes()
    other = fit_dawid_skene(votes.select(np.arange(votes.n_items)))
    found = fit_dawid_skene(store)
    assert found.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-9)
    np.testing.assert_allclose(found.error_rates, other.error_rates, atol=1e-3)


def test_starts_from_an_earlier_fit(store: VoteStore) -> None:
    fit = fit_dawid_skene(store)
    assert fit_dawid_skene(store, start=fit).n_steps < fit.n_steps
    again = fit_dawid_skene(store, error_rates=fit.error_rates, class_prior=fit.class_prior)
    assert again.log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-12)


def test_what_a_store_cannot_have_is_refused(store: VoteStore) -> None:
    with pytest.raises(VoteError, match="known items of a store go by their names"):
        fit_dawid_skene(store, truth=np.full(store.n_items, -1))
    with pytest.raises(VoteError, match="not from posteriors"):
        fit_dawid_skene(store, start=np.full((store.n_items, 3), 1 / 3))


class BrokenOffError(Exception):
    """What a test ends a fit with."""


@pytest.mark.parametrize("steps", [9, 20])
def test_goes_on_from_its_checkpoint(steps: int, store: VoteStore, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"

    def break_off(step: int, _: float) -> None:
        if step == steps:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        fit_dawid_skene(store, checkpoint=path, progress=break_off)
    seen: list[int] = []
    found = fit_dawid_skene(store, checkpoint=path, progress=lambda step, _: seen.append(step))
    assert seen[0] > 3
    assert_same(found, fit_dawid_skene(store.votes()))
    with pytest.raises(VoteError, match="is the checkpoint of other votes or other options"):
        fit_dawid_skene(store, checkpoint=path, pseudo_count=0.1)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(VoteError, match="a checkpoint that cannot be read"):
        fit_dawid_skene(store, checkpoint=path)


@pytest.mark.filterwarnings("ignore::aggregation.errors.ConvergenceWarning")
def test_a_checkpoint_of_votes_in_memory(store: VoteStore, tmp_path: Path) -> None:
    votes, path = store.votes(), tmp_path / "checkpoint.npz"
    assert fit_dawid_skene(votes, checkpoint=path, max_steps=12, tol=0).n_steps == 12
    assert_same(fit_dawid_skene(store), fit_dawid_skene(votes, checkpoint=path))
    with pytest.raises(VoteError, match="the checkpoint cannot be written"):
        fit_dawid_skene(votes, checkpoint=Path("/dev/null/c.npz"))


def test_killed_and_resumed(store: VoteStore, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"
    process = subprocess.Popen([sys.executable, "-c", FIT, str(store.folder), str(path)])
    while not path.exists() and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert_same(fit_dawid_skene(store, checkpoint=path), fit_dawid_skene(store.votes()))


def test_a_partition_that_is_gone_is_named(store: VoteStore, tmp_path: Path) -> None:
    opened = store_of(tmp_path, 1_000, 4, partitions=3)
    (opened.folder / "codes-0001.i32").unlink()
    with pytest.raises(VoteError, match=r"codes-0001.i32: cannot be read \(No such file"):
        fit_dawid_skene(opened)


def test_votes_of_a_store_stay_in_partitions_only_as_long_as_they_are_all(store: VoteStore) -> None:
    votes = store.votes()
    assert votes.cuts is not None
    assert votes.cuts[-1] == votes.n_items
    assert votes.select([0, 1]).cuts is None
    assert isinstance(votes, Votes)
