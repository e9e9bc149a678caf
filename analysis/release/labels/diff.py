"""Two label files compared: what was added, what was dropped, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import check_types
from ...tables import to_csv
from ..files.questions import N_LABELS, Questions, image_name
from ..files.readers import checked_label_sets
from .label_sets import listed_questions


@dataclass(frozen=True, eq=False)
class LabelDiff:
    """What changed between two label files.

    Attributes
    ----------
    before, after : ndarray of int64, shape (1000,)
        Images that have each label.
    added, dropped : Questions
        Pairs of an image and a label of which only the second, or only the first file has; by image
        and label, ascending.
    n_images_before, n_images_after : int
        Images with labels.
    emptied, filled : ndarray of int64
        Images (1..50000) that have no labels any more, or had none before; ascending.
    reordered : ndarray of int64
        Images whose labels are the same, but in another order; ascending.
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    added: Questions
    dropped: Questions
    n_images_before: int
    n_images_after: int
    emptied: NDArray[np.int64]
    filled: NDArray[np.int64]
    reordered: NDArray[np.int64]

    @property
    def identical(self) -> bool:
        """Whether the files have the same labels in the same order."""
        return not (len(self.added) or len(self.dropped) or len(self.reordered))

    @property
    def changed_images(self) -> NDArray[np.int64]:
        """Images that gain or lose a label, ascending."""
        return np.union1d(self.added.images, self.dropped.images).astype(np.int64)

    @property
    def added_by_class(self) -> NDArray[np.int64]:
        """Images that gain each label, shape (1000,)."""
        return np.bincount(self.added.labels, minlength=N_LABELS)

    @property
    def dropped_by_class(self) -> NDArray[np.int64]:
        """Images that lose each label, shape (1000,)."""
        return np.bincount(self.dropped.labels, minlength=N_LABELS)

    def most_changed(self, n: int = 10) -> NDArray[np.int64]:
        """Return up to n labels that change on most images, the most changed first.

        Of labels that change as often the lower is first. Labels that do not change are left out.
        """
        changes = self.added_by_class + self.dropped_by_class
        order = np.argsort(-changes, kind="stable")[:n]
        return np.asarray(order[changes[order] > 0])

    def examples(self, label: int, n: int = 3) -> tuple[list[str], list[str]]:
        """Return the names of the first n images that gain a label, and that lose it."""
        gain, lose = (
            [image_name(int(image)) for image in pairs.images[pairs.labels == label][:n]]
            for pairs in (self.added, self.dropped)
        )
        return gain, lose


def diff_labels(before: list[list[int]], after: list[list[int]]) -> LabelDiff:
    """Compare two label files.

    Parameters
    ----------
    before, after : list of 50,000 lists of int
        Such as :attr:`analysis.Release.label_sets`, or from :func:`analysis.make_labels`.

    Returns
    -------
    LabelDiff

    Raises
    ------
    AnalysisError
        If one is not 50,000 lists of distinct labels in 0..999.
    """
    check_types(diff_labels, locals())
    first = listed_questions(checked_label_sets(before, "before"))
    second = listed_questions(checked_label_sets(after, "after"))
    kept = np.array(list(map(bool, before))), np.array(list(map(bool, after)))
    pairs = enumerate(zip(before, after, strict=True), start=1)
    reordered = [i for i, (old, new) in pairs if old != new and set(old) == set(new)]
    return LabelDiff(
        before=np.bincount(first.labels, minlength=N_LABELS),
        after=np.bincount(second.labels, minlength=N_LABELS),
        added=_pairs(np.setdiff1d(second.keys, first.keys, assume_unique=True)),
        dropped=_pairs(np.setdiff1d(first.keys, second.keys, assume_unique=True)),
        n_images_before=int(kept[0].sum()),
        n_images_after=int(kept[1].sum()),
        emptied=np.flatnonzero(kept[0] & ~kept[1]) + 1,
        filled=np.flatnonzero(~kept[0] & kept[1]) + 1,
        reordered=np.array(reordered, dtype=np.int64),
    )


def _pairs(keys: NDArray[np.int64]) -> Questions:
    """Return pairs by their keys, ascending."""
    images, labels = np.divmod(np.sort(keys), N_LABELS)
    return Questions(images.astype(np.int32), labels.astype(np.int16))


def diff_csv(diff: LabelDiff) -> str:
    """Return what changed as csv, a line a label.

    Parameters
    ----------
    diff : LabelDiff

    Returns
    -------
    str
        Each label's images before and after, how many were added and dropped, and the first image
        of either.
    """
    examples = [diff.examples(label, 1) for label in range(N_LABELS)]
    columns: dict[str, Any] = {
        "label": np.arange(N_LABELS),
        "before": diff.before,
        "after": diff.after,
        "added": diff.added_by_class,
        "dropped": diff.dropped_by_class,
        "first_added": [next(iter(gain), "") for gain, _ in examples],
        "first_dropped": [next(iter(lose), "") for _, lose in examples],
    }
    return to_csv(columns)
