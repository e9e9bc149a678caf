"""Batches of a model's output against a label file, as timm's evaluation has it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, overload

from ..errors import AnalysisError
from ..release.files.download import LABELS, find_release
from ..release.files.questions import N_LABELS
from ..release.files.readers import read_label_sets
from .reading.image_names import image_numbers
from .reading.predictions import number_array, ranked_batch
from .real_accuracy import RealAccuracy, real_accuracy


class RealLabelsImagenet:
    """Count right predictions batch by batch; used as timm's class of the same name.

    The batches come in the order of the file names. PyTorch is not imported: a batch may be a
    tensor of any library that has ``numpy()`` or ``__array__``.

    Parameters
    ----------
    filenames : iterable of str, bytes or path
        File name of each image, in the order in which results will be added; folders before it are
        of no account.
    real_json : path-like, optional
        A label file. Default: the release's real.json, as :func:`analysis.load_release` finds it.
    topk : sequence of int
        For which k a prediction is right where one of its first k labels is among the image's.

    Raises
    ------
    AnalysisError
        If a file name is unknown, missing, or there twice; the label file cannot be used; or `topk`
        is not of numbers in 1..1000.

    References
    ----------
    Wightman, PyTorch Image Models: ``timm.data.RealLabelsImagenet``.

    Examples
    --------
    With a model and a loader of images, of any library::

        real_labels = RealLabelsImagenet(filenames, real_json="real.json")
        for images, _ in loader:
            real_labels.add_result(model(images))
        print(real_labels.get_accuracy())
    """

    def __init__(
        self,
        filenames: Iterable[Any],
        real_json: str | os.PathLike[str] | None = None,
        topk: Sequence[int] = (1, 5),
    ) -> None:
        wrong = [k for k in topk if not 1 <= k <= N_LABELS]
        if wrong or not topk:
            raise AnalysisError(f"topk={tuple(topk)}: give one or more numbers in 1..{N_LABELS}")
        path = find_release() / LABELS if real_json is None else Path(real_json)
        self.real_labels = read_label_sets(path)
        self.topk = tuple(topk)
        self._images = image_numbers(list(filenames))
        self._n_added = 0
        self._counts = dict.fromkeys(self.topk, RealAccuracy(0, 0))

    def add_result(self, output: Any) -> None:
        """Add the next images' predictions.

        Parameters
        ----------
        output : tensor or array_like
            Scores, shape (batch, 1000); the top labels, the best first, (batch, k); or labels,
            (batch,).

        Raises
        ------
        AnalysisError
            As :func:`analysis.real_accuracy`, or if there are more results than images. Nothing of
            the batch is counted then.
        """
        batch = number_array(output)
        left = len(self._images) - self._n_added
        if batch.ndim and len(batch) > left:
            raise AnalysisError(
                f"{len(batch):,} more results: {self._n_added:,} of {len(self._images):,} images "
                "have one already"
            )
        end = self._n_added + (len(batch) if batch.ndim else 0)
        images = self._images[self._n_added : end]
        ranked = ranked_batch(batch, images=images, most=max(self.topk))
        label_sets = [self.real_labels[image - 1] for image in images.tolist()]
        counts = {}
        for k, so_far in self._counts.items():
            found = real_accuracy(ranked, label_sets=label_sets, k=k)
            counts[k] = RealAccuracy(
                so_far.correct + found.correct, so_far.n_images + found.n_images
            )
        self._counts, self._n_added = counts, end

    @overload
    def get_accuracy(self, k: None = None) -> dict[int, float]: ...

    @overload
    def get_accuracy(self, k: int) -> float: ...

    def get_accuracy(self, k: int | None = None) -> dict[int, float] | float:
        """Return the accuracy so far, in percent; NaN while no image with labels was added.

        Parameters
        ----------
        k : int, optional
            One of `topk`. Default: all of them.

        Returns
        -------
        dict of int to float, or float
            By k, or of one k.

        Raises
        ------
        AnalysisError
            If k is not among `topk`.
        """
        if k is None:
            return {top: 100 * counted.accuracy for top, counted in self._counts.items()}
        if k not in self._counts:
            raise AnalysisError(f"top {k} was not counted: topk={self.topk}")
        return 100 * self._counts[k].accuracy
