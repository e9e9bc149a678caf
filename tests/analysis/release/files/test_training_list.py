"""The list of training files: each line is checked, and its first hash is kept."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis import ReleaseError, load_training_list
from analysis.release.files import training_list
from analysis.release.files.training_list import RECORD, TRAINING_LIST, fetch_training_list

from ....support import bad_releases as bad
from ....support.commands import Command, refused
from ....support.served_files import Site, served

NAMES = ["n90000000_10026.JPEG", "n90000000_3.JPEG", "n90000999_12.JPEG"]
CONTENT = "".join(f"{name}\n" for name in NAMES).encode()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    site = Site(contents={TRAINING_LIST: CONTENT})
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with served(site) as address:
        monkeypatch.setattr(training_list, "ADDRESS", address + TRAINING_LIST)
        yield site


@pytest.fixture
def folder(simulated_dir: Path, tmp_path: Path) -> Path:
    return bad.linked(simulated_dir, tmp_path / "release")


def test_address() -> None:
    assert training_list.ADDRESS == (
        "https://github.com/google-research/reassessed-imagenet/releases/download/v1.0/"
        "fnames_clean.txt"
    )


def test_it_is_fetched_once_and_its_hash_is_kept(site: Site, folder: Path) -> None:
    assert fetch_training_list(folder) == (NAMES, SHA256)
    assert (folder / TRAINING_LIST).read_bytes() == CONTENT
    assert json.loads((folder / RECORD).read_text()) == {
        "address": training_list.ADDRESS,
        "sha256": SHA256,
        "files": 3,
        "classes": 2,
    }
    assert load_training_list(folder) == NAMES
    assert fetch_training_list(folder) == (NAMES, SHA256)
    assert site.asked == [TRAINING_LIST]


def test_what_is_fetched_again_must_be_the_same(site: Site, folder: Path) -> None:
    fetch_training_list(folder)
    (folder / TRAINING_LIST).unlink()
    assert fetch_training_list(folder).sha256 == SHA256
    (folder / TRAINING_LIST).unlink()
    site.contents[TRAINING_LIST] = CONTENT + b"n90000001_1.JPEG\n"
    with pytest.raises(ReleaseError, match=f"and what was fetched first had {SHA256}: remove "):
        fetch_training_list(folder)
    assert not (folder / TRAINING_LIST).exists()


def test_an_altered_list_is_refused(site: Site, folder: Path) -> None:
    fetch_training_list(folder)
    (folder / TRAINING_LIST).write_bytes(CONTENT[: len(NAMES[0]) + 1])
    for read in (load_training_list, fetch_training_list):
        with pytest.raises(ReleaseError, match="is not what was fetched first"):
            read(folder)
    (folder / RECORD).write_text("{")
    with pytest.raises(ReleaseError, match="is damaged: remove it"):
        load_training_list(folder)


def test_a_list_that_was_put_there_is_checked_and_recorded(site: Site, folder: Path) -> None:
    (folder / TRAINING_LIST).write_bytes(CONTENT)
    assert load_training_list(folder) == NAMES
    assert fetch_training_list(folder).sha256 == SHA256
    assert json.loads((folder / RECORD).read_text())["sha256"] == SHA256
    assert site.asked == []


def test_folders_and_line_ends(site: Site, folder: Path) -> None:
    site.contents[TRAINING_LIST] = (
        b"n90000000/n90000000_10026.JPEG\r\nn90000000/n90000000_3.JPEG\r\nn90000999_12.JPEG"
    )
    assert fetch_training_list(folder).names == NAMES


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "names 0 files: 1 to 1,281,167 training files are expected"),
        (b"<html>Not here</html>\n", "line 1: '<html>Not here</html>' is no training file's name"),
        (b"n90000000_1.JPEG\n\n", "line 2: '' is no training file's name"),
        (b"n90000000_1.jpeg\n", "is no training file's name, such as n01440764_10026.JPEG"),
        (b"n90000000_1.JPEG \n", "is no training file's name"),
        (b"ILSVRC2012_val_00000001.JPEG\n", "is no training file's name"),
        (b"n90000001/n90000000_1.JPEG\n", "is no training file's name"),
        ("n9000000\u0660_1.JPEG\n".encode(), "is no training file's name"),
        (b"\xff\x00" * 500_000, "is no training file's name"),
        (b"n90001000_1.JPEG\n", "line 1: 'n90001000_1.JPEG' is of none of the 1,000 classes"),
        (CONTENT + b"n90000000_3.JPEG\n", "line 4: 'n90000000_3.JPEG' is in line 2, too"),
        (CONTENT + b"n90000000/n90000000_3.JPEG\n", "is in line 2, too"),
    ],
)
def test_what_is_no_such_list(site: Site, folder: Path, content: bytes, message: str) -> None:
    site.contents[TRAINING_LIST] = content
    with pytest.raises(ReleaseError, match=re.escape(message)) as caught:
        fetch_training_list(folder)
    assert len(str(caught.value)) < 600
    assert not (folder / TRAINING_LIST).exists()
    assert not (folder / RECORD).exists()


def test_too_much(site: Site, folder: Path) -> None:
    site.announced[TRAINING_LIST] = 10**9
    with pytest.raises(ReleaseError, match="announces 1,000,000,000 bytes, more than"):
        fetch_training_list(folder)


def test_nothing_there(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="`reassess fetch --training-list` downloads it"):
        load_training_list(folder)


def test_without_the_release(site: Site, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="lacks imagenet_2012_validation_synset_labels"):
        fetch_training_list(tmp_path)
    assert site.asked == []
    assert list(tmp_path.iterdir()) == []


def test_command(
    site: Site, reassess: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.release.files.download.fetch_release", lambda *_, **__: folder)
    ended = reassess("fetch", "--training-list", "--data", folder)
    assert ended == (0, f"{folder}\n", f"3 training files, SHA-256 {SHA256}\n")
    (folder / TRAINING_LIST).write_bytes(b"")
    refused(reassess("fetch", "--training-list", "--data", folder), "names 0 files: 1 to")
