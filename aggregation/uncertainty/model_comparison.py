"""Which model of the votes is better: BIC, and the likelihood of votes that were left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError
from ..models.aggregated import Aggregated
from ..models.catalogue import method_of
from ..models.criteria import criterion, n_parameters, warn_of_many_parameters
from ..models.dawid_skene.fitting import fit_dawid_skene
from ..votes.given import diagonal_pseudo_count
from ..votes.votes import Votes


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Predictive log-likelihood of votes that were left out of a fit.

    Attributes
    ----------
    log_likelihood : float
        Nats a left-out vote; the higher the better.
    standard_error : float
        Of `log_likelihood`, with the items as independent units.
    n_votes : int
        Number of votes that were left out, over all folds.
    by_item : ndarray, shape (n_items,)
        Nats of all left-out votes of each item.
    votes_of_item : ndarray of int, shape (n_items,)
        How many these are.
    """

    log_likelihood: float
    standard_error: float
    n_votes: int
    by_item: NDArray[np.float64] = field(repr=False)
    votes_of_item: NDArray[np.int64] = field(repr=False)


class ComparedFit(NamedTuple):
    """One of several models of the same votes.

    Attributes
    ----------
    name : str
    n_parameters : int
    log_likelihood, bic : float
        Of the fit on all votes.
    held_out : float
        Nats a left-out vote; minus infinity where some have probability 0 under the model.
    difference, standard_error : float
        Of `held_out` to the model with the largest, for whom both are 0. The standard error is that
        of paired differences, item by item; NaN where the difference is not finite.
    converged : bool
        Whether the fit on all votes has.
    """

    name: str
    n_parameters: int
    log_likelihood: float
    bic: float
    held_out: float
    difference: float
    standard_error: float
    converged: bool


def held_out_log_likelihood(
    votes: Votes,
    *,
    method: str = "dawid-skene",
    share: float = 0.1,
    folds: int | None = None,
    seed: int = 0,
    **options: Any,
) -> HeldOut:
    """Leave votes out at random, fit the others, and predict those that were left out.

    What is predicted are an item's left-out votes together: their probability in each class,
    averaged over the posterior that the item has from its other votes.

    Parameters
    ----------
    votes : Votes
    method : str
        Its name in `METHODS`; one that has a model of the answers.
    share : float
        How many of the votes to leave out, between 0 and 1.
    folds : int, optional
        Leave each vote out once, in so many parts, instead of a share.
    seed : int
        The same votes are left out for the same seed, whatever the method and its options, so that
        the differences of `by_item` are paired.
    **options
        Of the method. Dawid & Skene's: without a `pseudo_count`, an answer that a rater has not
        given in the other votes is impossible.

    Returns
    -------
    HeldOut

    Raises
    ------
    VoteError
        If no vote would be left out or none be left, or left-out votes are impossible.

    Examples
    --------
    >>> votes = Votes.from_triples([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], [1, 1, 1, 0, 0, 0])
    >>> held_out = held_out_log_likelihood(votes, folds=3, family="shared", pseudo_count=0.1)
    >>> held_out.n_votes
    6
    """
    fit = partial(method_of(method), **options)
    found = _held_out(votes, _parts(votes.n_votes, share, folds, seed), fit)
    impossible = np.flatnonzero(np.isneginf(found.by_item))
    if len(impossible):
        raise VoteError(
            f"left-out votes on {len(impossible)} items, such as item "
            f"{votes.item_names[impossible[0]]}, have probability 0 under the fit of the other "
            "votes: give a pseudo_count, such as 0.1"
        )
    return found


def compare_fits(
    votes: Votes,
    models: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    share: float = 0.1,
    folds: int | None = None,
    seed: int = 0,
) -> tuple[ComparedFit, ...]:
    """Fit several models to the same votes, and hold out the same votes from each.

    Parameters
    ----------
    votes : Votes
    models : mapping, optional
        A name for each model, and its options of :func:`fit_dawid_skene`. Default: pseudo-counts of
        0, 0.1 and ``1 / K`` for K answers, and of 0.1 with 0.5 more on the diagonal.
    share, folds, seed
        As for :func:`held_out_log_likelihood`.

    Returns
    -------
    tuple of ComparedFit
        In the order of `models`.

    Raises
    ------
    VoteError
        If no vote would be left out or none be left, or if there are no models.

    Warns
    -----
    VoteWarning
        If a model has more parameters than there are votes: its `bic` means nothing.
    """
    if models is None:
        models = pseudo_count_models(votes.n_answers)
    if not models:
        raise VoteError("no models to compare: give a name and the options of each")
    fits = [fit_dawid_skene(votes, **options) for options in models.values()]
    warn_of_many_parameters(dict(zip(models, fits, strict=True)))
    held_out = [
        _held_out(
            votes, _parts(votes.n_votes, share, folds, seed), partial(fit_dawid_skene, **options)
        )
        for options in models.values()
    ]
    best = max(held_out, key=lambda result: result.log_likelihood)
    return tuple(
        ComparedFit(
            name,
            n_parameters(fit),
            fit.log_likelihood,
            criterion(fit),
            result.log_likelihood,
            *_behind(result, best),
            fit.converged,
        )
        for name, fit, result in zip(models, fits, held_out, strict=True)
    )


def pseudo_count_models(n: int) -> dict[str, dict[str, Any]]:
    """Name models of `n` answers, from no pseudo-counts to more of them on the diagonal."""
    diagonal = diagonal_pseudo_count(0.1, 0.5, n)
    counts = {"0": 0.0, "0.1": 0.1, f"1/{n}": 1 / n, f"0.1 + 0.5 * eye({n})": diagonal}
    return {name: {"pseudo_count": count} for name, count in counts.items()}


def _held_out(
    votes: Votes, parts: Iterable[NDArray[np.bool_]], fit: Callable[[Votes], Aggregated]
) -> HeldOut:
    """Leave out each part in turn; the log-likelihood may be minus infinity."""
    by_item = np.zeros(votes.n_items)
    votes_of_item = np.zeros(votes.n_items, dtype=np.int64)
    for left_out in parts:
        found, others = fit(votes.where(~left_out)), votes.where(left_out)
        by_item += found.log_predictive(others)
        votes_of_item += np.diff(others.starts)
    n_votes = int(votes_of_item.sum())
    mean = float(by_item.sum() / n_votes)
    return HeldOut(mean, _error_of_mean(by_item, votes_of_item), n_votes, by_item, votes_of_item)


def _behind(result: HeldOut, best: HeldOut) -> tuple[float, float]:
    """How far one is behind the best, and the standard error of that."""
    if result is best:
        return 0.0, 0.0
    with np.errstate(invalid="ignore"):  # both may be minus infinity
        by_item = result.by_item - best.by_item
    difference = result.log_likelihood - best.log_likelihood
    return difference, _error_of_mean(by_item, best.votes_of_item)


def _parts(n_votes: int, share: float, folds: int | None, seed: int) -> Iterator[NDArray[np.bool_]]:
    """Masks of the votes to leave out, one for each fit."""
    if folds is None:
        sizes = [round(share * n_votes)] if 0 < share < 1 else []
        if not sizes or not 0 < sizes[0] < n_votes:
            raise VoteError(f"share={share} of {n_votes} votes: leave some out, and some in")
    else:
        if not 2 <= folds <= n_votes:
            raise VoteError(f"folds={folds} of {n_votes} votes: give 2 to {n_votes}")
        sizes = [len(part) for part in np.array_split(np.arange(n_votes), folds)]
    order = np.random.default_rng(seed).permutation(n_votes)
    for end, size in zip(np.cumsum(sizes).tolist(), sizes, strict=True):
        left_out = np.zeros(n_votes, dtype=bool)
        left_out[order[end - size : end]] = True
        yield left_out


def _error_of_mean(sums: NDArray[np.float64], sizes: NDArray[np.int64]) -> float:
    """Return the error of ``sums.sum() / sizes.sum()``; NaN for one item or an infinite sum."""
    voted = sizes > 0
    n_items, n_votes = np.count_nonzero(voted), sizes.sum()
    if n_items < 2 or not np.isfinite(sums).all():
        return float("nan")
    residuals = sums[voted] - sums.sum() / n_votes * sizes[voted]
    return float(np.sqrt(n_items / (n_items - 1) * (residuals @ residuals)) / n_votes)
