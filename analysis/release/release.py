"""The ReaL release's six files, read and checked against themselves and each other."""

from __future__ import annotations

import logging
import os
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes

from ..errors import ReleaseError, check_types
from .files import download
from .files.editions import older_edition
from .files.questions import OlderEditionError, Questions
from .files.readers import (
    ANSWERS,
    YES,
    first_difference,
    read_label_sets,
    read_original_labels,
    read_questions,
    read_scores,
    read_synsets,
    read_votes,
)

SIMULATED = "simulated.json"
# How the WordNet ids of a simulated release begin; no real one does.
MADE_UP = "n9"

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Golden:
    """Golden questions, which experts answered too.

    Attributes
    ----------
    questions : ndarray of int64, shape (n_golden,)
        Their places among the release's questions.
    experts : Votes
        The experts' answers; items are golden questions.
    raters : Votes
        The raters' answers; items are golden questions, raters are those of the release, in the
        same order, some of them without votes.
    """

    questions: NDArray[np.int64]
    experts: Votes
    raters: Votes

    def yes_votes(self) -> NDArray[np.int64]:
        """Count the experts who say yes to each golden question, shape (n_golden,)."""
        says_yes = self.experts.answers == YES
        return np.bincount(self.experts.items[says_yes], minlength=self.experts.n_items)

    def fits(self, *, at_least: int = 3) -> NDArray[np.bool_]:
        """Say of each golden question, shape (n_golden,), whether so many experts say yes."""
        return self.yes_votes() >= at_least

    def truth(self) -> NDArray[np.int64]:
        """Return the class of each golden question, shape (n_golden,): 0 misfit, 1 fits."""
        return self.fits().astype(np.int64)


@dataclass(frozen=True, eq=False)
class Release:
    """The release: questions, votes on them, experts' answers, and what was published of them.

    Attributes
    ----------
    folder : Path
        Where it was read from.
    questions : Questions
        The (image, label) pairs that were asked.
    votes : Votes
        The raters' answers (no, maybe, yes); items are questions.
    golden : Golden
        The golden questions.
    scores : ndarray of float64, shape (n_questions,)
        Published probability that the label fits the image, in 0..1.
    label_sets : list of 50,000 lists of int
        Published labels of each image (real.json).
    original_labels : ndarray of int16, shape (50000,)
        ILSVRC-2012 label of each image, 0..999.
    sha256 : dict of str to str
        Hash of each file.
    simulated : bool
        Whether this is a release that `reassess simulate` wrote.
    """

    folder: Path
    questions: Questions
    votes: Votes
    golden: Golden
    scores: NDArray[np.float64]
    label_sets: list[list[int]]
    original_labels: NDArray[np.int16]
    sha256: dict[str, str]
    simulated: bool

    @property
    def altered_files(self) -> list[str]:
        """Files that are not the published ones."""
        return [name for name, file in download.FILES.items() if self.sha256[name] != file.sha256]

    def golden_images(self) -> NDArray[np.int32]:
        """Return the image of each golden question, shape (n_golden,)."""
        return self.questions.images[self.golden.questions]

    def is_original(self) -> NDArray[np.bool_]:
        """Say of each question whether its label is the image's original one, (n_questions,)."""
        originals = self.original_labels[self.questions.images - 1]
        return np.equal(originals, self.questions.labels)


def load_release(data: str | os.PathLike[str] | None = None) -> Release:
    """Load the release and check each file against its own header and against the others.

    The dense tensor of raters.npz (377 MB) is read as a stream and never held. A file whose hash is
    not the published one is loaded with a notice: a warning of the logger
    ``analysis.release.release``.

    Parameters
    ----------
    data : path-like, optional
        Folder of the six files. Default: ``$REASSESS_DATA``, else the per-user cache that
        `reassess fetch` fills.

    Returns
    -------
    Release

    Raises
    ------
    ReleaseError
        If a file is missing, damaged, or inconsistent with itself or another; the message names the
        file, the array and the first offending entry, or which files are of the older edition.
    """
    check_types(load_release, locals())
    folder = download.find_release(data)
    try:
        return _load(folder)
    except OlderEditionError as error:
        raise older_edition(folder) from error
    except OSError as error:
        raise ReleaseError(f"{error.filename or folder}: cannot be read ({error})") from error


def _load(folder: Path) -> Release:
    sha256 = {name: download.sha256_of(folder / name) for name in download.FILES}
    raters_path = folder / download.RATERS
    seen: dict[Hashable, Questions] = {}
    questions = read_questions(raters_path, seen)
    votes = read_votes(raters_path, len(questions))
    release = Release(
        folder=folder,
        questions=questions,
        votes=votes,
        golden=_read_golden(folder, questions, votes, seen),
        scores=read_scores(folder / download.SCORES, questions, seen),
        label_sets=read_label_sets(folder / download.LABELS),
        original_labels=read_original_labels(folder / download.ORIGINAL_LABELS),
        sha256=sha256,
        simulated=(folder / SIMULATED).is_file() and has_made_up_ids(folder),
    )
    if release.simulated:
        log.warning("%s holds a SIMULATED release, not the published one", folder)
    elif release.altered_files:
        log.warning(
            "%s: not the published file%s, loaded all the same: %s",
            folder,
            "s" if len(release.altered_files) > 1 else "",
            ", ".join(release.altered_files),
        )
    return release


def has_made_up_ids(folder: Path) -> bool:
    """Say whether the labels are those of a simulated release: a marker may lie anywhere."""
    return all(name.startswith(MADE_UP) for name in read_synsets(folder / download.ORIGINAL_LABELS))


def _read_golden(
    folder: Path, questions: Questions, votes: Votes, seen: dict[Hashable, Questions]
) -> Golden:
    experts_path, raters_path = folder / download.GOLDEN, folder / download.RATERS_GOLDEN
    asked = read_questions(experts_path, seen)
    places = questions.find(asked)
    if (places < 0).any():
        first = int(np.argmax(places < 0))
        raise ReleaseError(
            f"{experts_path}: info: entry {first}, {asked.name(first)}, is no question of "
            f"{download.RATERS}"
        )
    asked_again = read_questions(raters_path, seen)
    if not np.array_equal(asked.keys, asked_again.keys):
        raise ReleaseError(
            f"{raters_path}: info: differs from the info of {download.GOLDEN}"
            + first_difference(asked.keys, asked_again.keys)
        )
    experts = read_votes(experts_path, len(asked))
    if (np.bincount(experts.items, minlength=len(asked)) == 0).any():
        first = int(np.argmin(np.bincount(experts.items, minlength=len(asked))))
        raise ReleaseError(f"{experts_path}: tensor: no expert answered entry {first}")
    raters = read_votes(raters_path, len(asked))
    return Golden(places, experts, _as_raters_of(votes, raters, raters_path))


def _as_raters_of(votes: Votes, golden: Votes, path: Path) -> Votes:
    """Return golden answers with the rater codes of the release's votes."""
    code_of = {rater: code for code, rater in enumerate(votes.rater_names)}
    for entry, rater in enumerate(golden.rater_names):
        if rater not in code_of:
            raise ReleaseError(
                f"{path}: ids: entry {entry} is {rater}, a rater that {download.RATERS} lacks"
            )
    codes = np.array([code_of[rater] for rater in golden.rater_names])
    tensor = np.zeros((votes.n_raters, golden.n_items, golden.n_answers), dtype=np.int64)
    tensor[codes] = golden.to_tensor()
    return Votes.from_tensor(tensor, rater_names=votes.rater_names, answer_names=ANSWERS)
