"""Covariance of a fit's parameters: the inverse information, or a sandwich of it and the scores."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import IdentifiabilityWarning, VoteError
from ..models.fit import Fit
from .conjugate_gradients import columns_of_inverse
from .information import Cells, Columns, estimated_cells, inverse_information

# So many columns at a time are multiplied with the scores of all groups.
CHUNK = 64
MOST_NAMES = 5


class Covariance(NamedTuple):
    """Covariance of the cells of some raters and of the class prior.

    Attributes
    ----------
    values : ndarray, shape (n_cells, n_cells)
    row_of_parameter : ndarray of int, shape (n_raters * n_answers + 1, n_classes)
        Row of each error rate, and in the last row of the class prior; -1 where there is none.
    scale : ndarray, shape as `row_of_parameter`
        A parameter is its cell times this.
    """

    values: NDArray[np.float64]
    row_of_parameter: NDArray[np.int64]
    scale: NDArray[np.float64]


def covariance_of(
    fit: Fit,
    kept: NDArray[np.int64],
    group_of: NDArray[np.int64] | None,
    *,
    dense: bool,
) -> Covariance:
    """Covariance of the cells of some raters and of the class prior: the model's, or by groups.

    With `dense` all raters are kept, and the information is inverted; else no matrix is made.
    """
    cells = estimated_cells(fit)
    cell, scale = (_of_raters(by_code, kept, fit) for by_code in (cells.of_parameter, cells.scale))
    chosen = np.unique(cell[cell >= 0])
    columns = inverse_information(fit, cells) if dense else columns_of_inverse(fit, cells, chosen)
    if group_of is None:
        values = columns.values[chosen]
    else:
        values = _sandwich(fit, cells, columns, group_of)
    per_change = cells.per_change[chosen]
    values = values * per_change * per_change[:, None]
    if columns.unknown.any():
        _warn_of_unknown(fit, cells, chosen[columns.unknown])
        values[columns.unknown] = np.nan
        values[:, columns.unknown] = np.nan
    row_of_cell = np.full(len(cells.values) + 1, -1)
    row_of_cell[chosen] = np.arange(len(chosen))
    return Covariance(values, row_of_cell[cell], scale)


def _sandwich(
    fit: Fit, cells: Cells, columns: Columns, group_of: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Covariance of the cells that columns of the inverse information belong to.

    ``inverse @ meat @ inverse``, where the meat is the covariance of the groups' scores, times
    their number. Scores are taken about their mean, which is 0 but for pseudo-counts.

    Parameters
    ----------
    fit : Fit
    cells : Cells
    columns : Columns
    group_of : ndarray of int, shape (n_items,)
        0..n_groups - 1.

    Returns
    -------
    ndarray, shape (n_columns, n_columns)
        In units where the complete information is a unit matrix.
    """
    scores = group_scores(fit, cells, group_of)
    n_groups = scores.shape[0]
    if n_groups < 2:
        raise VoteError("robust standard errors compare groups, and there is one: give two or more")
    inverse = columns.values
    covariance = np.empty((inverse.shape[1], inverse.shape[1]))
    for begin in range(0, inverse.shape[1], CHUNK):
        along = scores @ inverse[:, begin : begin + CHUNK]
        along -= along.mean(axis=0)
        covariance[:, begin : begin + CHUNK] = inverse.T @ (scores.T @ along)
    return np.asarray(covariance * (n_groups / (n_groups - 1)))


def group_scores(fit: Fit, cells: Cells, group_of: NDArray[np.int64]) -> Any:
    """Sum items' scores by group, a sparse array of shape (n_groups, n_cells).

    An item's score is the gradient of its log-likelihood in a cell's logarithm: the votes expected
    of the item in the cell; here over the root of all that are expected there.
    """
    from scipy.sparse import coo_array

    votes = fit.votes
    of_prior, n_cells = len(cells.of_parameter) - 1, len(cells.values)
    items = np.concatenate((votes.items, np.arange(votes.n_items)))
    codes = np.concatenate((votes.codes, np.full(votes.n_items, of_prior)))  # one for the prior
    shape = int(group_of.max()) + 1, n_cells
    total: Any = coo_array(shape, dtype=np.float64).tocsr()
    for cls in range(fit.n_classes):  # one at a time: votes x classes entries are many
        cell = cells.of_parameter[codes, cls]
        inside = cell >= 0
        weight = fit.posterior[items[inside], cls] / np.sqrt(cells.counts[cell[inside]])
        at = group_of[items[inside]], cell[inside]
        total = total + coo_array((weight, at), shape=shape).tocsr()
    return total


def _of_raters(by_code: NDArray[Any], kept: NDArray[np.int64], fit: Fit) -> NDArray[Any]:
    """Keep the rows of some raters, and the class prior's."""
    n_raters, n_classes, n_answers = fit.error_rates.shape
    by_rater = by_code[:-1].reshape(n_raters, n_answers * n_classes)[kept]
    return np.vstack((by_rater.reshape(-1, n_classes), by_code[-1]))


def _warn_of_unknown(fit: Fit, cells: Cells, unknown: NDArray[np.int64]) -> None:
    """Warn whose parameters the votes do not tell."""
    from ..models.dawid_skene.identifiability import listed

    of_parameter = np.isin(cells.of_parameter, unknown)
    of_rater = of_parameter[:-1].reshape(fit.votes.n_raters, -1).any(axis=1)
    raters = np.flatnonzero(of_rater).tolist()
    names = [fit.votes.rater_names[rater] for rater in raters[:MOST_NAMES]]
    more = f" and {len(raters) - MOST_NAMES} more" if len(raters) > MOST_NAMES else ""
    whose = [f"error rates of {listed('rater', 'raters', names)}{more}"] if names else []
    whose += ["the class prior"] if of_parameter[-1].any() else []
    warnings.warn(
        f"the votes do not tell {' and '.join(whose)}: other values are as likely, and they have "
        "no standard error. Known truth, a pseudo_count or fewer classes would mend it",
        IdentifiabilityWarning,
        stacklevel=4,
    )
