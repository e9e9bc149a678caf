"""Standard errors of a fit from its observed information: uncertainty without resampling."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..errors import ConvergenceWarning, VoteError, VoteWarning
from ..models.criteria import n_parameters
from ..models.fit import Fit
from ..models.fit_tables import error_rate_table
from ..reading.columns import codes_below
from ..table import Table
from .boundary import (
    AT_BOUNDARY,
    Intervals,
    checked_confidence,
    logit_interval,
    trials_of,
    with_ends_at_boundary,
)

# Intervals cover too little where both are so: in 2,099 simulated sets of 14 designs, 95 % ones
# covered 79 % of the class prior and 90 % of the error rates there, 92 % and 94 % elsewhere.
FEW_VOTES = 80  # a parameter
MUCH_MISSING = 1.5  # variance of the class prior, times that if classes were seen

if TYPE_CHECKING:
    from .covariance import Covariance


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
        Of the raters that were asked for.
    class_prior : ndarray, shape (n_classes,)
    raters : ndarray of int, shape (n_raters,)
        Codes of those raters.
    n_groups : int, optional
        With ``robust=True``: number of groups of items, taken as independent.
    """

    fit: Fit = field(repr=False)
    error_rates: NDArray[np.float64] = field(repr=False)
    class_prior: NDArray[np.float64]
    raters: NDArray[np.int64] = field(repr=False)
    n_groups: int | None
    _cells: Covariance = field(repr=False)

    def covariance(self) -> NDArray[np.float64]:
        """Compute the covariance matrix of all these parameters, dense.

        Returns
        -------
        ndarray, shape (n_parameters, n_parameters)
            The error rates in the order of ``error_rates.ravel()``, then the class prior; rows and
            columns of NaN where there is no standard error.
        """
        shape = self.error_rates.shape
        cell, scale = (
            np.append(_in_order_of_fit(by_code[:-1], shape), by_code[-1])
            for by_code in (self._cells.row_of_parameter, self._cells.scale)
        )
        # row -1 is the one that is added: what has no cell has no covariance
        covariance = np.pad(self._cells.values, (0, 1), constant_values=np.nan)
        covariance = covariance[np.ix_(cell, cell)] * scale * scale[:, None]
        return np.asarray(covariance)

    def _repr_html_(self) -> str:
        names, prior = self.fit.class_names, self.fit.class_prior
        classes = Table({"class": names, "prior": prior, "standard_error": self.class_prior})
        errors = np.full(self.fit.error_rates.shape, np.nan)
        errors[self.raters] = self.error_rates
        rates = {**error_rate_table(self.fit), "standard_error": errors.reshape(-1)}
        del rates["expected_votes"]
        return classes._repr_html_() + Table(rates)._repr_html_()

    def intervals(self, *, confidence: float = 0.95) -> Intervals:
        """Compute confidence intervals, symmetric for the logit and so inside 0..1.

        Robust ones take the quantile of Student's t with one degree of freedom less than groups.
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
        z = self._quantile((1 + checked_confidence(confidence)) / 2)
        rates, (n, of_prior, scale) = self.fit.error_rates, trials_of(self.fit)
        rates, n, scale = rates[self.raters], n[self.raters], scale[self.raters]
        ends = []
        for p, error, n_of, scale_of in (
            (rates, self.error_rates, n, scale),
            (self.fit.class_prior, self.class_prior, of_prior, 1.0),
        ):
            at_zero, at_one = (
                np.isnan(error) & (n_of > 0) & (share * n_of < AT_BOUNDARY) for share in (p, 1 - p)
            )
            interval = logit_interval(p, error, z)
            ends.append(
                with_ends_at_boundary(interval, at_zero, at_one, n_of, scale_of, confidence)
            )
        return Intervals(*ends)

    def _quantile(self, share: float) -> float:
        if self.n_groups is None:
            return NormalDist().inv_cdf(share)
        from scipy.stats import t  # takes a third of a second to import

        return float(t.ppf(share, self.n_groups - 1))


def standard_errors(
    fit: Fit,
    *,
    robust: bool = False,
    groups: ArrayLike | Iterable[Any] | None = None,
    raters: ArrayLike | None = None,
) -> StandardErrors:
    """Compute standard errors of error rates and class prior from the observed information.

    The information is exact: that of the votes and the classes if they were seen, less what is
    missing because they are not. Known truth and pseudo-counts add to it. An entry of which less
    than a hundredth of a vote is expected counts as 0: at the boundary.

    These take the model's word: items are independent, and so are an item's votes, given its class.
    Robust ones measure instead how much the scores of items, or of `groups` of them, vary (a
    sandwich). They are those of where EM comes to with ever more votes of the kind, be the model
    right or wrong; they do not mend what a wrong model makes of the estimates.

    Parameters
    ----------
    fit : Fit
        Converged, and not with ``hard=True``.
    robust : bool
        Whether to use the sandwich.
    groups : array_like, shape (n_items,), optional
        With ``robust=True``: items that are not independent, such as the questions about one image,
        by codes or names. Default: each item is a group.
    raters : array_like of int, optional
        Whose error rates, by code; the class prior has its standard errors, too. Then no matrix is
        made, and a fit may have any number of parameters: conjugate gradients go through the votes
        tens to hundreds of times for each class and answer of a rater. Default: all raters.

    Returns
    -------
    StandardErrors

    Raises
    ------
    VoteError
        If there are more than 3,000 free parameters and no `raters`, the fit is hard or not at a
        maximum, or groups or raters do not fit.

    Warns
    -----
    ConvergenceWarning
        If the fit has not converged.
    IdentifiabilityWarning
        If the votes do not tell some parameters; the message names whose. They have no standard
        error.
    VoteWarning
        If votes are so few that intervals cover less than they say.

    References
    ----------
    Louis (1982), Finding the observed information matrix when using the EM algorithm, Journal of
    the Royal Statistical Society B 44(2), 226-233.
    White (1982), Maximum likelihood estimation of misspecified models, Econometrica 50(1), 1-25.

    Examples
    --------
    >>> from aggregation import Votes, fit_dawid_skene
    >>> votes = Votes.from_triples(range(10), [0] * 10, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    >>> fit = fit_dawid_skene(votes, truth=[1] + [0] * 9)
    >>> standard_errors(fit).class_prior.round(4)
    array([0.0949, 0.0949])
    """
    check_types(standard_errors, locals())
    _check(fit, robust, groups)
    from .covariance import covariance_of  # Numba takes a third of a second to import
    from .replicates.resampling import groups_of_items

    group_of = groups_of_items(fit.votes, groups) if robust else None
    kept = np.arange(fit.votes.n_raters)
    if raters is not None:
        kept = codes_below(raters, "rater", len(kept))
    covariance = covariance_of(fit, kept, group_of, dense=raters is None)
    deviations = np.append(np.sqrt(np.diagonal(covariance.values)), np.nan)  # row -1, as above
    by_code = deviations[covariance.row_of_parameter] * covariance.scale
    _warn_of_few_votes(fit, by_code[-1])
    return StandardErrors(
        fit,
        _in_order_of_fit(by_code[:-1], (len(kept), *fit.error_rates.shape[1:])),
        by_code[-1],
        kept,
        None if group_of is None else int(group_of.max()) + 1,
        covariance,
    )


def _check(fit: Fit, robust: bool, groups: object) -> None:
    """Refuse what has no standard errors, and warn of a fit on its way."""
    if fit.options.hard:
        raise VoteError(
            "a hard fit is at no maximum of the likelihood: fit with hard=False, or use bootstrap"
        )
    if groups is not None and not robust:
        raise VoteError("groups are for robust standard errors: give robust=True with them")
    if not fit.converged:
        warnings.warn(
            "the fit has not converged: standard errors belong to a maximum of the likelihood",
            ConvergenceWarning,
            stacklevel=3,
        )


def _warn_of_few_votes(fit: Fit, of_prior: NDArray[np.float64]) -> None:
    """Warn where the likelihood is no parabola: few votes a parameter, and classes hardly seen."""
    n_items = np.count_nonzero(np.diff(fit.votes.starts))
    seen = fit.class_prior * (1 - fit.class_prior)
    there = np.isfinite(of_prior) & (seen > 0)
    missing = float((of_prior[there] ** 2 / seen[there]).max(initial=0)) * n_items
    share = fit.votes.n_votes / max(n_parameters(fit), 1)
    rests_on_votes = fit.options.family.is_full and not np.any(fit.options.pseudo_count)
    if not rests_on_votes or share >= FEW_VOTES or missing <= MUCH_MISSING:
        return
    warnings.warn(
        f"{share:.3g} votes a parameter, and a class prior's variance {missing:.2g} times that of "
        "seen classes: of simulated votes like these, intervals of 95 % covered 79 % of class "
        "priors and 90 % of error rates. profile_class_prior(fit) covers more, and so does a fit "
        f"with pseudo_count=diagonal_pseudo_count(0.1, 0.5, {fit.n_classes}) or family='one-coin'",
        VoteWarning,
        stacklevel=3,
    )


def _in_order_of_fit(by_code: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """From (n_raters * n_answers, n_classes) to (n_raters, n_classes, n_answers)."""
    n_raters, n_classes, n_answers = shape
    return by_code.reshape(n_raters, n_answers, n_classes).transpose(0, 2, 1)
