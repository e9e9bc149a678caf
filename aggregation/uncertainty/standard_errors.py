"""Standard errors of a fit from its observed information: uncertainty without resampling."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ConvergenceWarning, IdentifiabilityWarning, VoteError
from ..models.fit import Fit
from ..models.fit_tables import error_rate_table
from ..table import Table

if TYPE_CHECKING:
    from .information import Cells

# Of an eigenvalue of the information, as a share of the complete one. EM would need a million steps
# to climb what is flatter than this, and a fit that has converged is not steeper below 0 than that.
FLAT = 1e-6
NOT_A_MAXIMUM = -1e-4
# A parameter is part of a flat direction if its share in it is more than rounding.
LEAST_SHARE = 1e-6
MOST_NAMES = 5
# Of so few votes a probability is 0, as for the information.
AT_BOUNDARY = 0.01


class Intervals(NamedTuple):
    """Confidence intervals; NaN where there is none.

    Attributes
    ----------
    error_rates : ndarray, shape (2, n_raters, n_classes, n_answers)
        Lower ends, then upper ends; in 0..1.
    class_prior : ndarray, shape (2, n_classes)
        Lower ends, then upper ends; in 0..1.
    """

    error_rates: NDArray[np.float64]
    class_prior: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StandardErrors:
    """Standard errors of what a fit estimated.

    NaN where there is none: a parameter was fixed; or it is at the boundary, 0 or 1, where the
    likelihood has no peak to measure (a 0 there would claim certainty); or the votes do not tell
    it. `intervals` has an end for what is at the boundary.

    Attributes
    ----------
    fit : Fit
    error_rates : ndarray, shape (n_raters, n_classes, n_answers)
    class_prior : ndarray, shape (n_classes,)
    """

    fit: Fit = field(repr=False)
    error_rates: NDArray[np.float64] = field(repr=False)
    class_prior: NDArray[np.float64]
    _cells: Cells = field(repr=False)
    _cell_covariance: NDArray[np.float64] = field(repr=False)

    def covariance(self) -> NDArray[np.float64]:
        """Compute the covariance matrix of all parameters, dense.

        Returns
        -------
        ndarray, shape (n_parameters, n_parameters)
            The error rates in the order of ``error_rates.ravel()``, then the class prior; rows and
            columns of NaN where there is no standard error.
        """
        shape = self.error_rates.shape
        cell, scale = (
            np.append(_in_order_of_fit(by_code[:-1], shape), by_code[-1])
            for by_code in (self._cells.of_parameter, self._cells.scale)
        )
        # cell -1 is the one that is added: what has no cell has no covariance
        covariance = np.pad(self._cell_covariance, (0, 1), constant_values=np.nan)
        covariance = covariance[np.ix_(cell, cell)] * scale * scale[:, None]
        return np.asarray(covariance)

    def _repr_html_(self) -> str:
        names, prior = self.fit.class_names, self.fit.class_prior
        classes = Table({"class": names, "prior": prior, "standard_error": self.class_prior})
        rates = {**error_rate_table(self.fit), "standard_error": self.error_rates.reshape(-1)}
        del rates["expected_votes"]
        return classes._repr_html_() + Table(rates)._repr_html_()

    def intervals(self, *, confidence: float = 0.95) -> Intervals:
        """Compute confidence intervals, symmetric for the logit and so inside 0..1.

        What is at the boundary, without a standard error, has the interval of Clopper and Pearson
        for as many votes as are expected of the rater in the class: from 0 to what still makes none
        likely enough. NaN where less than one vote is expected.

        Parameters
        ----------
        confidence : float
            Between 0 and 1.

        Returns
        -------
        Intervals
        """
        z = NormalDist().inv_cdf((1 + checked_confidence(confidence)) / 2)
        from .boundary import logit_interval, trials_of, with_ends_at_boundary

        trials = trials_of(self.fit)
        ends = []
        for p, error, n, scale in (
            (self.fit.error_rates, self.error_rates, trials.error_rates, trials.scale),
            (self.fit.class_prior, self.class_prior, trials.class_prior, 1.0),
        ):
            at_zero, at_one = (
                np.isnan(error) & (n > 0) & (share * n < AT_BOUNDARY) for share in (p, 1 - p)
            )
            interval = logit_interval(p, error, z)
            ends.append(with_ends_at_boundary(interval, at_zero, at_one, n, scale, confidence))
        return Intervals(*ends)


def standard_errors(fit: Fit) -> StandardErrors:
    """Compute standard errors of error rates and class prior from the observed information.

    The information is exact: that of the votes and the classes if they were seen, less what is
    missing because they are not. Known truth and pseudo-counts add to it. It takes the items to be
    independent; where they are not, as with several items from one image, use
    ``bootstrap(fit, groups=...)``.

    An entry of which less than a hundredth of a vote is expected counts as 0: at the boundary.

    Parameters
    ----------
    fit : Fit
        Converged, and not with ``hard=True``.

    Returns
    -------
    StandardErrors

    Raises
    ------
    VoteError
        If there are more than 3,000 free parameters, the fit is hard, or it is not at a maximum.

    Warns
    -----
    ConvergenceWarning
        If the fit has not converged.
    IdentifiabilityWarning
        If the votes do not tell some parameters; the message names whose. They have no standard
        error.

    References
    ----------
    Louis (1982), Finding the observed information matrix when using the EM algorithm, Journal of
    the Royal Statistical Society B 44(2), 226-233.

    Examples
    --------
    >>> from aggregation import Votes, fit_dawid_skene
    >>> votes = Votes.from_triples(range(10), [0] * 10, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    >>> fit = fit_dawid_skene(votes, truth=[1] + [0] * 9)
    >>> standard_errors(fit).class_prior.round(4)
    array([0.0949, 0.0949])
    """
    if fit.options.hard:
        raise VoteError(
            "a hard fit is at no maximum of the likelihood: fit with hard=False, or use bootstrap"
        )
    if not fit.converged:
        warnings.warn(
            "the fit has not converged: standard errors belong to a maximum of the likelihood",
            ConvergenceWarning,
            stacklevel=2,
        )
    from .information import estimated_cells  # Numba takes a third of a second to import

    cells = estimated_cells(fit)
    covariance = _cell_covariance(fit, cells)
    deviations = np.append(np.sqrt(np.diagonal(covariance)), np.nan)  # cell -1, as above
    by_code = deviations[cells.of_parameter] * cells.scale
    return StandardErrors(
        fit,
        _in_order_of_fit(by_code[:-1], fit.error_rates.shape),
        by_code[-1],
        cells,
        covariance,
    )


def checked_confidence(confidence: float) -> float:
    """Return a level of confidence; what is not between 0 and 1 is a VoteError."""
    if not 0 < confidence < 1:
        raise VoteError(f"confidence={confidence} is not between 0 and 1: 0.95 is 95 %")
    return confidence


def _cell_covariance(fit: Fit, cells: Cells) -> NDArray[np.float64]:
    """Covariance of the cells, which stay within the plane where each row sums to 1."""
    from .information import relative_information

    if not len(cells.values):
        return np.empty((0, 0))
    per_change = cells.values / np.sqrt(cells.counts)
    plane = _tangent_plane(per_change, cells.rows)
    information = plane.T @ (plane.T @ relative_information(fit, cells)).T
    inverse, flat = _inverse(information)
    covariance = plane @ (plane @ inverse).T * per_change * per_change[:, None]
    if flat.size:
        unknown = ((plane @ flat) ** 2).sum(axis=1) > LEAST_SHARE
        _warn_of_unknown(fit, cells, unknown)
        covariance[unknown] = np.nan
        covariance[:, unknown] = np.nan
    return np.asarray(covariance)


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
        raise VoteError(
            "the fit is not at a maximum of the likelihood (it curves upwards by "
            f"{-values[0]:.2g} of the complete information): fit with restarts, or a smaller tol"
        )
    steep = values > FLAT
    return vectors[:, steep] / values[steep] @ vectors[:, steep].T, vectors[:, ~steep]


def _warn_of_unknown(fit: Fit, cells: Cells, unknown: NDArray[np.bool_]) -> None:
    """Warn whose parameters the votes do not tell."""
    from ..models.dawid_skene.identifiability import listed

    of_parameter = np.append(unknown, False)[cells.of_parameter]
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


def _in_order_of_fit(by_code: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """From (n_raters * n_answers, n_classes) to (n_raters, n_classes, n_answers)."""
    n_raters, n_classes, n_answers = shape
    return by_code.reshape(n_raters, n_answers, n_classes).transpose(0, 2, 1)
