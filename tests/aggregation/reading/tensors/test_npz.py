"""Arrays in .npz files: the same as NumPy reads, and nothing that a forged file asks for."""

from __future__ import annotations

import contextlib
import os
import random
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation.reading.tensors import npz
from analysis import ReleaseError
from analysis.release.files.readers import open_member

from ....support import bad_releases as bad

ARRAYS = [
    np.arange(24, dtype=np.float64).reshape(4, 3, 2),
    np.arange(1000, dtype=">i4"),
    np.array([["a", "bcd"], ["", "é"]]),
    np.array([True, False]),
    np.array(7.5),
    np.empty((0, 3)),
    np.arange(6.0).reshape(3, 2).T[:1],
]


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_reads_what_numpy_reads(array: NDArray[Any], packing: int, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    bad.pack(path, {"other": bad.npy_bytes(np.ones(3)), "x": bad.npy_bytes(array)}, packing)
    with open_member(path, "x") as member:
        found = member.whole()
    with np.load(path) as archive:
        expected = archive["x"]
    np.testing.assert_array_equal(found, expected)
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype.newbyteorder("=")


@pytest.mark.parametrize("chunk_bytes", [1, 100, 240, 10**6])
def test_chunks_are_whole_rows(
    chunk_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npz, "CHUNK_BYTES", chunk_bytes)
    array = np.arange(300.0).reshape(100, 3)
    np.savez_compressed(tmp_path / "a.npz", x=array)
    with open_member(tmp_path / "a.npz", "x") as member:
        chunks = list(member.chunks(row_items=3))
    assert all(len(chunk) % 3 == 0 and chunk.nbytes <= max(chunk_bytes, 24) for chunk in chunks)
    np.testing.assert_array_equal(np.concatenate(chunks), array.ravel())


def test_first_of_the_names_that_is_there(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", b=np.array([2]), c=np.array([3]))
    with open_member(tmp_path / "a.npz", "a", "c", "b") as member:
        assert member.name == "c"
        np.testing.assert_array_equal(member.whole(), [3])


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return os.mkdir, (self.folder,)


def test_pickled_objects_are_refused_and_not_run(tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    np.savez(tmp_path / "a.npz", x=np.array([Trap(sprung)], dtype=object))
    refused(tmp_path / "a.npz", "x: pickled objects are not loaded")
    assert not sprung.exists()
    with np.load(tmp_path / "a.npz", allow_pickle=True) as archive:
        archive["x"]
    assert sprung.exists()  # the trap does work


def refused(path: Path, message: str) -> None:
    """Expect one line that names the file."""
    with pytest.raises(ReleaseError, match=re.escape(message)) as caught:
        read_x(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def read_x(path: Path) -> NDArray[Any]:
    with open_member(path, "x") as member:
        return member.whole()


def test_missing_array(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", tensor=np.ones(2), info=np.ones(2))
    refused(tmp_path / "a.npz", "no array x: it holds 'tensor', 'info'")
    with (
        pytest.raises(ReleaseError, match="no array x or y: it holds"),
        open_member(tmp_path / "a.npz", "x", "y"),
    ):
        pass
    bad.pack(tmp_path / "b.npz", {})
    refused(tmp_path / "b.npz", "no array x: it holds none")


@pytest.mark.parametrize(
    "content", [b"", b"no archive at all", b"PK\x03\x04", bad.npy_header((3,))]
)
def test_not_an_archive(content: bytes, tmp_path: Path) -> None:
    bad.rewrite(tmp_path / "a.npz", content)
    refused(tmp_path / "a.npz", "not an .npz file (File is not a zip file)")


def test_truncated(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", x=np.random.default_rng(0).random(1000))
    for share in (0.1, 0.5, 0.99):
        bad.truncate(tmp_path / "a.npz", share)
        refused(tmp_path / "a.npz", "not an .npz file")


@pytest.mark.parametrize("size", [10, 500_000])
def test_damaged_bytes(size: int, tmp_path: Path) -> None:
    bad.pack(
        tmp_path / "a.npz",
        {"x": bad.npy_bytes(np.random.default_rng(0).random(size))},
        zipfile.ZIP_STORED,
    )
    bad.damage(tmp_path / "a.npz", "x")
    refused(tmp_path / "a.npz", "(Bad CRC-32 for file 'x.npy')")


def test_damaged_deflate_stream(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", x=np.random.default_rng(0).random(500_000))
    bad.damage(tmp_path / "a.npz", "x")
    refused(tmp_path / "a.npz", "x: damaged")


def test_another_member_in_the_place_of_this_one(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    bad.pack(path, {"x": bad.npy_bytes(np.ones(3))})
    bad.rewrite(path, path.read_bytes().replace(b"x.npy", b"y.npy", 1))
    refused(path, "x: damaged (File name in directory 'x.npy' and header b'y.npy' differ.)")


@pytest.mark.parametrize(("packing", "number"), [(zipfile.ZIP_BZIP2, 12), (zipfile.ZIP_LZMA, 14)])
def test_packings_without_a_bound(packing: int, number: int, tmp_path: Path) -> None:
    bad.pack(tmp_path / "a.npz", {"x": bad.npy_bytes(np.zeros(10**6))}, packing)
    refused(tmp_path / "a.npz", f"x: packed by a method (number {number})")


def test_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    bad.pack(path, {"x": bad.npy_bytes(np.ones(3))})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(bad.CENTRAL_HEADER) + 8] |= 1
    bad.rewrite(path, bytes(content))
    refused(path, "is encrypted, password required")


def test_fortran_order(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.asfortranarray(np.ones((2, 3))))
    refused(tmp_path / "a.npz", "x: saved in Fortran order: save numpy.ascontiguousarray(...)")


HUGE = 10**12
FORGERIES: dict[str, tuple[bytes, str]] = {
    "a huge shape": (
        bad.npy_header((HUGE, 3)) + bytes(100),
        f"its header says ({HUGE}, 3) float64, {24 * HUGE:,} bytes, but the archive holds 100",
    ),
    "too small a shape": (
        bad.npy_header((3,)) + bytes(100),
        "its header says (3,) float64, 24 bytes, but the archive holds 100",
    ),
    "a long header": (
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(10**7),
        "cannot be read (version 2.0 of the format, not 1.0)",
    ),
    "nothing": (b"", "cannot be read"),
    "no header": (b"1, 2, 3, 4", "cannot be read (the magic string is not correct"),
    "half a header": (bad.npy_header((3,))[:30], "cannot be read (EOF: reading array header"),
    "no literal": (bad.npy_header((3,)).replace(b"}", b"("), "x: cannot be read ("),
    "code": (
        bad.npy_header((3,)).replace(b"'<f8'", b"id(8)"),
        "x: cannot be read (malformed node or string",
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_headers(forgery: str, tmp_path: Path) -> None:
    content, message = FORGERIES[forgery]
    bad.pack(tmp_path / "a.npz", {"x": content})
    tracemalloc.start()
    try:
        refused(tmp_path / "a.npz", message)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("packed", [None, 0xFFFFFF00])
def test_forged_directory(packed: int | None, tmp_path: Path) -> None:
    shape = (0xFFFF0000 // 8,)
    header = bad.npy_header(shape)
    bad.pack(tmp_path / "a.npz", {"x": header + bytes(1000)})
    bad.forge_size(tmp_path / "a.npz", "x", len(header) + 0xFFFF0000, packed=packed)
    refused(tmp_path / "a.npz", "compressed ones, which no compressor reaches")


def test_more_than_is_there(tmp_path: Path) -> None:
    header = bad.npy_header((30,))
    bad.pack(tmp_path / "a.npz", {"x": header + bytes(80)})
    bad.forge_size(tmp_path / "a.npz", "x", len(header) + 240)
    refused(tmp_path / "a.npz", "x: damaged")


def test_large_arrays_are_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npz, "MOST_BYTES", 1000)
    np.savez(tmp_path / "a.npz", x=np.zeros(126))
    refused(tmp_path / "a.npz", "x: claims 1,008 bytes, more than the 1,000 that are read")
    with open_member(tmp_path / "a.npz", "x") as member:
        assert sum(len(chunk) for chunk in member.chunks()) == 126


def test_any_damage_is_refused_or_harmless(tmp_path: Path) -> None:
    array = np.random.default_rng(0).random((7, 3))
    np.savez_compressed(tmp_path / "a.npz", x=array)
    whole = (tmp_path / "a.npz").read_bytes()
    rng = random.Random(0)
    unharmed = 0
    for _ in range(600):
        damaged = bytearray(whole)
        place = rng.randrange(len(whole))
        damaged[place] ^= rng.randrange(1, 256)
        bad.rewrite(tmp_path / "b.npz", bytes(damaged))
        with contextlib.suppress(ReleaseError):
            np.testing.assert_array_equal(read_x(tmp_path / "b.npz"), array)
            unharmed += 1
    assert 0 < unharmed < 200  # time stamps and the like may be anything
