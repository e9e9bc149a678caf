"""Observed information of a fit: the curvature of the log-likelihood in what was estimated."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.patterns import Patterns, distinct_patterns
from ..errors import VoteError
from ..models.dawid_skene.arguments import pseudo_counts_of
from ..models.fit import Fit
from ..models.known_truth import expected_counts, vote_major
from ..votes.votes import Votes

# An entry of which so little is expected is on its way to 0, or its standard error is more than a
# hundred times the entry: in either case it is at the boundary.
LEAST_COUNT = 0.01
# The information of so many takes some hundred megabytes and up to half a minute.
MOST_PARAMETERS = 3000
# Of an eigenvalue of the information, as a share of the complete one. EM would need a million steps
# to climb what is flatter than this, and a fit that has converged is not steeper below 0 than that.
FLAT = 1e-6
NOT_A_MAXIMUM = -1e-4
# A parameter is part of a flat direction if its share in it is more than rounding.
LEAST_SHARE = 1e-6


class OpenItems(NamedTuple):
    """The items of a fit whose class is not clamped.

    Attributes
    ----------
    mask : ndarray of bool, shape (n_items,)
        Which they are, of all items of the fit.
    votes : Votes
        On these items alone.
    patterns : Patterns
        The distinct ones among them.
    posterior : ndarray, shape (n_patterns, n_classes)
        Of the items that share a pattern.
    """

    mask: NDArray[np.bool_]
    votes: Votes
    patterns: Patterns
    posterior: NDArray[np.float64]


class Cells(NamedTuple):
    """Probabilities that were estimated and are not at the boundary.

    A family says which parameters are the same cell: with shared error rates, those of all raters;
    with one-coin raters, all of a rater's right answers, and all of the wrong ones.

    Attributes
    ----------
    of_parameter : ndarray of int32, shape (n_raters * n_answers + 1, n_classes)
        The cell of each error rate, and in the last row of the class prior; -1 where there is none.
    scale : ndarray, shape as `of_parameter`
        A parameter is its cell times this.
    values, counts : ndarray, shape (n_cells,)
        Probability of a cell, and expected number of votes in it, pseudo-counts included.
    rows : ndarray of int, shape (n_cells,)
        Ascending; cells of a row sum to what is left beside fixed ones.
    """

    of_parameter: NDArray[np.int32]
    scale: NDArray[np.float64]
    values: NDArray[np.float64]
    counts: NDArray[np.float64]
    rows: NDArray[np.int64]

    @property
    def per_change(self) -> NDArray[np.float64]:
        """What a cell changes by for a change of 1 where the complete information is a unit matrix.

        Changes that leave a row's sum as it is are at right angles to this, within the row.
        """
        return self.values / np.sqrt(self.counts)

    @property
    def n_free(self) -> int:
        """Number of free parameters: each row gives one up, for it sums to 1."""
        return len(self.values) - len(np.unique(self.rows))


def open_items(fit: Fit) -> OpenItems:
    """Return the items whose class is not clamped, by patterns."""
    mask = np.ones(fit.votes.n_items, dtype=bool)
    votes, posterior = fit.votes, fit.posterior
    if fit.clamped is not None and fit.clamped.any():
        mask = np.asarray(~fit.clamped.any(axis=1))
        votes, posterior = votes.select(mask), posterior[mask]
    patterns = distinct_patterns(votes)
    if patterns.of_item is not None:
        an_item = np.empty(patterns.n_patterns, dtype=np.int64)
        an_item[patterns.of_item] = np.arange(votes.n_items)
        posterior = posterior[an_item]
    return OpenItems(mask, votes, patterns, np.ascontiguousarray(posterior))


def estimated_cells(fit: Fit) -> Cells:
    """Find what was estimated and is inside its range, row by row."""
    cell_of, row_of, scale = _all_cells(fit)
    options = fit.options
    added = pseudo_counts_of(options.pseudo_count, fit.votes, fit.n_classes, options.family)
    expected = expected_counts(fit.votes, fit.posterior) + added.transpose(0, 2, 1)
    counts = np.zeros(len(row_of))
    np.add.at(counts, cell_of, np.vstack((vote_major(expected), fit.posterior.sum(axis=0))))
    values = np.zeros(len(row_of))
    values[cell_of] = np.vstack((vote_major(fit.error_rates), fit.class_prior)) / scale
    estimated = np.ones(cell_of.shape, dtype=bool)
    estimated[:-1] = options.error_rates is None
    estimated[-1] = options.class_prior is None
    free = np.zeros(len(row_of), dtype=bool)
    free[cell_of[estimated]] = True
    free &= (counts >= LEAST_COUNT) & (values > 0)
    # an entry that is alone in its row is 1, and 1 is a boundary, too
    free &= np.bincount(row_of[free], minlength=row_of.max() + 1)[row_of] > 1
    chosen = np.flatnonzero(free)
    chosen = chosen[np.argsort(row_of[chosen], kind="stable")]
    number = np.full(len(row_of), -1, dtype=np.int32)
    number[chosen] = np.arange(len(chosen))
    return Cells(number[cell_of], scale, values[chosen], counts[chosen], row_of[chosen])


def _all_cells(fit: Fit) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Cell and scale of each parameter, and row of each cell, as a family has them.

    Returns cells, rows and scales.
    """
    n_raters, n_classes, n_answers = fit.error_rates.shape
    cell, row_of, scale = fit.options.family.cells((n_raters, n_answers, n_classes))
    of_prior = len(row_of) + np.arange(n_classes)
    return (
        np.vstack((cell.reshape(-1, n_classes), of_prior)),
        np.append(row_of, np.full(n_classes, row_of.max() + 1)),
        np.vstack((scale.reshape(-1, n_classes), np.ones(n_classes))),
    )


def relative_information(fit: Fit, cells: Cells) -> NDArray[np.float64]:
    """Observed information as a share of what would be there if the classes were seen.

    ``I - M``, where M is the missing information (Louis 1982), in units in which the complete
    information is the unit matrix. So its eigenvalues are at most 1; the least one is 1 minus the
    rate at which EM converges.

    Returns
    -------
    ndarray, shape (n_cells, n_cells)
        Symmetric; rows still include changes that leave the sum of 1.
    """
    from ..kernels.information import missing_information

    items = open_items(fit)
    half = np.zeros((len(cells.values), len(cells.values)))
    missing_information(*items.patterns[:3], items.posterior, cells.of_parameter, half)
    missing = half + half.T
    root = np.sqrt(cells.counts)
    return np.asarray(np.eye(len(root)) - missing / root / root[:, None])


class Columns(NamedTuple):
    """Columns of the inverse of the information, in units where the complete one is a unit matrix.

    Attributes
    ----------
    values : ndarray, shape (n_cells, n_columns)
        Of the inverse within the plane where each row of cells sums to 1.
    unknown : ndarray of bool, shape (n_columns,)
        Whether the votes do not tell the cell that a column belongs to.
    """

    values: NDArray[np.float64]
    unknown: NDArray[np.bool_]


def inverse_information(fit: Fit, cells: Cells) -> Columns:
    """Invert the information of all cells, dense.

    Raises
    ------
    VoteError
        If there are too many, or the fit is not at a maximum.
    """
    if cells.n_free > MOST_PARAMETERS:
        raise VoteError(
            f"{cells.n_free} free parameters are more than the {MOST_PARAMETERS} whose information "
            "is inverted: standard_errors(fit, raters=[...]) has those of some raters, and of the "
            "class prior; bootstrap(fit) has all"
        )
    if not len(cells.values):
        return Columns(np.empty((0, 0)), np.empty(0, dtype=bool))
    plane = _tangent_plane(cells.per_change, cells.rows)
    information = plane.T @ (plane.T @ relative_information(fit, cells)).T
    inverse, flat = _inverse(information)
    unknown = ((plane @ flat) ** 2).sum(axis=1) > LEAST_SHARE
    return Columns(np.asarray(plane @ (plane @ inverse).T), unknown)


def _tangent_plane(normal: NDArray[np.float64], rows: NDArray[np.int64]) -> Any:
    """Sparse orthonormal basis of the changes at right angles to `normal` within each row."""
    from scipy import sparse

    blocks = np.split(normal, np.flatnonzero(np.diff(rows)) + 1)
    return sparse.block_diag([_complement(block) for block in blocks], format="csr")


def _complement(normal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal basis of all that is at right angles to one vector, by a Householder reflection.

    Examples
    --------
    >>> _complement(np.array([3.0, 4.0])).round(6)
    array([[-0.8],
           [ 0.6]])
    """
    axis = normal / np.linalg.norm(normal)
    axis[0] += 1  # entries of `normal` are positive: nothing cancels
    return np.eye(len(axis))[:, 1:] - np.outer(axis, axis[1:] / axis[0])


def _inverse(information: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Inverse of the information, and the directions that it does not tell, which are left out.

    Returns
    -------
    inverse : ndarray, shape (n, n)
    flat : ndarray, shape (n, n_flat)
        Orthonormal.
    """
    from scipy.linalg import LinAlgError, cho_factor, cho_solve, eigh

    try:
        inverse = cho_solve(cho_factor(information), np.eye(len(information)))
        if np.abs(inverse).sum(axis=0).max() < 1 / FLAT:
            return inverse, np.empty((len(information), 0))
    except LinAlgError:
        pass
    values, vectors = eigh(information)
    if values[0] < NOT_A_MAXIMUM:
        raise no_maximum(values[0])
    steep = values > FLAT
    return vectors[:, steep] / values[steep] @ vectors[:, steep].T, vectors[:, ~steep]


def no_maximum(curvature: float) -> VoteError:
    """Return the error of a fit at which the likelihood curves upwards."""
    return VoteError(
        f"the fit is not at a maximum of the likelihood (it curves upwards by {-curvature:.2g} of "
        "the complete information): fit with restarts, or a smaller tol"
    )
