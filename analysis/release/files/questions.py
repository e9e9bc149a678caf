"""Questions: does this ImageNet label fit this image? As arrays, and as the release's `info`."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregation.reading.tensors.npz import Member

from ...errors import ReleaseError

N_IMAGES = 50_000
N_LABELS = 1000
# ImageNet's animal classes are 0..397.
N_ANIMALS = 398
IMAGE_NAME = "ILSVRC2012_val_{:08d}.JPEG"
PREFIX = np.array([ord(c) for c in "ILSVRC2012_val_"], dtype=np.uint32)
SUFFIX = np.array([ord(c) for c in ".JPEG"], dtype=np.uint32)
DIGITS = slice(len(PREFIX), len(PREFIX) + 8)
NAME_LENGTH = len(PREFIX) + 8 + len(SUFFIX)
# What `info` may have room for in an entry; the release has room for an image name's 28.
MOST_CHARACTERS = 1000
ZERO = ord("0")
OLDER_NAME = re.compile(r"image_\d+\.png")
OLDER_EDITION = "the older edition (June 2020 to December 2021; image names like image_00000.png)"
OLDER_NAMES = "older names cannot be mapped to the validation images without the current `info`"


class OlderEditionError(ReleaseError):
    """A file of the older edition, whose image names are not those of the validation images."""


@dataclass(frozen=True, eq=False)
class Questions:
    """Pairs of an image and a label.

    Attributes
    ----------
    images : ndarray of int32, shape (n_questions,)
        Number of the image in the ILSVRC-2012 validation set, 1..50000.
    labels : ndarray of int16, shape (n_questions,)
        Index of the label, 0..999: the rank of its WordNet id.
    """

    images: NDArray[np.int32]
    labels: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.images)

    @property
    def keys(self) -> NDArray[np.int64]:
        """One number a question: ``image * 1000 + label``."""
        return self.images.astype(np.int64) * N_LABELS + self.labels

    def name(self, question: int) -> str:
        """Return one question in words, for messages."""
        return f"({image_name(int(self.images[question]))}, label {self.labels[question]})"

    def find(self, others: Questions) -> NDArray[np.int64]:
        """Return the place of each of the other questions among these, -1 where it is missing."""
        order = np.argsort(self.keys, kind="stable")
        ranked = self.keys[order]
        place = np.minimum(np.searchsorted(ranked, others.keys), len(ranked) - 1)
        return np.where(ranked[place] == others.keys, order[place], -1)

    def to_info(self) -> NDArray[np.str_]:
        """Return the release's `info`, shape (n_questions, 2): image names and labels as text."""
        # each name once, and of an entry the number of its name
        names = np.array([image_name(image) for image in range(N_IMAGES + 1)])
        labels = np.array([str(label) for label in range(N_LABELS)], dtype=names.dtype)
        return np.stack((names[self.images], labels[self.labels]), axis=1)


def image_name(image: int) -> str:
    """Return the file name of a validation image, 1..50000."""
    return IMAGE_NAME.format(image)


def read_info(member: Member) -> Questions:
    """Read `info` as a stream: it is 41 MB of text for 185,000 pairs of numbers.

    Parameters
    ----------
    member : Member
        An array of shape (n_questions, 2) of strings.

    Returns
    -------
    Questions

    Raises
    ------
    ReleaseError
        If the shape or type is another, an image name is not of the form
        ``ILSVRC2012_val_00000001.JPEG`` with a number in 1..50000, a label is not in 0..999, or a
        question occurs twice. An `OlderEditionError` if the names are those of the older edition.
    """
    length = member.dtype.itemsize // 4
    strings = member.dtype.kind == "U" and 0 < length <= MOST_CHARACTERS
    if not strings or len(member.shape) != 2 or member.shape[1] != 2:
        raise member.fail(
            f"should have shape (n_questions, 2) and hold strings, of up to {MOST_CHARACTERS} "
            f"characters: it has {member.shape} {member.dtype}"
        )
    n_questions = member.shape[0]
    if not 0 < n_questions <= N_IMAGES * N_LABELS:
        raise member.fail(f"{n_questions:,} questions: there can be 1 to {N_IMAGES * N_LABELS:,}")
    images = np.empty(n_questions, dtype=np.int32)
    labels = np.empty(n_questions, dtype=np.int16)
    row = 0
    for chunk in member.chunks(row_items=2):
        native = chunk.astype(f"=U{length}", copy=False)
        codepoints = native.view(np.uint32).reshape(-1, 2, length)
        rows = slice(row, row + len(codepoints))
        images[rows] = _parse_names(codepoints[:, 0], member, row)
        labels[rows] = _parse_labels(codepoints[:, 1], member, row)
        row = rows.stop
    questions = Questions(images, labels)
    _check_distinct(questions, member)
    return questions


def _parse_names(codepoints: NDArray[np.uint32], member: Member, row: int) -> NDArray[np.int64]:
    good = np.zeros(len(codepoints), dtype=bool)
    numbers = np.zeros(len(codepoints), dtype=np.int64)
    if codepoints.shape[1] >= NAME_LENGTH:
        digits = codepoints[:, DIGITS].astype(np.int64) - ZERO
        numbers = digits @ 10 ** np.arange(7, -1, -1)
        good = _rows_where_all(
            codepoints[:, : len(PREFIX)] == PREFIX,
            (digits >= 0) & (digits <= 9),
            codepoints[:, DIGITS.stop : NAME_LENGTH] == SUFFIX,
            codepoints[:, NAME_LENGTH:] == 0,
            ((numbers >= 1) & (numbers <= N_IMAGES))[:, None],
        )
    if not good.all():
        first = int(np.argmin(good))
        if row + first == 0 and OLDER_NAME.fullmatch(_text(codepoints[0])):
            raise OlderEditionError(
                f"{member.path}: of {OLDER_EDITION}: {OLDER_NAMES}, and `reassess fetch` gets the "
                "current files"
            )
        raise member.fail(
            f"entry ({row + first}, 0) is {_text(codepoints[first])!r}: image names are "
            f"{image_name(1)} to {image_name(N_IMAGES)}"
        )
    return numbers


def _parse_labels(codepoints: NDArray[np.uint32], member: Member, row: int) -> NDArray[np.int64]:
    numbers = np.zeros(len(codepoints), dtype=np.int64)
    ended = np.zeros(len(codepoints), dtype=bool)
    good = codepoints[:, 0] != 0
    for column in codepoints.T[:3]:
        digit = column.astype(np.int64) - ZERO
        ended |= column == 0
        good &= np.where(ended, column == 0, (digit >= 0) & (digit <= 9))
        numbers = np.where(ended, numbers, numbers * 10 + digit)
    # "07" would not come out of the numbers again
    good &= (codepoints[:, 0] != ZERO) | (codepoints[:, 1:2] == 0).all(axis=1)
    good &= _rows_where_all(codepoints[:, 3:] == 0)
    if not good.all():
        first = int(np.argmin(good))
        raise member.fail(
            f"entry ({row + first}, 1) is {_text(codepoints[first])!r}: "
            f"labels are 0 to {N_LABELS - 1}"
        )
    return numbers


def _rows_where_all(*conditions: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say of each row whether all conditions hold in all columns; row by row only if need be."""
    good = np.ones(len(conditions[0]), dtype=bool)
    for condition in conditions:
        if not condition.all():
            good &= condition.all(axis=1)
    return good


def _text(codepoints: NDArray[np.uint32]) -> str:
    """Return one entry for a message; NumPy fails on numbers that are no characters."""
    text = "".join(chr(c) if c <= sys.maxunicode else "\ufffd" for c in codepoints)
    return text.rstrip("\0")[: 2 * NAME_LENGTH]


def _check_distinct(questions: Questions, member: Member) -> None:
    keys = questions.keys
    if (np.diff(keys) > 0).all():
        return
    order = np.argsort(keys, kind="stable")
    twice = np.flatnonzero(np.diff(keys[order]) == 0)
    if len(twice):
        first, second = sorted(order[twice[0] : twice[0] + 2].tolist())
        raise member.fail(
            f"entry {second} is the same question as entry {first}: {questions.name(second)}"
        )
