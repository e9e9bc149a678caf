"""Scoring: posteriors of new votes under the rates of an earlier fit, in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_types
from ..errors import VoteError, listed, number_of
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .aggregated import Aggregated, Aggregation, Call, ObjectiveKind
from .dawid_skene.arguments import answers_before_classes
from .earlier import NEW, SCORING, EarlierFit, Tables, earlier_fit, places_of
from .store_fit import StoreAggregation, StoreFit
from .warm_start import lifted, rates_of

UNKNOWN_RATERS = ("mean", "error")


@dataclass(frozen=True, eq=False)
class Held:
    """The rates of an earlier fit, held fixed for the raters and answers of some votes.

    Attributes
    ----------
    earlier : EarlierFit
    raters, answers : ndarray of int64
        Where those of the votes stand in the earlier fit; `NEW` if nowhere.
    tables : Tables
        What the E-step reads, a row for each rater of the votes.
    options : Call
    """

    earlier: EarlierFit
    raters: NDArray[np.int64]
    answers: NDArray[np.int64]
    tables: Tables
    options: Call

    @property
    def n_unknown(self) -> int:
        """Number of raters who are not in the earlier fit."""
        return int((self.raters == NEW).sum())

    def said(self, source: object) -> str:
        """Say in a line what the votes are scored with."""
        unknown = self.n_unknown
        text = (
            f"Scored with {self.earlier.method} from {source}: {len(self.raters) - unknown:,} of "
            f"{len(self.raters):,} raters are known"
        )
        if unknown:
            text += f"; {unknown:,} {'takes' if unknown == 1 else 'take'} the mean of their rates"
        return f"{text}."

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """Probability of each answer, shape (n_raters, n_classes, n_answers of the fit)."""
        return rates_of(self.earlier, self.earlier.error_rates, self.raters)

    def in_codes(self, votes: Votes) -> Votes:
        """Return votes in the codes of the earlier fit's answers."""
        n_answers = len(self.earlier.answer_names)
        if np.array_equal(self.answers, np.arange(n_answers)):
            return votes
        codes = votes.raters * np.int32(n_answers) + self.answers[votes.answers].astype(np.int32)
        return replace(
            votes,
            codes=codes[np.lexsort((codes, votes.items))],  # ascending within an item
            n_answers=n_answers,
            answer_names=self.earlier.answer_names,
        )


@dataclass(frozen=True, eq=False)
class Scores(Aggregation):
    """Votes scored with the rates of an earlier fit; an :class:`Aggregated` of its method.

    Attributes
    ----------
    held : Held
        The rates.
    n_impossible : int
        Items whose votes the earlier fit rules out, for in each class one of them has the rate 0.
        They are scored as if each row's zeros shared 0.001 of it.
    """

    held: Held = field(kw_only=True, repr=False)
    n_impossible: int = field(default=0, kw_only=True)

    @property
    def class_names(self) -> Sequence[Any]:
        """Names of the earlier fit's classes."""
        return self.held.earlier.class_names


def scores_of(votes: Votes, held: Held, threads: int | None) -> Scores:
    """Score votes of the raters and answers whose rates are held."""
    votes, switched = held.in_codes(votes), held.earlier.switched
    posterior = posterior_under(votes, held.tables, switched, threads)
    impossible = np.isnan(posterior).any(axis=1)
    if impossible.any():
        raised = Tables(lifted(held.tables.rates), lifted(held.tables.prior))
        again = votes.select(impossible)
        posterior[impossible] = posterior_under(again, raised, switched, threads)
    return Scores(
        votes=votes,
        method=held.earlier.method,
        posterior=posterior,
        objective=float("nan"),
        objective_kind="score",
        objective_trace=np.empty(0),
        n_steps=0,
        converged=True,
        options=held.options,
        parameters={"class_prior": held.earlier.class_prior},
        predictive=held.probabilities,
        held=held,
        n_impossible=int(impossible.sum()),
    )


@dataclass(frozen=True, eq=False)
class StoreScores:
    """The votes of a store, scored with the rates of an earlier fit, partition by partition.

    Attributes
    ----------
    votes : VoteStore
    held : Held
        The rates.
    """

    votes: VoteStore = field(repr=False)
    held: Held = field(repr=False)
    objective: float = field(default=float("nan"), repr=False)
    objective_kind: ObjectiveKind = field(default="score", repr=False)
    n_steps: int = field(default=0, repr=False)
    converged: bool = field(default=True, repr=False)

    @property
    def class_names(self) -> Sequence[Any]:
        """Names of the earlier fit's classes."""
        return self.held.earlier.class_names

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_prior)

    @property
    def n_answers(self) -> int:
        """Number of answers of the earlier fit, in whose codes the votes of the parts are."""
        return len(self.held.earlier.answer_names)

    @property
    def class_prior(self) -> NDArray[np.float64]:
        """Of the earlier fit."""
        return self.held.earlier.class_prior

    def answer_probabilities(self) -> NDArray[np.float64]:
        """Return the earlier rates, shape (n_raters, n_classes, n_answers of the fit)."""
        return self.held.probabilities

    def parts(self, *, threads: int | None = None) -> Iterator[Scores]:
        """Yield the :class:`Scores` of one partition after the other."""
        for part in self.votes.partitions():
            yield scores_of(part, self.held, threads)


@overload
def score_votes(
    votes: Votes,
    fit: Aggregated | StoreFit | StoreAggregation | EarlierFit,
    *,
    unknown_raters: Literal["mean", "error"] = ...,
    threads: int | None = ...,
) -> Scores: ...
@overload
def score_votes(
    votes: VoteStore,
    fit: Aggregated | StoreFit | StoreAggregation | EarlierFit,
    *,
    unknown_raters: Literal["mean", "error"] = ...,
    threads: int | None = ...,
) -> StoreScores: ...
def score_votes(
    votes: Votes | VoteStore,
    fit: Aggregated | StoreFit | StoreAggregation | EarlierFit,
    *,
    unknown_raters: Literal["mean", "error"] = "mean",
    threads: int | None = None,
) -> Scores | StoreScores:
    """Score new votes with the rates of an earlier fit, which are held fixed: one pass.

    Raters and answers are matched by name. Each item's posterior is that of the earlier fit's own
    E-step, and to the bit the fit's own for the items that it was fitted to (but for known ones).

    Parameters
    ----------
    votes : Votes or VoteStore
    fit : Aggregated, StoreFit, StoreAggregation or EarlierFit
        Of Dawid & Skene's model, IBCC or Bayesian one-coin raters; see :func:`read_fit`.
    unknown_raters : {"mean", "error"}
        What becomes of raters who are not in the fit: they take the mean of the known ones' rates,
        each row counting as much as it has expected votes; or there must be none.
    threads : int, optional
        Never changes a result. Default: as many as are useful.

    Returns
    -------
    Scores, or of a store StoreScores, whose ``parts()`` are the Scores of its partitions
        Answers are coded as in the fit.

    Raises
    ------
    VoteError
        If the method's posteriors rest on more than rates, an answer is not in the fit, or a rater
        is not and has to be.

    References
    ----------
    Dawid & Skene (1979), Applied Statistics 28(1), eq. 2.5.

    Examples
    --------
    >>> from aggregation import Votes, fit_ibcc
    >>> old = Votes.from_triples(["x", "x", "y", "y"], ["a", "b", "a", "b"], list("NNYY"))
    >>> new = Votes.from_triples(["z", "z"], ["a", "c"], ["N", "N"])
    >>> score_votes(new, fit_ibcc(old)).labels()["label"]
    ('N',)
    """
    check_types(score_votes, locals())
    if unknown_raters not in UNKNOWN_RATERS:
        raise VoteError(f"unknown_raters={unknown_raters!r} is neither 'mean' nor 'error'")
    held = held_rates(votes, earlier_fit(fit), unknown_raters)
    if isinstance(votes, Votes):
        return scores_of(votes, held, threads)
    return StoreScores(votes, held)


def held_rates(votes: Votes | VoteStore, earlier: EarlierFit, unknown_raters: str) -> Held:
    """Look for raters and answers in an earlier fit, and take the rates of the former."""
    if earlier.exact is None:
        raise VoteError(
            f"fit: the posteriors of {earlier.method} rest on more than rates, so new votes cannot "
            f"be scored with them: give a fit of {', '.join(SCORING)}"
        )
    answers = places_of(votes.answer_names, earlier.answer_names)
    if (answers == NEW).any():
        check_answers(votes, earlier, answers)
    raters = places_of(votes.rater_names, earlier.rater_names)
    unknown = np.flatnonzero(raters == NEW)
    if len(unknown) and unknown_raters == "error":
        names = listed(votes.rater_names[rater] for rater in unknown.tolist())
        raise VoteError(
            f"unknown_raters='error': {len(unknown):,} of {votes.n_raters:,} raters are not in the "
            f"fit ({names}): say 'mean' to give them the mean rates"
        )
    rates, prior = earlier.exact
    options = Call(score_votes, {"fit": earlier, "unknown_raters": unknown_raters})
    tables = Tables(rates_of(earlier, rates, raters), prior)
    return Held(earlier, raters, answers, tables, options)


def check_answers(votes: Votes | VoteStore, earlier: EarlierFit, answers: Any) -> None:
    """Refuse votes for answers that the fit does not have."""
    given = votes.votes_per_answer() * (answers == NEW)
    if n_given := int(given.sum()):
        names = listed(votes.answer_names[answer] for answer in np.flatnonzero(given).tolist())
        raise VoteError(
            f"{number_of(n_given, 'vote')} {'is' if n_given == 1 else 'are'} for answers that are "
            f"not in the fit ({names}; it has {listed(earlier.answer_names)}): leave them out, "
            "such as with --missing, or fit anew and start from it"
        )


def posterior_under(
    votes: Votes, tables: Tables, switched: NDArray[np.int64] | None, threads: int | None
) -> NDArray[np.float64]:
    """Posterior of each item, NaN where it is impossible, with classes in the order that EM had.

    So sums over classes are the same to the bit.
    """
    from ..engine.blocks import Blocks  # Numba takes a third of a second to import

    rates, prior = tables
    order = np.arange(len(prior)) if switched is None else switched
    back = np.argsort(order)
    with closing(Blocks(votes, len(prior), threads)) as blocks:
        posterior, _ = blocks.posterior(answers_before_classes(rates[:, back]), prior[back])
    return posterior[:, order]
