"""Files are copied once, compared with their manifest, and copying goes on where it broke off."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from aggregation import VoteError, VoteStore, fit_dawid_skene

from .....support.stores import bytes_of

pytest.importorskip("fsspec", reason="needs fsspec: pip install 'reassess[url]'")

from fsspec import register_implementation

from .....support.flaky_disk import Flaky


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


def test_what_is_broken_off_does_not_wait_for_whole_files(store: VoteStore) -> None:
    """Of the files that are being copied, none is copied to its end."""
    begun, ended = Event(), list[str]()

    class Endless(Flaky):
        protocol = "endless"

        def get_file(self, source: str, target: str, **options: Any) -> None:
            Path(target).write_bytes(b"half")
            if source.endswith("codes-0000.i32"):
                begun.wait(timeout=60)
                raise ConnectionResetError("connection lost")
            begun.set()
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                time.sleep(0.001)
                options["callback"].relative_update(1)
            ended.append(source)

    register_implementation("endless", Endless, clobber=True)
    there = VoteStore.open(f"endless://{store.folder}")
    with pytest.raises(VoteError, match="connection lost"):
        there.fetch()
    assert ended == []
    assert [path.name for path in there.folder.iterdir()] == ["manifest.json"]


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


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(VoteError, match=r"^s3://b: a library is missing \(Install s3fs .*\[url\]'"):
        VoteStore.open("s3://b")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(VoteError, match=r"^s3://b: a store at a URL needs fsspec: pip install 're"):
        VoteStore.open("s3://b")
