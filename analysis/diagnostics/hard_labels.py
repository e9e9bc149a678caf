"""Which ImageNet classes raters find hard, and which two are accepted together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..defaults import THRESHOLD
from ..release.files.questions import N_LABELS
from ..release.labels.label_sets import checked_scores
from ..release.release import Release
from ..statistics.thresholds import check_threshold
from ..tables import to_csv
from .next_vote import entropy

# A class that is asked about less often has too few votes to be called hard or easy.
LEAST_QUESTIONS = 30


@dataclass(frozen=True, eq=False)
class LabelDifficulty:
    """How far raters agree about each label; every array has shape (1000,).

    Attributes
    ----------
    questions : ndarray of int64
        Questions about the label.
    kept : ndarray of int64
        Those whose score is at least the threshold.
    disagreement : ndarray
        Share of pairs of votes on the same question that differ; NaN without pairs.
    entropy : ndarray
        Mean entropy of the scores, in bits; NaN without questions.
    """

    questions: NDArray[np.int64]
    kept: NDArray[np.int64]
    disagreement: NDArray[np.float64]
    entropy: NDArray[np.float64]

    def hardest(self, n: int = 10, *, least_questions: int = LEAST_QUESTIONS) -> NDArray[np.int64]:
        """Return labels by disagreement, the hardest first, of equals the lower.

        Labels with fewer questions are left out.
        """
        asked = np.flatnonzero((self.questions >= least_questions) & ~np.isnan(self.disagreement))
        return asked[np.argsort(-self.disagreement[asked], kind="stable")[:n]]


def label_difficulty(
    release: Release, *, scores: ArrayLike | None = None, threshold: float = THRESHOLD
) -> LabelDifficulty:
    """Measure how far raters agree about each label, and how certain its scores are.

    Parameters
    ----------
    release : Release
    scores : array_like, shape (n_questions,), optional
        In 0..1. Default: the published scores.
    threshold : float
        In 0..1.

    Returns
    -------
    LabelDifficulty

    Raises
    ------
    AnalysisError
        If the scores do not fit the questions, or the threshold is out of range.
    """
    used = checked_scores(release, scores)
    check_threshold(threshold)
    labels, votes = release.questions.labels, release.votes
    counts = votes.answer_counts()
    sizes = counts.sum(axis=1)
    pairs, alike = sizes * (sizes - 1), (counts * (counts - 1)).sum(axis=1)
    questions = np.bincount(labels, minlength=N_LABELS)
    bits = entropy(np.stack((used, 1 - used), axis=1))
    return LabelDifficulty(
        questions=questions,
        kept=np.bincount(labels[used >= threshold], minlength=N_LABELS),
        disagreement=1 - _by_label(labels, alike) / _or_nan(_by_label(labels, pairs)),
        entropy=_by_label(labels, bits) / _or_nan(questions),
    )


def _by_label(labels: NDArray[np.int16], values: NDArray[np.number]) -> NDArray[np.float64]:
    return np.bincount(labels, weights=values, minlength=N_LABELS).astype(np.float64)


def _or_nan(numbers: NDArray[np.number]) -> NDArray[np.float64]:
    return np.where(numbers > 0, numbers, np.nan)


@dataclass(frozen=True, eq=False)
class LabelPairs:
    """Pairs of labels that are both accepted for some image, the most frequent first.

    Attributes
    ----------
    labels : ndarray of int64, shape (n_pairs, 2)
        The smaller one first; of equally frequent pairs the smaller first.
    accepted : ndarray of int64, shape (n_pairs,)
        Images that both are accepted for.
    asked : ndarray of int64, shape (n_pairs,)
        Images that both were asked about.
    """

    labels: NDArray[np.int64]
    accepted: NDArray[np.int64]
    asked: NDArray[np.int64]


def label_pairs(
    release: Release, *, scores: ArrayLike | None = None, threshold: float = THRESHOLD
) -> LabelPairs:
    """Count the images for which two labels are both accepted.

    Parameters
    ----------
    release : Release
    scores, threshold
        As for :func:`label_difficulty`.

    Returns
    -------
    LabelPairs

    Raises
    ------
    AnalysisError
        As :func:`label_difficulty`.
    """
    kept = checked_scores(release, scores) >= check_threshold(threshold)
    both_asked = _count_pairs(release, np.ones(len(kept), dtype=bool))
    both_kept = _count_pairs(release, kept)
    found = np.flatnonzero(both_kept)
    order = found[np.argsort(-both_kept[found], kind="stable")]
    labels = np.stack(np.divmod(order, N_LABELS), axis=1)
    return LabelPairs(labels, both_kept[order], both_asked[order])


def _count_pairs(release: Release, kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Images by pair of labels that both are kept, as ``smaller * 1000 + larger``."""
    keys = np.sort(release.questions.keys[kept])
    images, labels = np.divmod(keys, N_LABELS)
    counts = np.zeros(N_LABELS**2, dtype=np.int64)
    # Labels of an image stand together, in ascending order: pairs are 1, 2, ... places apart.
    for apart in range(1, len(keys)):
        same = images[apart:] == images[:-apart]
        if not same.any():
            break
        pair = labels[:-apart][same] * N_LABELS + labels[apart:][same]
        counts += np.bincount(pair, minlength=N_LABELS**2)
    return counts


def hard_labels_csv(difficulty: LabelDifficulty) -> str:
    """Return the difficulty of all labels as csv, the hardest first.

    Parameters
    ----------
    difficulty : LabelDifficulty

    Returns
    -------
    str
        Columns: label, questions, kept, disagreement, entropy. Labels with few questions are there,
        too; those without any are last.
    """
    order = np.argsort(-difficulty.disagreement, kind="stable")
    names = ("questions", "kept", "disagreement", "entropy")
    return to_csv({"label": order, **{name: getattr(difficulty, name)[order] for name in names}})


def label_pairs_csv(pairs: LabelPairs) -> str:
    """Return pairs of labels that are accepted together as csv, the most frequent first.

    Parameters
    ----------
    pairs : LabelPairs

    Returns
    -------
    str
        Columns: label_a, label_b, accepted, asked, share (accepted / asked).
    """
    return to_csv(
        {
            "label_a": pairs.labels[:, 0],
            "label_b": pairs.labels[:, 1],
            "accepted": pairs.accepted,
            "asked": pairs.asked,
            "share": pairs.accepted / pairs.asked,
        }
    )
