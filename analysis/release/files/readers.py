"""Readers of the release's files: each is checked against its own header and against the others."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation import VoteError, Votes
from aggregation.errors import naming
from aggregation.reading.tensors.npz import cells_of_raters
from aggregation.reading.tensors.npz import open_member as open_npz_member

from ...errors import ReleaseError
from . import download
from .questions import N_IMAGES, N_LABELS, Questions, image_name, read_info

ANSWERS = ("no", "maybe", "yes")
NO, MAYBE, YES = range(3)
MOST_RATERS = 1_000_000
# Of a file of the release, not of a user's votes.
open_member = partial(open_npz_member, error=ReleaseError)
WORDNET_ID = re.compile(r"n\d{8}")


def read_questions(path: Path, seen: dict[Hashable, Questions] | None = None) -> Questions:
    """Read an archive's `info`; see :func:`read_info`.

    It is read once of archives that hold the very same bytes: `seen` keeps what each is read as.
    """
    with open_member(path, "info") as member:
        if seen is None or (packed := member.packed()) is None:
            return read_info(member)
        if packed not in seen:
            seen[packed] = read_info(member)
        return seen[packed]


def read_votes(path: Path, n_questions: int) -> Votes:
    """Read an archive's `tensor` of votes (n_raters, n_questions, 3) and its raters' `ids`.

    Parameters
    ----------
    path : Path
        An .npz file.
    n_questions : int
        Number of questions that its `info` has.

    Returns
    -------
    Votes
        `rater_names` are the ids.

    Raises
    ------
    ReleaseError
        If an array has another shape, an entry is not 0 or 1, a rater gave two answers to one
        question, or an id occurs twice.
    """
    ids = _read_ids(path)
    with open_member(path, "tensor") as member:
        expected = (len(ids), n_questions, len(ANSWERS))
        if member.shape != expected or member.dtype.kind not in "biuf":
            raise member.fail(
                f"should hold numbers of shape {expected}, by ids, info and the answers "
                f"{', '.join(ANSWERS)}: it has {member.shape} {member.dtype}"
            )
        try:
            return Votes.from_cells(
                cells_of_raters(member, ids),
                n_items=n_questions,
                n_answers=len(ANSWERS),
                rater_names=ids,
                answer_names=ANSWERS,
            )
        except VoteError as error:
            raise member.fail(str(error)) from error


def _read_ids(path: Path) -> list[int]:
    with open_member(path, "ids") as member:
        n_raters = member.shape[0] if len(member.shape) == 1 else 0
        if member.dtype.kind not in "iu" or not 0 < n_raters <= MOST_RATERS:
            raise member.fail(
                "should hold the raters' ids, integers of shape (n_raters,): "
                f"it has {member.shape} {member.dtype}"
            )
        ids: list[int] = member.whole().tolist()
    seen: set[int] = set()
    for entry, rater in enumerate(ids):
        if rater in seen:
            raise member.fail(f"entry {entry} is {rater}, a rater that occurs before")
        seen.add(rater)
    return ids


def read_scores(
    path: Path, questions: Questions, seen: dict[Hashable, Questions] | None = None
) -> NDArray[np.float64]:
    """Read published scores: `tensor` (or `scores`), shape (n_questions,), and the same `info`.

    Parameters
    ----------
    path : Path
        An .npz file.
    questions : Questions
        What its `info` must be.
    seen : dict, optional
        See :func:`read_questions`.

    Returns
    -------
    ndarray of float64, shape (n_questions,)
        In 0..1.

    Raises
    ------
    ReleaseError
        If the questions are others, or a score is not in 0..1.
    """
    info = read_questions(path, seen)
    if not np.array_equal(info.keys, questions.keys):
        raise ReleaseError(
            f"{path}: info: differs from the info of {download.RATERS}"
            + first_difference(questions.keys, info.keys)
        )
    with open_member(path, "tensor", "scores") as member:
        if member.shape != (len(questions),) or member.dtype.kind != "f":
            raise member.fail(
                f"should hold floats of shape ({len(questions)},), as info has: "
                f"it has {member.shape} {member.dtype}"
            )
        scores = member.whole().astype(np.float64)
    wrong = ~((scores >= 0) & (scores <= 1))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise member.fail(f"entry {first} is {scores[first]}: scores are in 0..1")
    return scores


def read_label_sets(path: Path) -> list[list[int]]:
    """Read a label file such as real.json: for each of the 50,000 images, a list of labels.

    Parameters
    ----------
    path : Path
        A JSON file.

    Returns
    -------
    list of 50,000 lists of int
        Labels in 0..999.

    Raises
    ------
    ReleaseError
        If it is not such a file, or a list holds something else or one label twice.
    """
    with naming(path, ReleaseError):
        try:
            label_sets = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise ReleaseError(f"not a JSON file ({error})") from error
        return checked_label_sets(label_sets, str(path))


def checked_label_sets(label_sets: Any, source: str) -> list[list[int]]:
    """Return label sets as they are, unless they are no 50,000 lists of distinct labels 0..999."""
    if not isinstance(label_sets, list) or len(label_sets) != N_IMAGES:
        found = f"{len(label_sets)} entries" if isinstance(label_sets, list) else "no list"
        raise ReleaseError(
            f"{source}: should be a list of {N_IMAGES:,} lists of labels: it has {found}"
        )
    for image, labels in enumerate(label_sets, start=1):
        if not isinstance(labels, list):
            raise ReleaseError(
                f"{source}: {image_name(image)} has {labels!r:.60}, not a list of labels"
            )
        for label in labels:
            if type(label) is not int or not 0 <= label < N_LABELS:
                raise ReleaseError(
                    f"{source}: {image_name(image)} has the label {label!r:.60}: "
                    f"labels are 0 to {N_LABELS - 1}"
                )
        if len(set(labels)) < len(labels):
            raise ReleaseError(f"{source}: {image_name(image)} has a label twice: {labels!r:.60}")
    return label_sets


def read_original_labels(path: Path) -> NDArray[np.int16]:
    """Read the ILSVRC-2012 label of each validation image, a WordNet id a line.

    A label's index is the rank of its WordNet id among the 1000.

    Parameters
    ----------
    path : Path
        A text file of 50,000 lines.

    Returns
    -------
    ndarray of int16, shape (50000,)

    Raises
    ------
    ReleaseError
        If there are not 50,000 lines, or not 1000 distinct WordNet ids on them.
    """
    ids = _read_wordnet_ids(path)
    rank = {wordnet_id: label for label, wordnet_id in enumerate(sorted(set(ids)))}
    return np.array([rank[wordnet_id] for wordnet_id in ids], dtype=np.int16)


def read_synsets(path: Path) -> list[str]:
    """Read the 1000 WordNet ids of the labels, ascending, from the same file."""
    return sorted(set(_read_wordnet_ids(path)))


def _read_wordnet_ids(path: Path) -> list[str]:
    """Read the WordNet id of each validation image."""
    with naming(path, ReleaseError):
        try:
            ids = path.read_text(encoding="ascii").split("\n")
        except UnicodeDecodeError as error:
            raise ReleaseError(f"not a text file of WordNet ids ({error})") from error
    if ids and not ids[-1]:
        ids.pop()
    if len(ids) != N_IMAGES:
        raise ReleaseError(f"{path}: {len(ids):,} lines: there are {N_IMAGES:,} images")
    distinct = sorted(set(ids))
    for wordnet_id in distinct:
        if not WORDNET_ID.fullmatch(wordnet_id):
            line = ids.index(wordnet_id) + 1
            raise ReleaseError(
                f"{path}: line {line} is {wordnet_id!r:.60}, no WordNet id (n01440764)"
            )
    if len(distinct) != N_LABELS:
        raise ReleaseError(
            f"{path}: {len(distinct)} distinct WordNet ids: there are {N_LABELS} labels"
        )
    return ids


def first_difference(expected: NDArray[np.int64], found: NDArray[np.int64]) -> str:
    """Say where two lists of questions differ, for a message."""
    if len(expected) != len(found):
        return f": {len(found)} questions, not {len(expected)}"
    return f", first at entry {int(np.argmax(expected != found))}"
