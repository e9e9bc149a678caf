"""Label switching: the likelihood does not know which class is which; answers or truth do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def order_by_answers(
    error_rates: NDArray[np.float64],
    class_prior: NDArray[np.float64],
    votes_of: NDArray[np.int64],
    affinity: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Find the order of classes in which answers speak most for their class.

    Parameters
    ----------
    error_rates : ndarray, shape (n_raters, n_classes, n_answers)
    class_prior : ndarray, shape (n_classes,)
    votes_of : ndarray of int, shape (n_raters,)
        Votes of each rater.
    affinity : ndarray, shape (n_answers, n_classes)
        How much an answer speaks for each class in the order that is wanted; with as many answers
        as classes, the identity.

    Returns
    -------
    ndarray of int, shape (n_classes,)
        The class that becomes class 0, 1, ...; ``arange`` where nothing is switched.
    """
    joint = np.einsum("r,c,rca->ac", votes_of.astype(float), class_prior, error_rates)
    return best_match(affinity.T @ joint)


def order_by_truth(posterior: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.int64]:
    """Find the order of classes that agrees best with known items, both (n_items, n_classes)."""
    return best_match(truth.T @ posterior)


def best_match(agreement: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each row a column, so that the sum is largest; the identity, unless another is better."""
    enough = np.trace(agreement) * (1 + 1e-12)
    # no match is better than the largest of each row, or of each column
    if min(agreement.max(axis=1).sum(), agreement.max(axis=0).sum()) <= enough:
        return np.arange(len(agreement))
    from scipy.optimize import linear_sum_assignment  # takes a seventh of a second to import

    rows, columns = linear_sum_assignment(agreement, maximize=True)
    if agreement[rows, columns].sum() <= enough:
        return np.arange(len(agreement))
    return np.asarray(columns, dtype=np.int64)
