"""A store at a URL is opened by its manifest, and its copies are nobody else's."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from aggregation import VoteError, VoteStore, fit_dawid_skene
from aggregation.votes.store.alone import locked
from aggregation.votes.store.manifest import write_manifest

from .....support.stores import assert_same, bytes_of, shuffled_table, write_csv

pytest.importorskip("fsspec", reason="needs fsspec: pip install 'reassess[url]'")

from .....support.flaky_disk import Flaky

ROOT = Path(__file__).parents[5]


def test_is_the_store_and_leaves_nothing(store: VoteStore, temporary: Path) -> None:
    """In a process of its own, which has an end."""
    program = """
import sys
from pathlib import Path
from aggregation import VoteStore, fit_dawid_skene
store = VoteStore.open("file://" + sys.argv[1])
left = [*store.folder.iterdir()]
assert [path.name for path in left] == ["manifest.json"]  # the others when they are needed
fit = fit_dawid_skene(store)
assert len([*store.folder.iterdir()]) == 9
print(repr(fit.log_likelihood), store.folder)
"""
    found = subprocess.run(
        [sys.executable, "-c", program, store.folder],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=True,
    )
    height, folder = found.stdout.split()
    assert height == repr(fit_dawid_skene(store).log_likelihood)
    assert Path(folder).parent == temporary
    assert list(temporary.iterdir()) == []


def test_each_file_is_copied_once(flaky: str, store: VoteStore) -> None:
    there, told = VoteStore.open(flaky), list[float]()
    assert there.fetch(progress=lambda _, share: told.append(share)) is there
    assert told == sorted(told)
    assert (len(told), told[-1]) == (len(store.manifest.files), 1.0)
    assert_same(fit_dawid_skene(there), fit_dawid_skene(store.votes()))
    assert there.rater_names == store.rater_names
    assert Flaky.copied == Counter([*store.manifest.files])
    again = pickle.loads(pickle.dumps(there))
    shutil.rmtree(there.folder)  # as at the end of the process
    assert_same(fit_dawid_skene(again), fit_dawid_skene(store.votes()))


def test_copies_are_kept_where_it_is_said(flaky: str, store: VoteStore, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    there = VoteStore.open(flaky, copies=kept).fetch()
    again = VoteStore.open(flaky, copies=kept)  # a notebook's cell that is run again
    assert again.origin is there.origin
    program = """
import sys
from aggregation import VoteStore
VoteStore.open(sys.argv[1], copies=sys.argv[2])
"""
    other = [sys.executable, "-c", program, f"file://{store.folder}", str(kept)]
    found = subprocess.run(other, cwd=ROOT, capture_output=True, text=True, check=False)
    assert f"kept: is in use (process {os.getpid()}): name another folder" in found.stderr
    del there, again
    assert bytes_of(kept) == bytes_of(store.folder)
    assert_same(fit_dawid_skene(VoteStore.open(kept)), fit_dawid_skene(store.votes()))
    (kept / "codes-0001.i32").write_bytes(b"")  # what is there is compared, too
    VoteStore.open(flaky, copies=kept).fetch()
    assert bytes_of(kept) == bytes_of(store.folder)
    assert Flaky.copied.pop("codes-0001.i32") == 2
    assert set(Flaky.copied.values()) == {1}
    VoteStore.open(store.folder).add(write_csv(tmp_path / "more.csv", shuffled_table(50, seed=2)))
    for folder in (kept, tmp_path):
        with pytest.raises(VoteError, match="holds something else than copies of this store"):
            VoteStore.open(flaky, copies=folder)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("file:///is/nowhere", "^file:///is/nowhere: no store of votes: there is no manifest.json"),
        ("smoke://there", r"^smoke://there: cannot be reached \(Protocol not known: smoke"),
        ("ftp://ann:secret@127.0.0.1:1/s", r"^ftp://127.0.0.1:1/s: cannot be reached \(.*refused"),
    ],
)
def test_where_no_store_is(url: str, message: str) -> None:
    with pytest.raises(VoteError, match=message) as raised:
        VoteStore.open(url)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["../evil.i32", "/evil.i32", "..", ".hidden", "a\\b.i32"])
def test_a_manifest_has_no_say_in_what_lies_elsewhere(
    name: str, flaky: str, store: VoteStore, tmp_path: Path
) -> None:
    held = store.manifest
    files = {**held.files, name: held.files["codes-0000.i32"]}
    write_manifest(store.folder, held._replace(files=files))
    with pytest.raises(
        VoteError, match=r"flaky://.*/manifest.json: no file of a store is called '"
    ):
        VoteStore.open(flaky)
    assert not Flaky.copied


def test_nothing_is_written_to_a_url(flaky: str, store: VoteStore, tmp_path: Path) -> None:
    votes = tmp_path / "votes.csv"
    with pytest.raises(VoteError, match=r"^flaky://.* not at a URL"):
        VoteStore.open(flaky).add(votes)
    with pytest.raises(VoteError, match=r"^s3://bucket/store: votes are put into, or added to"):
        VoteStore.ingest(votes, "s3://bucket/store")
    with pytest.raises(VoteError, match=r"^copies='x' are of a store at a URL"):
        VoteStore.open(store.folder, copies="x")
    locked(store.folder)()  # nobody has kept a lock


def test_a_folder_that_was_left_is_nobody_elses_to_remove(
    store: VoteStore, flaky: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Flaky, "left", 1)
    first = VoteStore.open(flaky)
    with pytest.raises(VoteError, match="connection lost"):
        first.fetch()
    monkeypatch.setattr(Flaky, "left", 1000)
    second = VoteStore.open(flaky)
    assert second.folder == first.folder
    with pytest.raises(VoteError, match="is in use"):
        first.fetch()
    second.fetch()
    del first
    assert fit_dawid_skene(second).log_likelihood == fit_dawid_skene(store).log_likelihood


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("files", None),
        ("files", {"codes-0000.i32": {"sha256": ""}}),
        ("partitions", [["one", 2]]),
        ("partitions", 7),
        ("n_votes", "many"),
    ],
)
def test_manifests_of_anyone_are_not_trusted(store: VoteStore, part: str, value: Any) -> None:
    write_manifest(store.folder, store.manifest._replace(**{part: value}))
    with pytest.raises(VoteError, match="does not say what each file of a store holds"):
        VoteStore.open(f"file://{store.folder}")


def test_two_at_once_have_folders_of_their_own(flaky: str, temporary: Path) -> None:
    one, other = VoteStore.open(flaky).fetch(), VoteStore.open(flaky).fetch()
    assert one.folder != other.folder
    assert bytes_of(one.folder) == bytes_of(other.folder)
    del one, other
    assert list(temporary.iterdir()) == []


def test_a_folder_that_another_user_may_change_is_not_taken(flaky: str) -> None:
    there = VoteStore.open(flaky)
    place = there.folder
    del there
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    there = VoteStore.open(flaky)
    assert there.folder != place
