"""A store that is damaged while a fit is broken off: one line, and the checkpoint goes on later."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aggregation import VoteStore, fit_dawid_skene
from aggregation.votes.store.manifest import partition_files

from ...support.commands import Command, refused
from ...support.stores import bytes_of, copied, small_store

EM = ("--method", "dawid-skene", "--pseudo-count", "0.1", "--quiet")
CODES, STARTS, ITEMS = partition_files(1)


class BrokenOffError(Exception):
    """What a test ends a fit with."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> VoteStore:
    return small_store(tmp_path_factory.mktemp("votes"))


def broken_off(store: VoteStore, checkpoint: Path) -> None:
    """Leave the checkpoint of a fit as the command makes it."""

    def break_off(step: int, _: float) -> None:
        if step == 10:
            raise BrokenOffError

    with warnings.catch_warnings(action="ignore"), pytest.raises(BrokenOffError):
        fit_dawid_skene(store, pseudo_count=0.1, checkpoint=checkpoint, progress=break_off)


def a_directory(path: Path) -> None:
    """Put what cannot be read in a file's place."""
    path.unlink()
    path.mkdir()


def a_bit(path: Path) -> None:
    """Alter one bit in the middle of a file."""
    content = np.fromfile(path, np.uint8)
    content[len(content) // 2] ^= 4
    content.tofile(path)


def shorter(path: Path) -> None:
    """Cut a file's last byte off."""
    path.write_bytes(path.read_bytes()[:-1])


def another_version(path: Path) -> None:
    """Write a manifest as a later program may."""
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"version": 2}))


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        *((name, Path.unlink, "is missing from the store") for name in (CODES, ITEMS)),
        *((name, a_directory, "cannot be read") for name in (CODES, STARTS, "raters.parquet")),
        *((name, a_bit, "has been altered") for name in (CODES, STARTS, ITEMS, "raters.parquet")),
        (CODES, shorter, "has been altered"),
        ("manifest.json", Path.unlink, "no store of votes, or one whose ingest was broken off"),
        ("manifest.json", a_directory, "cannot be read"),
        ("manifest.json", a_bit, ""),
        ("manifest.json", another_version, "a store of version 2, this program reads version 1"),
    ],
)
def test_the_checkpoint_goes_on_when_it_is_repaired(
    name: str,
    damage: Callable[[Path], None],
    message: str,
    reassess: Command,
    store: VoteStore,
    tmp_path: Path,
) -> None:
    folder, out = copied(store, tmp_path / "store"), tmp_path / "out"
    broken_off(VoteStore.open(folder), out / "checkpoint.npz")
    checkpoint = bytes_of(out)
    assert checkpoint.keys() == {"checkpoint.npz"}
    damage(folder / name)
    ended = reassess("fit", folder, "-o", out, "--resume", *EM)
    refused(ended, message)
    assert name in ended.err
    assert bytes_of(out) == checkpoint
    if (folder / name).is_dir():
        (folder / name).rmdir()
    (folder / name).write_bytes((store.folder / name).read_bytes())
    assert reassess("fit", folder, "-o", out, "--resume", *EM).status == 0
    assert reassess("fit", folder, "-o", tmp_path / "undisturbed", *EM).status == 0
    assert bytes_of(out) == bytes_of(tmp_path / "undisturbed")
