"""Two models on the same images: the difference of their accuracy, and whether it is chance."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aggregation.errors import naming

from ..errors import AnalysisError, check_types
from .real_accuracy import correct_images, has_labels

HALVINGS = 60  # of an interval of at most 2: to the last bit


class PairedComparison(NamedTuple):
    """Images on which both, one or none of two models are right.

    Attributes
    ----------
    both, only_first, only_second, neither : int
        Numbers of images; those without labels are left out.
    """

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def n_images(self) -> int:
        """Number of images with labels."""
        return sum(self)

    @property
    def difference(self) -> float:
        """Accuracy of the second model less that of the first, in -1..1; NaN without images."""
        net = self.only_second - self.only_first
        return net / self.n_images if self.n_images else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the 95 % score interval of the difference; NaN without images."""
        return paired_interval(self.only_first, self.only_second, self.n_images)

    @property
    def p_exact(self) -> float:
        """Two-sided p-value of McNemar's exact conditional test, a sign test."""
        return 1.0 if self.only_first == self.only_second else min(1.0, 2 * self._tail(0))

    @property
    def p_mid(self) -> float:
        """Two-sided mid-p-value of McNemar's test, which is less conservative than the exact one.

        References
        ----------
        Fagerland, Lydersen & Laake (2013), The McNemar test for binary matched-pairs data, BMC
        Medical Research Methodology 13, 91.
        """
        # twice the tail, less the probability of what was seen
        return self._tail(0) + self._tail(1)

    def _tail(self, below: int) -> float:
        """Chance of at most so many below the fewer discordant images, if both were as likely."""
        from scipy.special import bdtr

        fewer = min(self.only_first, self.only_second) - below
        return float(bdtr(fewer, self.only_first + self.only_second, 0.5)) if fewer >= 0 else 0.0


def compare_models(
    first: ArrayLike, second: ArrayLike, *, label_sets: Sequence[Sequence[int]], k: int = 1
) -> PairedComparison:
    """Compare two models image by image.

    Their accuracies come from the same images, so that their intervals may overlap where the
    difference is certain.

    Parameters
    ----------
    first, second : array_like
        Predictions of two models, each as for :func:`analysis.real_accuracy`, in order of the label
        sets.
    label_sets : sequence of sequences of int
        Labels of each image; an image without labels is left out.
    k : int
        A prediction is right where one of its first k labels is among the image's.

    Returns
    -------
    PairedComparison

    Raises
    ------
    AnalysisError
        As :func:`analysis.real_accuracy`.

    References
    ----------
    McNemar (1947), Note on the sampling error of the difference between correlated proportions or
    percentages, Psychometrika 12(2), 153-157.

    Examples
    --------
    >>> compare_models([3, 5, 1], [4, 5, 2], label_sets=[[4], [5], []])
    PairedComparison(both=1, only_first=0, only_second=1, neither=0)
    """
    check_types(compare_models, locals())
    counted = has_labels(label_sets)
    hits = []
    for name, predictions in (("first", first), ("second", second)):
        with naming(name, AnalysisError):
            hits.append(correct_images(predictions, label_sets=label_sets, k=k)[counted])
    return compare_hits(*hits)


def compare_hits(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> PairedComparison:
    """Compare two models by the images on which each is right, which have labels, (n_images,)."""
    parts = (first & second, first & ~second, ~first & second, ~first & ~second)
    return PairedComparison(*(int(np.count_nonzero(part)) for part in parts))


def paired_interval(
    only_first: int, only_second: int, n: int, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Tango's score interval of the difference of two proportions in the same n cases.

    It holds the differences that a score test does not reject. At 0 that test is McNemar's
    asymptotic one, so the interval leaves 0 out where that rejects.

    Parameters
    ----------
    only_first, only_second : int
        Cases in which only the first, or only the second, succeeds.
    n : int
        Number of cases.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    low, high : float
        In -1..1, of the second proportion less the first; NaN where n is 0.

    Raises
    ------
    AnalysisError
        If a count is not in range, or `confidence` is not between 0 and 1.

    References
    ----------
    Tango (1998), Equivalence test and confidence interval for the difference in proportions for the
    paired-sample design, Statistics in Medicine 17(8), 891-908.

    Examples
    --------
    >>> low, high = paired_interval(6, 16, 161)
    >>> print(f"{low:.4f} {high:.4f}")
    0.0054 0.1240
    """
    if not 0 < confidence < 1:
        raise AnalysisError(f"confidence {confidence} is not between 0 and 1: 0.95 is 95 %")
    if min(only_first, only_second) < 0 or only_first + only_second > n:
        raise AnalysisError(
            f"{only_first} and {only_second} of {n} cases: counts are at least 0 and add up to n"
        )
    if n == 0:
        return float("nan"), float("nan")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    estimate = (only_second - only_first) / n
    ends = []
    for end in (-1.0, 1.0):
        kept, rejected = estimate, end
        for _ in range(HALVINGS):
            middle = (kept + rejected) / 2
            if abs(_score(middle, only_first, only_second, n)) <= z:
                kept = middle
            else:
                rejected = middle
        ends.append(kept)
    return ends[0], ends[1]


def _score(difference: float, only_first: int, only_second: int, n: int) -> float:
    """Tango's test statistic that the proportions differ by so much, standard normal if they do."""
    net = only_second - only_first
    # maximum likelihood estimate of the share of `only_first`, given the difference
    linear = (2 * n - net) * difference - only_first - only_second
    constant = -only_first * difference * (1 - difference)
    share = (sqrt(max(0.0, linear**2 - 8 * n * constant)) - linear) / (4 * n)
    variance = n * (2 * share + difference * (1 - difference))
    return (net - n * difference) / sqrt(variance) if variance > 0 else float("inf")
