"""A store that has been altered: one message that names the file, and no kernel that follows it."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from aggregation import VoteError, Votes, VoteStore, fit_dawid_skene, read_votes
from aggregation.votes.store.manifest import is_store, partition_files

from ....support.stores import copied, small_store

FILES = partition_files(1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> VoteStore:
    return small_store(tmp_path_factory.mktemp("made"), 2_000)


def put(path: Path, place: int, value: int, kind: str) -> None:
    """Alter one number of a file."""
    numbers = np.fromfile(path, kind)
    numbers[place] = value
    numbers.tofile(path)


@pytest.mark.parametrize("place", [0, 300, -1])
@pytest.mark.parametrize("code", [-1, 200 * 4, 2**31 - 1, -(2**31)])
def test_codes_out_of_range_reach_no_kernel(
    code: int, place: int, store: VoteStore, tmp_path: Path
) -> None:
    folder = copied(store, tmp_path / "store")
    put(folder / FILES.codes, place, code, "<i4")
    opened = VoteStore.open(folder, verify=False)
    message = rf"{FILES.codes}: is damaged, a vote has the code {code}, which is none of 0 to 799"
    for use in (fit_dawid_skene, VoteStore.votes, VoteStore.votes_per_rater):
        with pytest.raises(VoteError, match=message):
            use(opened)
    with pytest.raises(VoteError, match=f"{FILES.codes}: has been altered"):
        VoteStore.open(folder)
    with pytest.raises(VoteError, match=f"{FILES.codes}: has been altered"):
        VoteStore.ingest(folder, tmp_path / "other")


@pytest.mark.parametrize(
    ("place", "value"), [(0, 1), (0, -1), (5, 10**9), (5, 0), (-2, 10**6), (-1, 3)]
)
def test_starts_that_do_not_follow(
    place: int, value: int, store: VoteStore, tmp_path: Path
) -> None:
    folder = copied(store, tmp_path / "store")
    put(folder / FILES.starts, place, value, "<i8")
    with pytest.raises(VoteError, match=f"{FILES.starts}: is damaged, its items do not follow"):
        fit_dawid_skene(VoteStore.open(folder, verify=False))


@given(
    name=st.sampled_from([FILES.codes, FILES.starts]),
    place=st.floats(0, 1, exclude_max=True),
    mask=st.integers(1, 255),
)
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_byte_altered_is_a_message_or_other_votes(
    name: str, place: float, mask: int, store: VoteStore, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = copied(store, tmp_path_factory.mktemp("altered") / "store")
    content = bytearray((folder / name).read_bytes())
    content[int(place * len(content))] ^= mask
    (folder / name).write_bytes(content)
    with pytest.raises(VoteError, match=f"{name}: has been altered"):
        VoteStore.open(folder)
    opened = VoteStore.open(folder, verify=False)
    with warnings.catch_warnings(action="ignore"):  # a fit that is not at its end is none of ours
        try:
            fit = fit_dawid_skene(opened, max_steps=2, pseudo_count=1)
        except VoteError as error:
            assert name in str(error)  # noqa: PT017 (which of the two it is does not matter)
        else:
            np.testing.assert_allclose(fit.error_rates.sum(axis=2), 1)


def test_any_altered_manifest_is_refused(store: VoteStore, tmp_path: Path) -> None:
    folder = copied(store, tmp_path / "store")
    path = folder / "manifest.json"
    held = json.loads(path.read_bytes())
    altered: list[dict[str, Any]] = [
        {"n_raters": 2},
        {"n_answers": "4"},
        {"n_votes": -1},
        {"item_type": "int64"},
        {"partitions": held["partitions"][:2]},
        {"partitions": None},
        {"files": {}},
        {"sha256": None},
        {"more": 1},
        {"version": 0},
        {"version": "1"},
        {"version": 2},
    ]
    for changed in altered:
        path.write_text(json.dumps(held | changed))
        with pytest.raises(VoteError, match=r"manifest.json: (has been altered|is dam|a store of)"):
            VoteStore.open(folder, verify=False)
    del held["n_raters"]
    path.write_text(json.dumps(held))
    with pytest.raises(VoteError, match=r"manifest.json: is damaged"):
        VoteStore.open(folder)


@pytest.mark.parametrize("content", ["[]", "{}", "3", '{"format": "other"}'])
def test_a_manifest_of_something_else_is_still_a_stores(
    content: str, store: VoteStore, tmp_path: Path
) -> None:
    folder = copied(store, tmp_path / "store")
    (folder / "manifest.json").write_text(content)
    assert is_store(folder)
    with pytest.raises(VoteError, match=r"manifest.json: is not the manifest of a store of votes"):
        VoteStore.ingest(folder, tmp_path / "other")
    (folder / FILES.codes).with_name(partition_files(0).codes).unlink()
    assert not is_store(folder)


def test_a_store_is_no_folder_of_files(store: VoteStore) -> None:
    for read in (Votes.read, read_votes):
        with pytest.raises(VoteError, match=r"store: is a store of votes, .* VoteStore\.open"):
            read(store.folder)


@pytest.mark.parametrize("number", [-1, 3, 1.0, "0", True, None])
def test_a_partition_that_there_is_not(number: Any, store: VoteStore) -> None:
    for use in (store.partition, lambda one: store.item_names([one])):
        with pytest.raises(VoteError, match=r"partition .*: the store has 0 to 2"):
            use(number)


@pytest.mark.parametrize("name", ["raters.parquet", "answers.parquet", FILES.items])
def test_names_that_are_others_of_the_same_size(
    name: str, store: VoteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(store, tmp_path / "store")
    monkeypatch.setattr("aggregation.votes.store.store.check_files", lambda *_, **__: None)

    def used() -> object:
        opened = VoteStore.open(folder)
        return list(opened.votes().item_names)

    path, column = folder / name, parquet.read_table(folder / name)["name"]
    for content, message in (
        (pa.table({"name": column.slice(1)}), f"is damaged, it has {len(column) - 1} names, not"),
        (pa.table({"other": column}), "cannot be read"),
        (None, "cannot be read"),
    ):
        if content is None:
            path.write_bytes(b"PAR1 nothing of the kind PAR1")
        else:
            parquet.write_table(content, path)
        with pytest.raises(VoteError, match=f"{name}: {message}") as raised:
            used()
        assert len(str(raised.value).splitlines()) == 1
