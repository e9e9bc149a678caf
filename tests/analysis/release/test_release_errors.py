"""Every way in which one of the six files can be wrong, and what the message says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import ReleaseError, load_release
from analysis.release.files import download

from ...support import bad_releases as bad

RATERS, GOLDEN, RATERS_GOLDEN, SCORES, LABELS, ORIGINAL = download.FILES


@pytest.fixture
def folder(simulated_dir: Path, tmp_path: Path) -> Path:
    return bad.linked(simulated_dir, tmp_path / "release")


@dataclass(frozen=True)
class Alteration:
    """One thing done to one file, and what the message must say of it."""

    file: str
    alter: Callable[[Path], None]
    message: str


def labels_with(image: int, labels: Any) -> Callable[[Path], None]:
    def alter(path: Path) -> None:
        label_sets = json.loads(path.read_text())
        label_sets[image - 1] = labels
        bad.rewrite(path, json.dumps(label_sets))

    return alter


def lines_with(alter_lines: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    def alter(path: Path) -> None:
        lines = alter_lines(path.read_text().splitlines())
        bad.rewrite(path, "\n".join(lines) + "\n")

    return alter


def change(**functions: Callable[[Any], Any]) -> Callable[[Path], None]:
    """Replace arrays by functions of themselves."""

    def alter(path: Path) -> None:
        held = bad.arrays_of(path)
        bad.change(path, **{name: function(held[name]) for name, function in functions.items()})

    return alter


def entry(name: str, place: Any, value: object) -> Callable[[Path], None]:
    return lambda path: bad.change_entry(path, name, place, value)


def content(new: bytes | str) -> Callable[[Path], None]:
    return lambda path: bad.rewrite(path, new)


def second_answer(path: Path) -> None:
    tensor = bad.arrays_of(path)["tensor"]
    tensor[4, 17] = (1, 0, 1)
    tensor[5, 16] = (1, 1, 1)  # of a later rater
    bad.change(path, tensor=tensor)


def no_expert(path: Path) -> None:
    tensor = bad.arrays_of(path)["tensor"]
    tensor[:, (9, 4)] = 0
    bad.change(path, tensor=tensor)


def reworded(path: Path) -> None:
    """Ask about a label of a golden question that nobody was asked about."""
    info = bad.arrays_of(path)["info"]
    others = {label for image, label in info.tolist() if image == info[3, 0]}
    info[3, 1] = next(str(label) for label in range(1000) if str(label) not in others)
    bad.change(path, info=info)


TENSOR_SHAPE = "should hold numbers of shape"
ONLY_VOTES = "only 0 and 1 are votes"
ALTERATIONS = {
    "not a zip": Alteration(RATERS, content("votes"), "not an .npz file"),
    "truncated zip": Alteration(RATERS, bad.truncate, "not an .npz file"),
    "checksum": Alteration(SCORES, lambda path: bad.damage(path, "tensor"), "tensor: damaged"),
    "checksum of info": Alteration(RATERS, lambda path: bad.damage(path, "info"), "info: damaged"),
    "no tensor": Alteration(RATERS, change(tensor=lambda _: None), "no array tensor: it holds"),
    "no info": Alteration(GOLDEN, change(info=lambda _: None), "no array info: it holds"),
    "no ids": Alteration(RATERS_GOLDEN, change(ids=lambda _: None), "no array ids: it holds"),
    "no scores": Alteration(
        SCORES, change(tensor=lambda _: None), "no array tensor or scores: it holds 'info'"
    ),
    "pickled": Alteration(
        RATERS,
        change(ids=lambda ids: ids.astype(object)),
        "ids: pickled objects are not loaded",
    ),
    "Fortran order": Alteration(
        RATERS, change(tensor=np.asfortranarray), "tensor: saved in Fortran order"
    ),
    "huge tensor": Alteration(
        RATERS,
        lambda path: bad.repack(path, tensor=bad.npy_header((10**6, 10**6, 3))),
        "tensor: its header says (1000000, 1000000, 3) float64, 24,000,000,000,000 bytes, but the "
        "archive holds 0",
    ),
    "huge info": Alteration(
        RATERS,
        lambda path: bad.repack(path, info=bad.npy_header((10**12, 2), "<U28")),
        "info: its header says (1000000000000, 2) <U28",
    ),
    "many raters": Alteration(
        RATERS,
        change(ids=lambda _: np.arange(10**6 + 1)),
        "ids: should hold the raters' ids, integers of shape (n_raters,): it has (1000001,) int64",
    ),
    "another rank": Alteration(
        RATERS, change(tensor=lambda votes: votes[0].copy()), f"tensor: {TENSOR_SHAPE} (25, "
    ),
    "a rater too few": Alteration(
        RATERS, change(tensor=lambda votes: votes[:-1].copy()), f"tensor: {TENSOR_SHAPE} (25, "
    ),
    "four answers": Alteration(
        RATERS,
        change(tensor=lambda votes: np.pad(votes, ((0, 0), (0, 0), (0, 1)))),
        "by ids, info and the answers no, maybe, yes: it has (25, ",
    ),
    "votes as text": Alteration(
        RATERS, change(tensor=lambda votes: votes.astype("<U3")), f"tensor: {TENSOR_SHAPE} (25, "
    ),
    "complex votes": Alteration(
        GOLDEN, change(tensor=lambda votes: votes.astype(complex)), f"tensor: {TENSOR_SHAPE} (5, "
    ),
    "half a vote": Alteration(
        RATERS,
        entry("tensor", (3, 17, 1), 0.5),
        f"tensor: entry (3, 17, 1) of the tensor is 0.5: {ONLY_VOTES}",
    ),
    "NaN": Alteration(
        GOLDEN,
        entry("tensor", (2, 4, 0), np.nan),
        f"tensor: entry (2, 4, 0) of the tensor is nan: {ONLY_VOTES}",
    ),
    "two votes": Alteration(
        RATERS_GOLDEN,
        entry("tensor", (7, 0, 2), 2),
        f"tensor: entry (7, 0, 2) of the tensor is 2.0: {ONLY_VOTES}",
    ),
    "a negative vote": Alteration(
        RATERS,
        entry("tensor", (24, 0, 0), -1),
        f"tensor: entry (24, 0, 0) of the tensor is -1.0: {ONLY_VOTES}",
    ),
    "two answers": Alteration(RATERS, second_answer, "gave item 17 more than one answer"),
    "no votes": Alteration(RATERS, change(tensor=np.zeros_like), "tensor: no votes"),
    "an id twice": Alteration(
        RATERS,
        change(ids=lambda ids: np.where(np.arange(25) > 20, 7, ids)),
        "ids: entry 22 is 7, a rater that occurs before",
    ),
    "ids as text": Alteration(
        RATERS, change(ids=lambda ids: ids.astype(str)), "ids: should hold the raters' ids"
    ),
    "no raters": Alteration(
        RATERS, change(ids=lambda ids: ids[:0]), "ids: should hold the raters' ids"
    ),
    "ids in rows": Alteration(RATERS, change(ids=lambda ids: ids[:, None]), "it has (25, 1) int64"),
    "an unknown rater": Alteration(
        RATERS_GOLDEN,
        entry("ids", 5, 99_999),
        "ids: entry 5 is 99999, a rater that raters.npz lacks",
    ),
    "a question that was not asked": Alteration(
        GOLDEN, reworded, "info: entry 3, (ILSVRC2012_val_"
    ),
    "info of another length": Alteration(
        RATERS, change(info=lambda info: info[:-1].copy()), f"tensor: {TENSOR_SHAPE} (25, "
    ),
    "other golden questions": Alteration(
        RATERS_GOLDEN,
        change(
            tensor=lambda votes: np.ascontiguousarray(votes[:, :-2]),
            info=lambda info: info[:-2].copy(),
        ),
        "info: differs from the info of golden.npz: ",
    ),
    "golden questions in another order": Alteration(
        RATERS_GOLDEN,
        change(info=lambda info: info[[0, 1, 3, 2, *range(4, len(info))]]),
        "info: differs from the info of golden.npz, first at entry 2",
    ),
    "no expert's answer": Alteration(GOLDEN, no_expert, "tensor: no expert answered entry 4"),
    "a label too large": Alteration(
        RATERS, entry("info", (8, 1), "1000"), "info: entry (8, 1) is '1000': labels are 0 to 999"
    ),
    "a label with a zero": Alteration(
        SCORES, entry("info", (8, 1), "07"), "info: entry (8, 1) is '07': labels are 0 to 999"
    ),
    "an older image name": Alteration(
        RATERS, entry("info", (6, 0), "image_00000.png"), "info: entry (6, 0) is 'image_00000.png'"
    ),
    "an image too many": Alteration(
        GOLDEN,
        entry("info", (0, 0), "ILSVRC2012_val_00050001.JPEG"),
        "info: entry (0, 0) is 'ILSVRC2012_val_00050001.JPEG': image names are",
    ),
    "a question twice": Alteration(
        RATERS,
        change(info=lambda info: np.concatenate((info[:-1], info[2:3]))),
        "is the same question as entry 2: (ILSVRC2012_val_",
    ),
    "scores of other questions": Alteration(
        SCORES,
        change(info=lambda info: info[[1, 0, *range(2, len(info))]]),
        "info: differs from the info of raters.npz, first at entry 0",
    ),
    "a score too few": Alteration(
        SCORES,
        change(tensor=lambda scores: scores[:-1].copy()),
        "tensor: should hold floats of shape",
    ),
    "whole scores": Alteration(
        SCORES, change(tensor=lambda scores: scores.astype(int)), "as info has: it has"
    ),
    "a score above 1": Alteration(
        SCORES, entry("tensor", 12, 1.5), "tensor: entry 12 is 1.5: scores are in 0..1"
    ),
    "a score that is none": Alteration(
        SCORES, entry("tensor", 0, np.nan), "tensor: entry 0 is nan: scores are in 0..1"
    ),
    "no JSON": Alteration(LABELS, content("[[1], [2"), "not a JSON file (Expecting"),
    "no text": Alteration(LABELS, content(b"\xff\xfe\x00"), "not a JSON file ('utf-8' codec"),
    "deep JSON": Alteration(LABELS, content("[" * 10**6), "not a JSON file (maximum recursion"),
    "no list": Alteration(LABELS, content('{"1": [2]}'), "it has no list"),
    "a list too few": Alteration(
        LABELS,
        content(json.dumps([[]] * 49_999)),
        "of 50,000 lists of labels: it has 49999 entries",
    ),
    "a number for a list": Alteration(
        LABELS, labels_with(7, 3), "ILSVRC2012_val_00000007.JPEG has 3, not a list of labels"
    ),
    "true for a label": Alteration(
        LABELS, labels_with(50_000, [1, True]), "00050000.JPEG has the label True: labels are 0 to"
    ),
    "a float for a label": Alteration(
        LABELS, labels_with(1, [1.0]), "00000001.JPEG has the label 1.0: labels are 0 to 999"
    ),
    "label 1000": Alteration(
        LABELS, labels_with(1, [5, 1000]), "00000001.JPEG has the label 1000: labels are 0 to 999"
    ),
    "label -1": Alteration(LABELS, labels_with(1, [-1]), "00000001.JPEG has the label -1: labels"),
    "a label in a list twice": Alteration(
        LABELS, labels_with(2, [5, 9, 5]), "00000002.JPEG has a label twice: [5, 9, 5]"
    ),
    "a line too few": Alteration(
        ORIGINAL, lines_with(lambda lines: lines[1:]), "49,999 lines: there are 50,000 images"
    ),
    "an empty line": Alteration(
        ORIGINAL,
        lines_with(lambda lines: [*lines[:6], "", *lines[7:]]),
        "line 7 is '', no WordNet id (n01440764)",
    ),
    "another id": Alteration(
        ORIGINAL,
        lines_with(lambda lines: [*lines[:6], "n123", *lines[7:]]),
        "line 7 is 'n123', no WordNet id",
    ),
    "ids too few": Alteration(
        ORIGINAL,
        lines_with(lambda lines: [line.replace(lines[0], lines[1]) for line in lines]),
        "999 distinct WordNet ids: there are 1000 labels",
    ),
    "ids too many": Alteration(
        ORIGINAL,
        lines_with(lambda lines: ["n99999999", *lines[1:]]),
        "1001 distinct WordNet ids: there are 1000 labels",
    ),
    "no ASCII": Alteration(ORIGINAL, content("é\n" * 50_000), "not a text file of WordNet ids"),
}


@pytest.mark.parametrize("case", ALTERATIONS)
def test_refused(case: str, folder: Path) -> None:
    alteration = ALTERATIONS[case]
    path = folder / alteration.file
    alteration.alter(path)
    with pytest.raises(ReleaseError, match=re.escape(alteration.message)) as caught:
        load_release(folder)
    assert str(caught.value).startswith(f"{path}: ")
    assert len(str(caught.value)) < 400 + len(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", download.FILES)
def test_a_missing_file(name: str, folder: Path) -> None:
    (folder / name).unlink()
    with pytest.raises(ReleaseError, match=re.escape(f"{folder} (--data) lacks {name}")):
        load_release(folder)


def test_a_file_that_cannot_be_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(ReleaseError, match=re.escape(f"{folder / LABELS}: cannot be read (")):
        load_release(folder)
