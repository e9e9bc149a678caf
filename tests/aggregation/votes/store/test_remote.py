"""A store at a URL is copied once, compared with its manifest, and goes on where it broke off."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import pytest

from aggregation import VoteError, VoteStore, fit_dawid_skene
from aggregation.votes.store.alone import locked
from aggregation.votes.store.manifest import write_manifest
from aggregation.votes.store.remote import said

from ....support.stores import assert_same, bytes_of, shuffled_table, small_store, write_csv

NEEDS = "needs fsspec: pip install 'reassess[url]'"
fsspec: Any = pytest.importorskip("fsspec", reason=NEEDS)
local: Any = pytest.importorskip("fsspec.implementations.local", reason=NEEDS)
ROOT = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a folder for temporary files, to look into."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> VoteStore:
    return small_store(tmp_path)


class Flaky(local.LocalFileSystem):  # type: ignore[misc]
    """A disk that says what is copied from it, and is gone after so many files."""

    protocol = "flaky"
    copied: ClassVar[Counter[str]] = Counter()
    left = 1000

    def get_file(self, source: str, target: str, **options: Any) -> None:
        """Copy a file, if there are any left; what breaks off leaves half a file."""
        Flaky.left -= 1
        if Flaky.left < 0:
            Path(target).write_bytes(b"half")
            raise ConnectionResetError("connection lost")
        Flaky.copied[Path(source).name] += 1
        super().get_file(source, target, **options)


@pytest.fixture
def flaky(store: VoteStore, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the store's URL on a disk that may break off."""
    fsspec.register_implementation("flaky", Flaky, clobber=True)
    monkeypatch.setattr(Flaky, "copied", Counter())
    return f"flaky://{store.folder}"


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


def test_goes_on_where_it_broke_off(
    flaky: str, store: VoteStore, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    monkeypatch.setattr(Flaky, "left", 4)
    there = VoteStore.open(flaky)
    said = rf"connection lost\); the same again goes on from {there.folder}"
    with pytest.raises(VoteError, match=said) as raised:
        there.fetch()
    assert str(raised.value).startswith(flaky)
    whole = bytes_of(store.folder)
    assert {name: whole[name] for name in bytes_of(there.folder)} == bytes_of(there.folder)
    assert len(bytes_of(there.folder)) == 5
    folder = there.folder
    del there, raised
    monkeypatch.setattr(Flaky, "left", 1000)
    again = VoteStore.open(flaky).fetch()
    assert again.folder == folder
    assert bytes_of(folder) == whole
    assert set(Flaky.copied.values()) == {1}
    del again
    assert list(temporary.iterdir()) == []


def test_copies_are_kept_where_it_is_said(flaky: str, store: VoteStore, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    there = VoteStore.open(flaky, copies=kept).fetch()
    with pytest.raises(VoteError, match=r"kept: is in use \(process \d+\): name another folder"):
        VoteStore.open(flaky, copies=kept)
    del there
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


def test_a_file_that_was_altered_is_named(flaky: str, store: VoteStore) -> None:
    codes = store.folder / "codes-0002.i32"
    codes.write_bytes(bytes(codes.stat().st_size))
    there = VoteStore.open(flaky)
    with pytest.raises(VoteError, match=r"codes-0002.i32: is another file than the store's mani"):
        fit_dawid_skene(there)
    assert not (there.folder / codes.name).exists()
    (store.folder / "manifest.json").write_text("{}")
    with pytest.raises(VoteError, match=r"flaky://.*/manifest.json: is not the manifest of a sto"):
        VoteStore.open(flaky)


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


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(VoteError, match=r"^s3://b: a library is missing \(Install s3fs .*\[url\]'"):
        VoteStore.open("s3://b")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(VoteError, match=r"^s3://b: a store at a URL needs fsspec: pip install 're"):
        VoteStore.open("s3://b")


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


@pytest.mark.parametrize(
    ("url", "shown"),
    [("s3://a:b@c/d", "s3://c/d"), ("http://u:p@ss@h/x/", "http://h/x"), ("s3://b/d", "s3://b/d")],
)
def test_passwords_are_not_said(url: str, shown: str) -> None:
    assert said(url) == shown
