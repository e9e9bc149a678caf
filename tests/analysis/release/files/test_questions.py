"""Questions and `info`: image names and labels as text, both ways."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation.reading.tensors import npz
from analysis import ReleaseError
from analysis.release.files.questions import Questions
from analysis.release.files.readers import read_questions

from ....support import bad_releases as bad

pairs = st.lists(
    st.tuples(st.integers(1, 50_000), st.integers(0, 999)), min_size=1, max_size=40, unique=True
)


def questions_of(listed: list[tuple[int, int]]) -> Questions:
    images, labels = np.array(listed).T
    return Questions(images.astype(np.int32), labels.astype(np.int16))


def as_text(listed: list[tuple[int, int]]) -> NDArray[np.str_]:
    """Write `info` the plain way."""
    return np.array([(f"ILSVRC2012_val_{i:08}.JPEG", str(label)) for i, label in listed])


@settings(deadline=None)
@given(pairs)
def test_info_as_plain_python_writes_it(listed: list[tuple[int, int]]) -> None:
    np.testing.assert_array_equal(
        questions_of(listed).to_info(), as_text(listed).astype("<U28"), strict=True
    )


@settings(deadline=None)
@given(pairs, st.sampled_from(["<U28", ">U28", "<U40", "<U1000"]), st.integers(1, 3000))
def test_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    listed: list[tuple[int, int]],
    dtype: str,
    chunk_bytes: int,
) -> None:
    path = tmp_path_factory.mktemp("info") / "a.npz"
    np.savez(path, info=as_text(listed).astype(dtype))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(npz, "CHUNK_BYTES", chunk_bytes)
        found = read_questions(path)
    assert list(zip(found.images.tolist(), found.labels.tolist(), strict=True)) == listed


def test_every_image_and_label(tmp_path: Path) -> None:
    listed = [(image, image * 7 % 1000) for image in range(1, 50_001)]
    np.savez(tmp_path / "a.npz", info=as_text(listed))
    found = read_questions(tmp_path / "a.npz")
    np.testing.assert_array_equal(found.images, np.arange(1, 50_001))
    np.testing.assert_array_equal(found.labels, [label for _, label in listed])
    np.testing.assert_array_equal(found.to_info(), as_text(listed))


@settings(deadline=None)
@given(pairs, pairs)
def test_find(listed: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    place = {pair: at for at, pair in enumerate(listed)}
    found = questions_of(listed).find(questions_of(others))
    assert found.tolist() == [place.get(pair, -1) for pair in others]


def test_name() -> None:
    assert questions_of([(1, 2), (70, 65)]).name(1) == "(ILSVRC2012_val_00000070.JPEG, label 65)"


def refused(path: Path, info: NDArray[Any], message: str) -> None:
    np.savez(path, info=info)
    with pytest.raises(ReleaseError, match=re.escape(f"{path}: info: {message}")):
        read_questions(path)


@pytest.mark.parametrize(
    "label", ["1000", "07", "00", "", "-1", "+1", "1.0", " 1", "x", "1:", "1\0002", "\u0661"]
)
def test_labels_of_another_form(label: str, tmp_path: Path) -> None:
    info = np.array([("ILSVRC2012_val_00000001.JPEG", "5")] * 3)
    info[:, 0] = [f"ILSVRC2012_val_{i:08}.JPEG" for i in (1, 2, 3)]
    info[1, 1] = label
    refused(tmp_path / "a.npz", info, f"entry (1, 1) is {label!r}: labels are 0 to 999")


@pytest.mark.parametrize(
    "name",
    [
        "image_00000.png",
        "ILSVRC2012_val_00050001.JPEG",
        "ILSVRC2012_val_00000000.JPEG",
        "ILSVRC2012_val_0000001.JPEG",
        "ILSVRC2012_val_000000001.JPEG",
        "ILSVRC2012_val_0000000a.JPEG",
        "ILSVRC2012_val_0000000:.JPEG",
        "ILSVRC2012_val_00000001.jpeg",
        "ILSVRC2012_val_00000001.JPEGx",
        " ILSVRC2012_val_00000001.JPEG",
        "",
    ],
)
def test_image_names_of_another_form(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npz, "CHUNK_BYTES", 1000)  # the entry is not in the first chunk
    info = np.array([(f"ILSVRC2012_val_{i:08}.JPEG", "5") for i in range(1, 31)], dtype="<U30")
    info[27, 0] = name
    refused(
        tmp_path / "a.npz",
        info,
        f"entry (27, 0) is {name!r}: image names are ILSVRC2012_val_00000001.JPEG to "
        "ILSVRC2012_val_00050000.JPEG",
    )


def test_names_that_are_all_too_short(tmp_path: Path) -> None:
    refused(tmp_path / "a.npz", np.array([("a", "5")]), "entry (0, 0) is 'a': image names are")


def test_a_number_that_is_no_character(tmp_path: Path) -> None:
    content = bytearray(bad.npy_bytes(as_text([(1, 5)])))
    content[-4 * 28 : -4 * 27] = b"\xff\xff\xff\xff"
    bad.pack(tmp_path / "a.npz", {"info": bytes(content)})
    with pytest.raises(ReleaseError, match=r"entry \(0, 1\) is '\ufffd': labels"):
        read_questions(tmp_path / "a.npz")


def test_the_same_question_twice(tmp_path: Path) -> None:
    info = as_text([(9, 4), (3, 7), (2, 7), (3, 8), (3, 7), (9, 4)])
    message = "entry 4 is the same question as entry 1: (ILSVRC2012_val_00000003.JPEG, label 7)"
    refused(tmp_path / "a.npz", info, message)


@pytest.mark.parametrize(
    ("info", "found"),
    [
        (np.zeros((3, 2)), "(3, 2) float64"),
        (np.array([[b"ab", b"c"]]), "(1, 2) |S2"),
        (np.array(["a", "b"]), "(2,) <U1"),
        (np.array([["a", "b", "c"]]), "(1, 3) <U1"),
        (np.zeros((1, 2), dtype="<U1001"), "(1, 2) <U1001"),
    ],
)
def test_another_shape_or_type(info: NDArray[Any], found: str, tmp_path: Path) -> None:
    message = (
        "should have shape (n_questions, 2) and hold strings, of up to 1000 characters: it has "
    )
    refused(tmp_path / "a.npz", info, message + found)


def test_strings_without_room(tmp_path: Path) -> None:
    bad.pack(tmp_path / "a.npz", {"info": bad.npy_header((10**15, 2), "<U0")})
    with pytest.raises(
        ReleaseError, match=r"info: its header says <U0: an entry is one number or text"
    ):
        read_questions(tmp_path / "a.npz")


def test_no_questions_at_all(tmp_path: Path) -> None:
    refused(tmp_path / "a.npz", np.empty((0, 2), dtype="<U28"), "0 questions: there can be 1 to")
