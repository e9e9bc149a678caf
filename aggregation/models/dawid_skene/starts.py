"""Where EM starts: vote shares, known truth, posteriors or parameters that are given, or chance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...arguments import check_types
from ...engine.pieces import pieces_of
from ...engine.sums import in_a_tree
from ...errors import VoteError
from ...votes.given import checked_parameters, numbers
from ...votes.known_items import KnownItems
from ...votes.store.store import VoteStore
from ...votes.votes import Votes
from ..aggregated import Aggregated
from ..clamped import Clamped, checked_clamped
from ..earlier import EarlierFit, Tables, earlier_fit, is_fit
from ..known_truth import expected_counts, normalised_rates
from ..store_fit import StoreAggregation, StoreFit
from ..warm_start import matched, tables_for
from .arguments import answers_before_classes, summing_to_1

if TYPE_CHECKING:
    from .problem import Problem

Earlier = Aggregated | StoreFit | StoreAggregation | EarlierFit
Start = Earlier | ArrayLike | tuple[ArrayLike, ArrayLike] | None


def starts_of(
    problem: Problem,
    votes: Votes | VoteStore,
    start: Start,
    truth: Clamped | None,
    *,
    restarts: int,
    seed: int,
) -> Iterator[NDArray[np.float64]]:
    """Make the parameters to start from one after the other: the first, then some by chance."""
    yield first_start(problem, votes, start=start, truth=truth)
    for k in range(restarts):
        yield from_chance(problem, np.random.default_rng((seed, k)))


def first_start(
    problem: Problem,
    votes: Votes | VoteStore,
    *,
    start: Start,
    truth: Clamped | None,
) -> NDArray[np.float64]:
    """Return the parameters to start from: as given, from the known items, or from vote shares."""
    n_classes, n_answers = problem.shape[2], problem.shape[1]
    if is_fit(start):
        return from_earlier(problem, votes, earlier_fit(start))
    if isinstance(start, tuple):
        if len(start) != 2:
            raise VoteError(f"start as a tuple is (error_rates, class_prior): it has {len(start)}")
        return from_parameters(problem, votes, *start)
    if start is not None and isinstance(votes, Votes):
        return from_posterior(
            problem, votes, numbers("start", cast("ArrayLike", start)).astype(np.float64)
        )
    if problem.fixed.rates is not None:
        # Under fixed rates any prior without zeros leads to the same, the only optimum.
        return problem.joined(problem.fixed.rates, np.full(n_classes, 1 / n_classes))
    clamped = bool(problem.known.classes.any())
    if truth is not None and len(truth.items) and not (clamped and n_classes == n_answers):
        return from_truth(problem, votes, truth)
    return from_vote_shares(problem)


def from_earlier(
    problem: Problem, votes: Votes | VoteStore, earlier: EarlierFit
) -> NDArray[np.float64]:
    """Parameters of an earlier fit, matched by name.

    EM cannot leave a 0, which a vote that came later may contradict: where there are more votes
    than the earlier fit had, or other raters and answers, or an item is impossible, none is kept.
    """
    match = matched(votes, earlier, problem.shape[2])
    of_earlier = Tables(earlier.error_rates, earlier.class_prior)
    if match.complete and votes.n_votes <= earlier.n_votes:
        x = from_parameters(problem, votes, *of_earlier)
        if (x > 0).all() or problem.is_possible(x):
            return x
    return from_parameters(problem, votes, *tables_for(votes, earlier, match, of_earlier))


def from_parameters(
    problem: Problem, votes: Votes | VoteStore, error_rates: ArrayLike, class_prior: ArrayLike
) -> NDArray[np.float64]:
    """Parameters that are given, where none are fixed."""
    rates, prior = checked_parameters(votes, error_rates, class_prior)
    if len(prior) != problem.shape[2]:
        raise VoteError(f"start has {len(prior)} classes, the fit has {problem.shape[2]}")
    return problem.joined(answers_before_classes(summing_to_1(rates)), summing_to_1(prior))


def from_posterior(
    problem: Problem, votes: Votes, posterior: NDArray[np.float64]
) -> NDArray[np.float64]:
    """M-step where each item's posterior is given; known items keep their truth."""
    shape = (votes.n_items, problem.shape[2])
    if posterior.shape != shape:
        raise VoteError(f"start of shape {posterior.shape} does not fit (item, class) = {shape}")
    if not ((posterior >= 0) & (posterior <= 1)).all() or not np.allclose(posterior.sum(axis=1), 1):
        raise VoteError("start: posteriors must be in 0..1 and sum to 1 for each item")
    if problem.clamped is not None:
        posterior = posterior[problem.clamped.mask()]
    open_votes = problem.blocks.votes
    assert isinstance(open_votes, Votes)  # as `votes` are
    counts = answers_before_classes(expected_counts(open_votes, posterior))
    return problem.maximise(counts, posterior.sum(axis=0))


def from_truth(problem: Problem, votes: Votes | VoteStore, truth: Clamped) -> NDArray[np.float64]:
    """M-step on the known items alone, with a pseudo-count of 1 where none is given.

    Without it, an answer that a rater never gave on a known item would stay impossible for ever. A
    class of which no item is known has the rates of vote shares: two such classes with the same
    rates would stay the same for ever.
    """
    counts = answers_before_classes(expected_counts(truth.votes_of(votes), truth.weights))
    given, family = problem.known.pseudo_counts, problem.family
    one = family.own_counts.spread(np.ones(family.own_counts.shape(problem.shape)), problem.shape)
    counts += np.where(given > 0, given, one)
    classes = truth.weights.sum(axis=0)
    unseen = classes == 0
    if unseen.any():
        counts[:, :, unseen] += problem.split(from_vote_shares(problem))[0][:, :, unseen]
    classes += 1.0
    return problem.joined(problem.family.m_step(counts), classes / classes.sum())


def from_vote_shares(problem: Problem) -> NDArray[np.float64]:
    """M-step where each item's posterior is its vote shares (Dawid & Skene 1979)."""
    affinity = answer_affinity(problem.shape[1], problem.shape[2])
    found = problem.blocks.affinity_step(affinity)
    return problem.maximise(found.counts, found.class_counts)


def from_chance(problem: Problem, generator: np.random.Generator) -> NDArray[np.float64]:
    """Error rates drawn from the uniform Dirichlet distribution, and a uniform class prior."""
    n_raters, n_answers, n_classes = problem.shape
    draws = generator.dirichlet(np.ones(n_answers), size=(n_raters, n_classes))
    return problem.joined(answers_before_classes(draws), np.full(n_classes, 1 / n_classes))


def answer_affinity(n_answers: int, n_classes: int) -> NDArray[np.float64]:
    """How much an answer speaks for each class at the start, shape (n_answers, n_classes).

    Answers and classes are laid along the same line, first on first and last on last, and an answer
    speaks for the classes nearest to it. With as many answers as classes each answer speaks for its
    own class, and an item's mean affinity is its vote shares; with answers no, maybe, yes and two
    classes, maybe speaks half for each.

    Examples
    --------
    >>> answer_affinity(3, 2)
    array([[1. , 0. ],
           [0.5, 0.5],
           [0. , 1. ]])
    """
    # Places in units that make them whole, and what should be 0 exactly that.
    a, c = max(n_answers - 1, 1), max(n_classes - 1, 1)
    answers = np.arange(n_answers) * 2 * c if n_answers > 1 else np.full(1, a * c)
    classes = np.arange(n_classes) * 2 * a if n_classes > 1 else np.full(1, a * c)
    # as far apart as the sparser of the two: so every class has an answer that speaks for it
    reach = 2 * a * c // max(min(n_answers, n_classes) - 1, 1)
    distance: NDArray[Any] = np.abs(answers[:, None] - classes)
    affinity = np.clip(reach - distance, 0, None)
    return np.asarray(affinity / affinity.sum(axis=1, keepdims=True))


def start_from(
    known: KnownItems, votes: Votes | VoteStore
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Error rates and class prior to start from, where classes are not called like the answers.

    Otherwise None: each answer then speaks for its class, known items or not. Where only some
    classes are called like answers, the votes for those speak for them, too, on items that are not
    known; all other classes are known from known items alone.
    """
    check_types(start_from, locals())
    from ..job import Counts  # SciPy and Numba take their time to import

    answers, classes = (list(map(str, names)) for names in (votes.answer_names, known.class_names))
    if classes == answers:
        return None
    clamped = checked_clamped(known.truth, votes, len(classes))
    assert clamped is not None  # known items are known
    named = [(answers.index(name), cls) for cls, name in enumerate(classes) if name in answers]
    of_answers, of_classes = map(list, zip(*named, strict=True)) if named else ([], [])

    def counted(number: int, piece: Votes) -> Counts:
        weights = clamped.rows(number)
        if len(named) == len(answers):
            counts = piece.answer_counts()
            shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            unknown = clamped.is_open(number)
            weights[np.ix_(unknown, of_classes)] = shares[unknown][:, of_answers]
        return Counts(expected_counts(piece, weights), weights.sum(axis=0))

    parts = (counted(number, piece) for number, piece in enumerate(pieces_of(votes)))
    found = in_a_tree(parts, Counts.plus)
    # A pseudo-count, for an answer that no known item has must not be impossible for ever.
    prior = found.of_classes + 1
    return normalised_rates(found.of_codes + 1), prior / prior.sum()
