"""The bootstrap of a result: items, or groups of them, drawn anew, and its method again."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...arguments import check_types
from ...errors import ConvergenceWarning, IdentifiabilityWarning, VoteError
from ...models.aggregated import Aggregated
from ...models.fit import Fit
from ...reading.columns import codes_below
from ...votes.votes import Votes
from ..boundary import (
    AT_BOUNDARY,
    Intervals,
    Trials,
    checked_confidence,
    with_ends_at_boundary,
)

if TYPE_CHECKING:
    from .resampling import Replicate


class Spread(NamedTuple):
    """Standard deviations over the replicates.

    Attributes
    ----------
    error_rates : ndarray, shape (n_raters, n_classes, n_answers)
    class_prior : ndarray, shape (n_classes,)
    """

    error_rates: NDArray[np.float64]
    class_prior: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Replicates of a result. Classes are the result's in each of them.

    Attributes
    ----------
    error_rates : ndarray, shape (n_replicates, n_raters, n_classes, n_answers)
        Of the raters that were asked for: the probabilities of answers, or, of a method that has no
        such model, the shares of the votes that its posteriors expect in the class. NaN where a
        replicate expects nothing of a rater in a class, for instance because it has none of the
        rater's items.
    class_prior : ndarray, shape (n_replicates, n_classes)
        Of methods other than Dawid & Skene's, the mean posterior.
    converged : ndarray of bool, shape (n_replicates,)
    raters : ndarray of int, shape (n_raters,)
        Codes of the raters whose error rates were kept.
    trials : Trials
        Of how many votes the fit's probabilities are shares.
    """

    error_rates: NDArray[np.float64] = field(repr=False)
    class_prior: NDArray[np.float64] = field(repr=False)
    converged: NDArray[np.bool_] = field(repr=False)
    raters: NDArray[np.int64] = field(repr=False)
    trials: Trials = field(repr=False)

    def __len__(self) -> int:
        return len(self.class_prior)

    def standard_errors(self) -> Spread:
        """Compute the standard deviation over the replicates; NaN where fewer than two have any."""
        rates, prior = (
            _without_nan(partial(np.nanstd, axis=0, ddof=1), replicates)
            for replicates in (self.error_rates, self.class_prior)
        )
        return Spread(rates, prior)

    def intervals(self, *, confidence: float = 0.95) -> Intervals:
        """Compute percentile intervals: the quantiles that leave out as much below as above.

        What is 0 in the replicates has the upper end of Clopper and Pearson for as many votes as
        are expected of the rater in the class, and what is 1 the lower one; NaN where less than one
        vote is.

        Parameters
        ----------
        confidence : float
            Between 0 and 1. The ends of 0.95 want some hundred replicates, those of 0.99 some
            thousand.

        Returns
        -------
        Intervals
        """
        ends = (1 + np.array([-1, 1]) * checked_confidence(confidence)) / 2
        rates, prior = (
            _without_nan(partial(np.nanquantile, q=ends, axis=0), replicates)
            for replicates in (self.error_rates, self.class_prior)
        )
        n, of_prior, scale = self.trials
        with np.errstate(invalid="ignore"):
            by_name = [
                with_ends_at_boundary(
                    ends_of,
                    (ends_of[1] * n_of < AT_BOUNDARY) & (n_of > 0),
                    ((1 - ends_of[0]) * n_of < AT_BOUNDARY) & (n_of > 0),
                    n_of,
                    scale_of,
                    confidence,
                )
                for ends_of, n_of, scale_of in ((rates, n, scale), (prior, of_prior, 1.0))
            ]
        return Intervals(*by_name)


def bootstrap(
    fit: Aggregated,
    *,
    groups: ArrayLike | Iterable[Any] | None = None,
    raters: ArrayLike | None = None,
    replicates: int = 200,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Bootstrap:
    """Aggregate again with items drawn at random with replacement, starting from the result.

    Known items are drawn like the others and stay known. Where a method takes a start, a replicate
    climbs from the result, so it stays with the result's optimum; and what is exactly 0 in a fit by
    maximum likelihood is 0 in every replicate.

    Parameters
    ----------
    fit : Aggregated
        Of any method.
    groups : array_like, shape (n_items,), optional
        Items of one group are drawn together: those that are not independent, such as the
        questions about one image. Codes or names. Default: each item is drawn by itself.
    raters : array_like of int, optional
        Whose error rates to keep, by code, where all of them would take too much memory: 8 bytes
        for each replicate, rater, class and answer. Default: all raters.
    replicates : int
        At least 1.
    seed : int
        Replicate ``k`` draws from ``numpy.random.default_rng((seed, k))``: neither the number of
        replicates nor that of threads changes it.
    threads : int, optional
        Replicates at a time. Default: as many as there are processors.
    progress : callable, optional
        Called with the number of replicates that are ready, after each.

    Returns
    -------
    Bootstrap

    Raises
    ------
    VoteError
        If an argument does not fit, or `fit` was made with ``max_steps=0``.

    Warns
    -----
    ConvergenceWarning
        If steps ran out in some replicates.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, Chapman & Hall.

    Examples
    --------
    >>> from aggregation import Votes, fit_dawid_skene
    >>> votes = Votes.from_triples(range(10), [0] * 10, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    >>> fit = fit_dawid_skene(votes, truth=[1] + [0] * 9)
    >>> bootstrap(fit, replicates=400).standard_errors().class_prior.round(2)
    array([0.09, 0.09])
    """
    check_types(bootstrap, locals())
    if replicates < 1:
        raise VoteError(f"replicates={replicates}: give 1 or more")
    if fit.options.arguments().get("max_steps") == 0:
        raise VoteError("the fit has max_steps=0, so it has no steps to repeat: fit with some")
    votes: Votes = fit.votes
    kept = codes_below(
        np.arange(votes.n_raters) if raters is None else raters, "rater", votes.n_raters
    )
    work, (of_rates, of_prior, scale) = _replicates(fit, groups, seed, kept)
    from ...kernels.threads import thread_count

    rates = np.empty((replicates, len(kept), fit.n_classes, votes.n_answers))
    prior = np.empty((replicates, fit.n_classes))
    converged = np.empty(replicates, dtype=bool)
    with (
        _without_warnings(),
        ThreadPoolExecutor(min(replicates, thread_count(threads, votes.n_votes))) as pool,
    ):
        for k, found in enumerate(pool.map(work, range(replicates))):
            rates[k], prior[k], converged[k] = found
            if progress is not None:
                progress(k + 1)
    if not converged.all():
        warnings.warn(
            f"{np.count_nonzero(~converged)} of {replicates} replicates have not converged: fit "
            "with a larger max_steps, or a larger tol",
            ConvergenceWarning,
            stacklevel=2,
        )
    trials = Trials(of_rates[kept], of_prior, scale[kept])
    return Bootstrap(rates, prior, converged, kept, trials)


def _replicates(
    fit: Aggregated, groups: ArrayLike | Iterable[Any] | None, seed: int, kept: NDArray[np.int64]
) -> tuple[Callable[[int], Replicate], Trials]:
    """Return what makes a replicate of a number, and how many votes its shares are of.

    Dawid & Skene's model climbs on weights of patterns of votes; any other method is called again.
    """
    from .. import boundary
    from . import refitting, resampling

    if isinstance(fit, Fit):
        source = resampling.source_of(fit, groups)
        return partial(resampling.replicate, source, seed, kept), boundary.trials_of(fit)
    again = refitting.again_of(fit, groups)
    return partial(refitting.replicate, again, seed, kept), refitting.trials_of_result(fit)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep replicates quiet: what is to be said of them is said once."""
    with warnings.catch_warnings():
        for category in (ConvergenceWarning, IdentifiabilityWarning):
            warnings.simplefilter("ignore", category)
        yield


def _without_nan(
    summary: Callable[..., Any], replicates: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Summarise over the replicates that have a value, quietly where there are too few."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "(All-NaN|Degrees of freedom)", RuntimeWarning)
        return np.asarray(summary(replicates))
