"""IBCC by collapsed Gibbs sampling: its exact posterior, up to the noise of draws."""

from __future__ import annotations

import warnings
from contextlib import closing
from dataclasses import dataclass
from numbers import Integral
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from ..arguments import check_types
from ..engine.tables.memory import TABLES_OF_DRAWS
from ..errors import ConvergenceWarning, VoteError
from ..votes.given import numbers
from ..votes.votes import Votes
from .aggregated import Aggregation, Call
from .clamped import checked_truth
from .dawid_skene.arguments import check_options, classes_with_room, is_at_least
from .known_truth import expected_counts, vote_major
from .mixing import effective_draws, split_r_hat
from .own_answers import own_answers, shares_of_own
from .priors import Priors, check_possible

Array = NDArray[np.float64]

# Uniform numbers are drawn for so many classes at once.
DRAWS_AT_ONCE = 1 << 20
# Chains whose R-hat is larger have not mixed (Vehtari et al. 2021, Bayesian Analysis 16(2)).
MIXED = 1.01


def sample_ibcc(
    votes: Votes,
    *,
    n_classes: int | None = None,
    diagonal: ArrayLike | None = None,
    truth: ArrayLike | None = None,
    own_count: float = 4.0,
    other_count: float = 1.0,
    class_count: ArrayLike | Literal["anchored"] = "anchored",
    draws: int = 1000,
    warmup: int = 500,
    chains: int = 4,
    seed: int = 0,
    threads: int | None = None,
) -> Aggregation:
    """Sample the posterior of :func:`fit_ibcc`'s model, all parameters integrated out.

    Mean field, by which that function fits, supposes that items and parameters are independent, and
    is overconfident. Here the class of each item is drawn in turn, given the classes of all others;
    the posterior is the mean of the probabilities that are drawn from.

    Parameters
    ----------
    votes, n_classes, diagonal, own_count, other_count, class_count
        As for :func:`fit_ibcc`.
    truth : array_like, optional
        As for :func:`fit_ibcc`; known items count in parts where they are of several classes.
    draws : int
        Sweeps over all items that are kept, of each chain; 4 or more.
    warmup : int
        Sweeps of each chain before these, from classes drawn by vote shares.
    chains : int
        Independent chains, 1 or more.
    seed : int
    threads : int, optional
        Chains share them; never changes a result. Default: as many as are useful.

    Returns
    -------
    Aggregation
        It maximises nothing ("score"). `converged` says whether each R-hat is at most 1.01.
        `parameters` has, of the log density of votes and classes and of each class's size, `r_hat`
        and `effective_draws`, shape (1 + n_classes,); and `posterior_error`, shape
        (n_items, n_classes), the standard error of the posterior by halves of the chains. What
        `answer_probabilities` gives is the mean of the error rates.

    Raises
    ------
    VoteError
        If arguments do not fit the votes.

    Warns
    -----
    ConvergenceWarning
        If the chains have not mixed.

    References
    ----------
    Kim & Ghahramani (2012), Bayesian classifier combination, AISTATS.

    Examples
    --------
    >>> from aggregation import load_anesthesia
    >>> fit = sample_ibcc(load_anesthesia(), draws=200)
    >>> fit.posterior[0].round(1)
    array([1., 0., 0., 0.])
    """
    check_types(sample_ibcc, locals())
    check_options("clamped", 0.0, warmup=warmup, seed=seed)
    for name, value, least in (("draws", draws, 4), ("chains", chains, 1)):
        if not is_at_least(least, value, Integral):
            raise VoteError(f"{name}={value!r}: give a whole number, {least} or more")
    if n_classes is None and diagonal is not None:
        n_classes = numbers("diagonal", diagonal).size
    n_classes = classes_with_room(votes, n_classes, truth, None, None, tables=TABLES_OF_DRAWS)
    own = own_answers(votes, n_classes, diagonal)
    priors = Priors(own_count, other_count, class_count)
    clamped = None if truth is None else checked_truth(truth, votes.n_items, n_classes)
    shares = shares_of_own(votes, own, clamped)
    of_classes = priors.of_classes(shares.sum(axis=0))
    check_possible(of_classes, own)
    prior = np.tile(np.where(own, float(own_count), float(other_count)), (votes.n_raters, 1))
    sampler = sampler_of(votes, clamped, prior, of_classes, shares)
    found = sampler.run(chains, warmup, draws, seed, threads)
    given = {"n_classes": n_classes, "diagonal": diagonal, **vars(priors)}
    given |= {"draws": draws, "warmup": warmup, "chains": chains, "seed": seed}
    return result(sampler, found, chains * (warmup + draws), clamped, Call(sample_ibcc, given))


class Chain(NamedTuple):
    """What a chain's kept draws have summed up.

    `trace` has shape (n_draws, 1 + n_classes); `posterior` the means of both halves, shape
    (2, n_open, n_classes); `rates` the means over draws, shape (n_codes, n_classes).
    """

    trace: Array
    posterior: Array
    rates: Array


@dataclass(frozen=True, eq=False)
class Sampler:
    """Items to draw the classes of, and the Dirichlet counts before they are counted.

    Attributes
    ----------
    votes : Votes
        Of all items.
    open_votes : Votes
        Of those whose class is drawn.
    open_items : ndarray of bool, shape (n_items,)
    prior : ndarray, shape (n_codes, n_classes)
        Of the answers, known items counted.
    sizes : ndarray, shape (n_classes,)
        Of the classes, known items counted.
    shares : ndarray, shape (n_open, n_classes)
        What the first classes are drawn from.
    """

    votes: Votes
    open_votes: Votes
    open_items: NDArray[np.bool_]
    prior: Array
    sizes: Array
    shares: Array

    def run(
        self, chains: int, warmup: int, draws: int, seed: int, threads: int | None
    ) -> list[Chain]:
        """Run chains of their own seeds side by side."""
        from ..kernels.threads import Threads, thread_count

        seeds = np.random.SeedSequence(seed).spawn(chains)
        work = self.open_votes.n_votes * (warmup + draws)
        crew = Threads(min(thread_count(threads, work), chains))
        found: dict[int, Chain] = {}

        def some(first: int, last: int) -> None:
            for c in range(first, last):
                found[c] = self._chain(np.random.default_rng(seeds[c]), warmup, draws)

        with closing(crew):
            crew.share(some, chains)
        return [found[c] for c in range(chains)]

    def _chain(self, rng: np.random.Generator, warmup: int, draws: int) -> Chain:
        """Draw classes to start from, warm up, and keep two halves."""
        n_answers, (n_codes, n_classes) = self.votes.n_answers, self.prior.shape
        bounds = self.shares.cumsum(axis=1) / self.shares.sum(axis=1, keepdims=True)
        places = rng.random((len(bounds), 1))
        # the last class that can be: a sum may be rounded below 1
        classes = np.minimum((places >= bounds).sum(axis=1), bounds.argmax(axis=1))
        each = np.repeat(classes, np.diff(self.open_votes.starts))
        cells = np.bincount(self.open_votes.codes * n_classes + each, minlength=n_codes * n_classes)
        counts = self.prior + cells.reshape(self.prior.shape)
        rows = counts.reshape(-1, n_answers, n_classes).sum(axis=1)
        sizes = self.sizes + np.bincount(classes, minlength=n_classes)
        state = classes, counts, rows, sizes
        level = self._log_density(counts, rows, sizes)
        halves = np.zeros((2, *self.shares.shape))
        rates, trace = np.zeros(self.prior.shape), np.empty((warmup + draws, 1 + n_classes))
        middle = warmup + draws // 2
        pieces = (
            (0, warmup, halves[0]),
            (warmup, middle, halves[0]),
            (middle, len(trace), halves[1]),
        )
        for begin, end, half in pieces:
            level = self._sweep(rng, begin >= warmup, state, half, rates, trace[begin:end], level)
        halves /= np.array([draws // 2, draws - draws // 2])[:, None, None]
        return Chain(trace[warmup:], halves, rates / draws)

    def _sweep(
        self,
        rng: np.random.Generator,
        keep: bool,
        state: tuple[NDArray[np.int64], Array, Array, Array],
        half: Array,
        rates: Array,
        trace: Array,
        level: float,
    ) -> float:
        """Sweep once for each row of the trace."""
        from ..kernels.gibbs import sweep_classes  # Numba takes a third of a second to import

        classes, counts, by_rater, sizes = state
        data = self.open_votes.starts, self.open_votes.codes, self.votes.n_answers
        at_once = max(1, DRAWS_AT_ONCE // max(len(half), 1))
        for begin in range(0, len(trace), at_once):
            rows = trace[begin : begin + at_once]
            uniforms = rng.random((len(rows), len(half)))
            level = sweep_classes(
                *data, uniforms, keep, classes, counts, by_rater, sizes, half, rates, rows, level
            )
        return level

    def _log_density(self, counts: Array, rows: Array, sizes: Array) -> float:
        """Log density of votes and classes, up to a constant of the priors."""
        classes = gammaln(sizes[sizes > 0]).sum() - gammaln(sizes.sum())
        return float(classes + gammaln(counts).sum() - gammaln(rows).sum())


def sampler_of(
    votes: Votes, clamped: Array | None, prior: Array, of_classes: Array, shares: Array
) -> Sampler:
    """Count what is known into the priors."""
    known = np.zeros(votes.n_items, dtype=bool) if clamped is None else clamped.any(axis=1)
    is_open = np.asarray(~known)
    sizes = of_classes.copy()
    if clamped is not None:
        prior = prior + vote_major(expected_counts(votes, clamped))
        sizes += clamped.sum(axis=0)
    return Sampler(votes, votes.select(is_open), is_open, prior, sizes, shares[is_open])


def result(
    sampler: Sampler, found: list[Chain], n_steps: int, clamped: Array | None, options: Call
) -> Aggregation:
    """Put chains together."""
    traces = np.stack([chain.trace for chain in found])
    halves = np.concatenate([chain.posterior for chain in found])
    votes, n_classes = sampler.votes, len(sampler.sizes)
    posterior = np.zeros((votes.n_items, n_classes)) if clamped is None else clamped.copy()
    errors = np.zeros(posterior.shape)
    mean = halves.mean(axis=0)
    posterior[sampler.open_items] = mean / mean.sum(axis=1, keepdims=True)
    errors[sampler.open_items] = halves.std(axis=0, ddof=1) / np.sqrt(len(halves))
    r_hat = split_r_hat(traces)
    if not (converged := bool((r_hat <= MIXED).all())):
        warn_of_chains(float(r_hat.max()))
    rates = np.mean([chain.rates for chain in found], axis=0)
    by_rater = rates.reshape(votes.n_raters, votes.n_answers, n_classes).transpose(0, 2, 1)
    return Aggregation(
        votes=votes,
        method="ibcc-gibbs",
        posterior=posterior,
        objective=float("nan"),
        objective_kind="score",
        objective_trace=np.empty(0),
        n_steps=n_steps,
        converged=converged,
        options=options,
        parameters={
            "r_hat": r_hat,
            "effective_draws": effective_draws(traces),
            "posterior_error": errors,
        },
        predictive=by_rater / by_rater.sum(axis=-1, keepdims=True),
        clamped=clamped,
    )


def warn_of_chains(r_hat: float) -> None:
    """Warn that chains have not mixed."""
    warnings.warn(
        f"the chains have not mixed: R-hat is {r_hat:.3g}, and should be {MIXED} at most: give "
        "more draws, or see by ibcc whether the votes have several explanations",
        ConvergenceWarning,
        stacklevel=4,
    )
