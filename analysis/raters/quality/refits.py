"""How much of its weight an answer keeps where the items' classes are not known for sure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from aggregation import Fit, bootstrap

from ...errors import AnalysisError

# Of fewer refits a variance is hardly known.
LEAST_REFITS = 50
# An answer is worth this at least, lest draws become those of no answers at all.
LEAST_WORTH = 0.02


def answer_worth(
    fit: Fit,
    counts: NDArray[np.float64],
    *,
    refits: int,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> NDArray[np.float64]:
    """Measure what an expected answer is worth, against one to an item of known class.

    The variance that a rater's error rates would have if the classes were known, divided by that
    over refits to items drawn anew, in which the classes are found again. Where a rater's rates are
    0 and 1 and do not vary, it is that of all raters' rates of the class.

    Parameters
    ----------
    fit : Fit
    counts : ndarray, shape (n_raters, n_classes, n_answers)
        Expected answers of each rater by class.
    refits : int
        50 or more.
    seed, threads, progress
        As for :func:`aggregation.bootstrap`.

    Returns
    -------
    ndarray, shape (n_raters, n_classes, 1)
        In 0.02..1.

    Raises
    ------
    AnalysisError
        If there are too few refits.
    VoteError
        As :func:`aggregation.bootstrap`.
    """
    if refits < LEAST_REFITS:
        raise AnalysisError(
            f"refits={refits}: give {LEAST_REFITS} or more, or 0 to take the classes for granted"
        )
    drawn = bootstrap(fit, replicates=refits, seed=seed, threads=threads, progress=progress)
    known = (~np.isnan(drawn.error_rates[..., 0])).sum(axis=0)
    mean = np.nansum(drawn.error_rates, axis=0) / np.maximum(known, 1)[..., None]
    squares = np.nansum((drawn.error_rates - mean) ** 2, axis=(0, 3))
    found = squares / np.maximum(known - 1, 1)
    answers = counts.sum(axis=2)
    if_known = (fit.error_rates * (1 - fit.error_rates)).sum(axis=2) / np.maximum(answers, 1.0)
    varies = (found > 0) & (known > 1)
    together = np.where(varies, found, 0.0).sum(axis=0)
    of_all = np.where(varies, if_known, 0.0).sum(axis=0)
    usual = np.divide(of_all, together, out=np.ones_like(together), where=together > 0)
    own = np.divide(if_known, found, out=np.tile(usual, (len(counts), 1)), where=varies)
    return np.asarray(np.clip(own, LEAST_WORTH, 1.0))[..., None]
