"""Tensors of votes in .npz files: what a header must not say, and the memory a bad one takes."""

from __future__ import annotations

import re
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import VoteError, Votes

from ....support import bad_releases as bad


def header(shape: str, descr: str) -> bytes:
    """Return the header of an array, of any shape and type that one can write down."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}"
    return b"\x93NUMPY\x01\x00" + (len(text) + 1).to_bytes(2, "little") + text.encode() + b"\n"


HUGE = 10**9
HEADERS = [
    ("(-1, 2, -3)", "'|b1'", 6, "no axis has a negative length"),
    ("(-1, -2, 3)", "'|b1'", 6, "no axis has a negative length"),
    (f"({HUGE}, 0, 3)", "'|b1'", 0, "a tensor is read of 1 to 1,048,576 raters"),
    (f"(0, {HUGE}, 3)", "'|b1'", 0, "a tensor is read of 1 to 1,048,576 raters"),
    (f"({2**63}, {2**63}, 0)", "'|b1'", 0, "a tensor is read of 1 to 1,048,576 raters"),
    (f"({2**40}, {2**40}, {2**40})", "'|b1'", 10, "but the archive holds 10"),
    ("(2, 2, 3)", "'|V0'", 0, "an entry is one number or text"),
    ("(2, 2, 3)", "'<U0'", 0, "an entry is one number or text"),
    ("(2, 2, 3)", "('|b1', (2,))", 24, "an entry is one number or text"),
    ("(2, 2, 3)", "[('a', '|b1')]", 12, "an entry is one number or text"),
    ("(2, 2, 3)", "'|O'", 96, "pickled objects are not loaded"),
]


@pytest.mark.parametrize(("shape", "descr", "size", "message"), HEADERS)
def test_headers_that_no_votes_have(
    shape: str, descr: str, size: int, message: str, tmp_path: Path
) -> None:
    bad.pack(tmp_path / "a.npz", {"tensor": header(shape, descr) + bytes(size)})
    assert (tmp_path / "a.npz").stat().st_size < 400
    tracemalloc.start()
    try:
        with pytest.raises(VoteError, match=re.escape(message)) as caught:
            Votes.read(tmp_path / "a.npz")
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()
    assert str(caught.value).startswith(f"{tmp_path / 'a.npz'}: tensor: ")


@pytest.mark.parametrize("point", [0x110000, 0xFFFFFFFF, 0xD800, 0xDFFF])
@pytest.mark.parametrize("order", ["little", "big"])
def test_names_of_no_characters(point: int, order: str, tmp_path: Path) -> None:
    names = header("(2,)", "'<U1'" if order == "little" else "'>U1'")
    points = [code.to_bytes(4, order) for code in (65, point)]  # type: ignore[arg-type]
    tensor = bad.npy_bytes(np.array([[[1, 0]], [[0, 1]]]))
    bad.pack(tmp_path / "a.npz", {"tensor": tensor, "ids": names + b"".join(points)})
    with pytest.raises(VoteError, match=f"ids: entry 1 has the code point {point:#x}"):
        Votes.read(tmp_path / "a.npz")


@pytest.mark.parametrize("names", [np.array([0.5, np.nan]), np.array(["NaT", "NaT"], "M8[D]")])
def test_names_that_are_none(names: NDArray[Any], tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", tensor=np.array([[[1, 0]], [[0, 1]]]), ids=names)
    with pytest.raises(VoteError, match="ids: should hold names, text or whole numbers"):
        Votes.read(tmp_path / "a.npz")


def test_two_answers_in_two_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tensor = np.zeros((2, 5, 3), np.int8)
    tensor[1, 3, 1:] = 1
    np.savez(tmp_path / "a.npz", tensor=tensor, ids=np.array(["ann", "bob"]))
    for piece in range(1, 31):
        monkeypatch.setattr("aggregation.reading.tensors.npz.CHUNK_BYTES", piece)
        with pytest.raises(VoteError, match="tensor: rater 'bob' gave item 3 more than one answer"):
            Votes.read(tmp_path / "a.npz")


def peak(path: Path) -> int:
    """Return the most memory that a process takes to read a file, in bytes."""
    program = (
        "import resource, sys\nfrom aggregation import VoteError, Votes\n"
        "try: Votes.read(sys.argv[1])\nexcept VoteError as error: print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    return 1024 * int(done.stdout.split()[-1])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count in other units")
def test_a_tensor_of_ones_takes_no_memory(tmp_path: Path) -> None:
    """250 million entries: good votes, and ones alone, whose cells would take 2 GB."""
    shape = (50, 1_000_000, 5)
    good, ones = np.zeros(shape[1:], np.bool_), np.ones(shape[1:], np.bool_)
    good[::50, 0] = True
    for name, plane in (("good", good), ("ones", ones)):
        with (
            zipfile.ZipFile(tmp_path / f"{name}.npz", "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open("tensor.npy", "w") as member,
        ):
            member.write(header(str(shape), "'|b1'"))
            for _ in range(shape[0]):
                member.write(plane.tobytes())
    assert peak(tmp_path / "ones.npz") < peak(tmp_path / "good.npz") + 200 * 10**6
