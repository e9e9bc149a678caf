"""What we measure ourselves against: crowd-kit, and EM as one writes it with sparse matrices."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .data import Columns


class PeerFit(NamedTuple):
    """A peer's result in our order of axes: (item, class), (rater, class, answer), (class,)."""

    posterior: NDArray[np.float64]
    error_rates: NDArray[np.float64]
    class_prior: NDArray[np.float64]


def crowd_kit(columns: Columns, steps: int) -> Any:
    """Fit crowd-kit's Dawid-Skene with so many steps.

    Its own rule would stop it at the second step, at the first decrease of what it takes for a
    lower bound; with `tol` at minus infinity it does all of them. How fast it is depends much on
    pandas: with version 2 it takes half as long again as with version 3.
    """
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    frame = pd.DataFrame(
        {"task": columns.items, "worker": columns.raters, "label": columns.answers}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it calls pandas in ways that pandas will not have
        return DawidSkene(n_iter=steps, tol=-np.inf).fit(frame)


def fit_of_crowd_kit(model: Any) -> PeerFit:
    """Return crowd-kit's result as arrays; items, raters and answers are 0, 1, 2, ... there."""
    posterior = model.probas_.sort_index().sort_index(axis=1)
    rows = model.errors_.sort_index(axis=1)
    raters, answers = (rows.index.get_level_values(name).to_numpy() for name in ("worker", "label"))
    by_answer = np.zeros((raters.max() + 1, posterior.shape[1], posterior.shape[1]))
    by_answer[raters, answers] = rows.to_numpy()
    return PeerFit(
        posterior.to_numpy(dtype=np.float64),
        by_answer.transpose(0, 2, 1),
        model.priors_.sort_index().to_numpy(dtype=np.float64),
    )


def sparse_matrices(columns: Columns, steps: int) -> PeerFit:
    """Fit by EM with a sparse matrix of items by (rater, answer), and as many classes as answers.

    Each step is two products of that matrix with a narrow dense one; everything else is vectorised
    over items or over error rates.
    """
    from scipy.sparse import csr_array

    n_items, n_raters, n_answers = (int(column.max()) + 1 for column in columns)
    codes = columns.raters * n_answers + columns.answers
    shape = n_items, n_raters * n_answers
    votes = csr_array((np.ones(len(codes)), (columns.items, codes)), shape=shape)
    transposed = votes.T.tocsr()
    posterior = votes @ np.tile(np.eye(n_answers), (n_raters, 1))
    posterior /= posterior.sum(axis=1, keepdims=True)
    rates, prior = _m_step(transposed, posterior, n_raters)
    for _ in range(steps):
        with np.errstate(divide="ignore"):
            joint = votes @ np.log(rates).reshape(-1, n_answers) + np.log(prior)
        joint -= joint.max(axis=1, keepdims=True)
        posterior = np.exp(joint, out=joint)
        posterior /= posterior.sum(axis=1, keepdims=True)
        rates, prior = _m_step(transposed, posterior, n_raters)
    return PeerFit(posterior, rates.transpose(0, 2, 1), prior)


def _m_step(
    transposed: Any, posterior: NDArray[np.float64], n_raters: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Error rates, shape (n_raters, n_answers, n_classes), and class prior; 0/0 is uniform."""
    counts = (transposed @ posterior).reshape(n_raters, -1, posterior.shape[1])
    totals = counts.sum(axis=1, keepdims=True)
    uniform = np.full_like(counts, 1 / counts.shape[1])
    return np.divide(counts, totals, out=uniform, where=totals > 0), posterior.mean(axis=0)
