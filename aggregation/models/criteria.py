"""How many parameters a fit has, and what they are worth: Schwarz's criterion."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np

from ..arguments import check_types
from ..errors import VoteWarning
from .fit import Fit


def n_parameters(fit: Fit) -> int:
    """Count the free parameters of a fit's model.

    Each row of error rates, and the class prior, is one less than its entries, for it sums to 1. An
    entry that came out as 0 counts: it was free to be anything. Fixed error rates or a fixed class
    prior do not count, nor do raters without votes.

    Parameters
    ----------
    fit : Fit

    Returns
    -------
    int

    Examples
    --------
    >>> from aggregation import Votes, fit_dawid_skene
    >>> votes = Votes.from_triples([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], [1, 1, 1, 0, 0, 0])
    >>> n_parameters(fit_dawid_skene(votes))  # 3 raters x 2 classes, and the class prior
    7
    """
    check_types(n_parameters, locals())
    n_raters = int(np.count_nonzero(fit.votes.votes_per_rater()))
    shape = n_raters, fit.votes.n_answers, fit.n_classes
    of_rates = fit.options.family.n_parameters(shape) if fit.options.error_rates is None else 0
    of_prior = fit.n_classes - 1 if fit.options.class_prior is None else 0
    return of_rates + of_prior


def bic(fit: Fit) -> float:
    """Compute Schwarz's criterion, ``n_parameters * log(n) - 2 * log_likelihood``; less is better.

    ``n`` is the number of items that have votes or a known class, for items are what is
    independent. Compare fits of the same votes and the same known truth; with pseudo-counts, or
    ``hard=True``, the fit is not at the largest likelihood, which the criterion supposes.

    Parameters
    ----------
    fit : Fit

    Returns
    -------
    float
        In units of twice a nat.

    Warns
    -----
    VoteWarning
        If there are more parameters than votes, which is far from what the criterion supposes.

    References
    ----------
    Schwarz (1978), Estimating the dimension of a model, Annals of Statistics 6(2), 461-464.
    """
    check_types(bic, locals())
    warn_of_many_parameters({"": fit})
    return criterion(fit)


def criterion(fit: Fit) -> float:
    """Compute Schwarz's criterion without a word on what it supposes."""
    informative = np.diff(fit.votes.starts) > 0
    if fit.clamped is not None:
        informative |= fit.clamped.any(axis=1)
    n_items = np.count_nonzero(informative)
    return float(n_parameters(fit) * np.log(n_items) - 2 * fit.log_likelihood)


def warn_of_many_parameters(fits: Mapping[str, Fit]) -> None:
    """Warn of the fits, by name, whose BIC means nothing: more parameters than votes."""
    many = {
        name: n_parameters(fit)
        for name, fit in fits.items()
        if n_parameters(fit) > fit.votes.n_votes
    }
    if not many:
        return
    which = ", ".join(f"{name or 'the fit'} has {count:,}" for name, count in many.items())
    n_votes = next(iter(fits.values())).votes.n_votes
    warnings.warn(
        f"more parameters than votes: {which} for {n_votes:,} votes. BIC supposes many votes a "
        "parameter, and says nothing here: compare what models say of held-out votes "
        "(held_out_log_likelihood), or take a family with fewer, 'one-coin' or 'shared'",
        VoteWarning,
        stacklevel=3,
    )
