"""The download, from a server on this machine: all of a file that is the published one, or none."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis import Release, ReleaseError
from analysis.release.files import download, transfer
from analysis.release.files.download import fetch_release, find_release

from ....support.served_files import CONTENTS, Site, held, publish, served

FIRST = next(iter(CONTENTS))


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Take the addresses of the release's files to a server on this machine."""
    site = Site()
    with served(site) as address:
        publish(monkeypatch, address)
        yield site


def test_addresses() -> None:
    """They name a commit: what is published there does not change."""
    assert [*download.FILES] == [
        "raters.npz",
        "golden.npz",
        "raters_golden.npz",
        "scores.npz",
        "real.json",
        "imagenet_2012_validation_synset_labels.txt",
    ]
    for name, (address, sha256, _) in download.FILES.items():
        assert re.fullmatch(rf"https://.+/[0-9a-f]{{40}}/(.+/)?{re.escape(name)}", address)
        assert re.fullmatch("[0-9a-f]{64}", sha256)


@pytest.mark.release
def test_hashes_are_those_of_the_release(release: Release) -> None:
    for name, file in download.FILES.items():
        content = (release.folder / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.sha256, file.size)


def test_everything_is_fetched_once(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert fetch_release(folder) == folder
    assert held(folder) == CONTENTS
    assert site.asked == [*CONTENTS]
    assert find_release(folder) == folder
    fetch_release(folder)
    assert site.asked == [*CONTENTS]


def test_what_is_there_is_kept(site: Site, tmp_path: Path) -> None:
    (tmp_path / "scores.npz").write_bytes(CONTENTS["scores.npz"])
    before = (tmp_path / "scores.npz").stat()
    fetch_release(tmp_path)
    after = (tmp_path / "scores.npz").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert held(tmp_path) == CONTENTS
    assert site.asked == [name for name in CONTENTS if name != "scores.npz"]


def test_the_cache_is_the_default(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.delenv("REASSESS_DATA", raising=False)
    assert fetch_release() == tmp_path / "cache" == find_release()


def test_progress(site: Site, tmp_path: Path) -> None:
    calls: list[tuple[str, int]] = []

    class Bar:
        def __init__(self, name: str) -> None:
            self.name = name
            self.total = 0

        def update(self, n: int) -> None:
            calls.append((self.name, n))

        def close(self) -> None:
            calls.append((self.name, -self.total))

    fetch_release(tmp_path, progress=Bar)
    for name, content in CONTENTS.items():
        *pieces, closed = [n for called, n in calls if called == name]
        assert (sum(pieces), closed) == (len(content), -len(content))


def test_altered_bytes(site: Site, tmp_path: Path) -> None:
    site.contents["golden.npz"] = CONTENTS["golden.npz"][:-1] + b"?"
    with pytest.raises(ReleaseError, match=r"golden\.npz: what it sends is not the published file"):
        fetch_release(tmp_path)
    assert held(tmp_path) == {FIRST: CONTENTS[FIRST]}


def test_interrupted(site: Site, tmp_path: Path) -> None:
    site.contents["golden.npz"] = CONTENTS["golden.npz"][:20_000]
    site.announced["golden.npz"] = len(CONTENTS["golden.npz"])
    with pytest.raises(ReleaseError, match=r"http://127.*golden\.npz: the connection broke after "):
        fetch_release(tmp_path)
    assert held(tmp_path) == {FIRST: CONTENTS[FIRST]}


def test_not_found(site: Site, tmp_path: Path) -> None:
    del site.contents[FIRST]
    with pytest.raises(
        ReleaseError, match=r"raters\.npz: its server does not send the file \(404 Not Found\)"
    ):
        fetch_release(tmp_path)
    assert held(tmp_path) == {}


def test_an_altered_file_is_left_as_it_is(site: Site, tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("my own")
    message = f"{tmp_path / 'real.json'} is not the published file: move it away"
    with pytest.raises(ReleaseError, match=re.escape(message)):
        fetch_release(tmp_path)
    assert held(tmp_path) == {"real.json": b"my own"}
    assert site.asked == []


def test_a_folder_that_cannot_be_written(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    message = f"{tmp_path / 'file' / FIRST} cannot be written ("
    with pytest.raises(ReleaseError, match=re.escape(message)):
        fetch_release(tmp_path / "file")


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def test_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"http://127.0.0.1:{closed_port()}/"
    publish(monkeypatch, address)
    start = time.monotonic()
    with pytest.raises(ReleaseError) as caught:
        fetch_release(tmp_path)
    assert time.monotonic() - start < 5
    assert str(caught.value) == (
        f"{address}{FIRST} cannot be reached (ConnectionError): without a network, put the six "
        "files in a folder and name it with --data or REASSESS_DATA"
    )
    assert held(tmp_path) == {}


def test_a_server_that_does_not_answer(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert transfer.CONNECT_SECONDS < 10
    monkeypatch.setattr(transfer, "CONNECT_SECONDS", 0.2)
    site.seconds_to_answer = 1.0
    start = time.monotonic()
    with pytest.raises(ReleaseError, match=r"raters\.npz cannot be reached \(.*Timeout"):
        fetch_release(tmp_path)
    assert time.monotonic() - start < 0.9


def test_a_name_that_is_looked_up_for_long(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No time limit of a connection covers the look-up of its name."""
    looked_up = threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        looked_up.wait(10)
        raise socket.gaierror("no such name")

    monkeypatch.setattr(transfer, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    start = time.monotonic()
    try:
        with pytest.raises(ReleaseError, match=r"cannot be reached \(TimeoutError\)"):
            fetch_release(tmp_path)
        assert time.monotonic() - start < 5
    finally:
        looked_up.set()


def complete(folder: Path) -> Path:
    folder.mkdir()
    for name in CONTENTS:
        (folder / name).touch()
    return folder


def test_where_the_release_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REASSESS_DATA", raising=False)
    cache = tmp_path / "cache"
    monkeypatch.setattr(download, "cache_dir", lambda: cache)
    message = (
        "not on this machine: `reassess fetch` downloads it, or name its folder with --data or"
    )
    with pytest.raises(ReleaseError, match=message):
        find_release()
    complete(cache)
    assert find_release() == cache
    named = complete(tmp_path / "named")
    monkeypatch.setenv("REASSESS_DATA", str(named))
    assert find_release() == named
    given = complete(tmp_path / "given")
    assert find_release(given) == given
    assert find_release(str(given)) == given
    (cache / FIRST).unlink()
    monkeypatch.delenv("REASSESS_DATA")
    with pytest.raises(ReleaseError, match=message):
        find_release()


def test_a_folder_that_is_named_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "cache_dir", lambda: complete(tmp_path / "cache"))
    given = complete(tmp_path / "given")
    (given / "scores.npz").unlink()
    (given / "real.json").unlink()
    with pytest.raises(ReleaseError, match=r"given \(--data\) lacks scores\.npz, real\.json$"):
        find_release(given)
    monkeypatch.setenv("REASSESS_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(
        ReleaseError,
        match=r"nowhere \(REASSESS_DATA\) lacks raters.npz, .*: there is no such folder",
    ):
        find_release()


def test_cache_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert download.cache_dir().is_relative_to(tmp_path)
    assert "reassess" in str(download.cache_dir())
