"""A store that a server has: the web's, of which Python has one, and S3's, which moto makes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from aggregation import VoteError, VoteStore, fit_dawid_skene
from aggregation.votes.store.remote import copying

from .....support.clusters import need_dask
from .....support.served_files import served_by
from .....support.stores import assert_same, bytes_of, small_store

pytest.importorskip("fsspec", reason="needs fsspec: pip install 'reassess[url]'")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VoteStore:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return small_store(tmp_path)


class Handler(SimpleHTTPRequestHandler):
    """Send files, but the one of which a test says so only in part."""

    cut = slow = ""
    # What is sent of a slow file at once, and the seconds until more is.
    piece, pause = 1_000, 0.2

    def copyfile(self, source: Any, target: Any) -> None:
        """Send what a file holds."""
        if self.cut and self.path.endswith(self.cut):
            target.write(source.read()[:100])
        elif self.slow and self.path.endswith(self.slow):
            with suppress(OSError):  # who waits no longer has gone
                while piece := source.read(self.piece):
                    target.write(piece)
                    time.sleep(self.pause)
        else:
            super().copyfile(source, target)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def test_a_web_server(store: VoteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("aiohttp", reason="needs aiohttp: pip install 'reassess[url]'")
    with served_by(partial(Handler, directory=str(store.folder))) as url:
        assert_same(fit_dawid_skene(VoteStore.open(url)), fit_dawid_skene(store.votes()))
        with pytest.raises(VoteError, match=rf"^{url}/no: no store of votes: there is no manifest"):
            VoteStore.open(f"{url}/no")
        monkeypatch.setattr(Handler, "cut", "codes-0001.i32")
        with pytest.raises(
            VoteError, match=rf"^{url}/codes-0001.i32: cannot be copied \("
        ) as found:
            VoteStore.open(url).fetch()
        assert "\n" not in str(found.value)
    with pytest.raises(VoteError, match=rf"^{url}/manifest.json: cannot be read \("):
        VoteStore.open(url)


def test_a_file_takes_as_long_as_it_keeps_coming(
    store: VoteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no longer: the library's own limit is that of the whole file."""
    aiohttp = pytest.importorskip("aiohttp", reason="needs aiohttp: pip install 'reassess[url]'")
    monkeypatch.setattr("aiohttp.client.DEFAULT_TIMEOUT", aiohttp.ClientTimeout(total=0.5))
    monkeypatch.setattr(Handler, "slow", "codes-0001.i32")  # of 6,600 bytes
    with served_by(partial(Handler, directory=str(store.folder))) as url:
        begun = time.monotonic()
        assert bytes_of(VoteStore.open(url).fetch().folder) == bytes_of(store.folder)
        assert time.monotonic() - begun > 1
        monkeypatch.setattr(copying, "SILENCE", 0.3)
        monkeypatch.setattr(Handler, "pause", 3)
        silent = rf"^{url}/codes-0001.i32: cannot be copied \(Timeout on reading data from socket"
        with pytest.raises(VoteError, match=silent):
            VoteStore.open(url).fetch()


@pytest.fixture
def bucket(store: VoteStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Put the store into a bucket, and return its URL."""
    moto = pytest.importorskip("moto.server", reason="needs moto: pip install 'moto[server]'")
    s3fs = pytest.importorskip("s3fs", reason="needs s3fs: pip install 'reassess[url]'")
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    system = s3fs.S3FileSystem(skip_instance_cache=True)
    system.mkdir("bucket")
    system.put(f"{store.folder}/", "bucket/store", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()
    yield "s3://bucket/store"
    server.stop()


def test_s3(store: VoteStore, bucket: str) -> None:
    in_memory = fit_dawid_skene(store.votes())
    there = VoteStore.open(bucket).fetch()
    assert bytes_of(there.folder) == bytes_of(store.folder)
    assert_same(fit_dawid_skene(there), in_memory)
    need_dask()
    for one in (VoteStore.open(bucket).on("local:2"), store.on("local:2", copies=bucket)):
        assert_same(fit_dawid_skene(one), in_memory)
    for url in ("s3://bucket/elsewhere", "s3://elsewhere/store"):
        with pytest.raises(VoteError, match=rf"^{url}: no store of votes: there is no manifest"):
            VoteStore.open(url)
