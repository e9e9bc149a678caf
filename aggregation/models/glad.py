"""GLAD: raters have abilities, and items are easier or harder."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..votes.votes import Votes
from .aggregated import Aggregation, Call
from .clamped import checked_truth
from .dawid_skene.arguments import check_options, classes_with_room
from .own_answers import check_square

if TYPE_CHECKING:
    from ..engine.climb import Progress

# Answers to a further item are averaged over so many quantiles of the items' ease.
QUANTILES = 100


def fit_glad(
    votes: Votes,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | None = None,
    tol: float = 1e-10,
    max_steps: int = 10_000,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Aggregation:
    """Fit GLAD, the generative model of labels, abilities and difficulties.

    A rater gives an item its class with probability ``sigma(ability * exp(ease))``, where sigma is
    the logistic function, and else one of the other answers, all of which are equally likely.
    Abilities and ease have normal priors of mean 1 and variance 1, and classes are equally likely.
    The log density of votes, abilities and ease together is maximised, classes summed over.

    EM, by which the model is fitted elsewhere, has an inner climb at each step. Here the whole is
    climbed at once: by L-BFGS from the means of the priors, and on by Newton's method.

    Parameters
    ----------
    votes : Votes
    n_classes : int, optional
        As many as there are answers: there is an answer for each class.
    truth : array_like, optional
        What is known of items, throughout: shape (n_items,), a class or -1 where it is not known;
        or shape (n_items, n_classes), a distribution, or zeros where it is not known.
    tol : float
        Stop when a Newton step gains no more than this, in nats a vote, and moves no posterior by
        more than its square root.
    max_steps : int
        Most evaluations of the objective. 0: posteriors at the means of the priors.
    threads : int, optional
        Never changes a result. Default: as many as are useful.
    progress : callable, optional
        Called with the number of evaluations and the objective after each.

    Returns
    -------
    Aggregation
        Its objective is the log density of votes, abilities and ease ("log posterior"), with all
        constants. `parameters` has `ability`, shape (n_raters,): at 0 a rater is right half of the
        time, below more seldom; and `ease`, shape (n_items,), the logarithm of 1 / difficulty.
        `answer_probabilities` are those of a further item, of an ease like the items'. Of items
        that have been voted on, `log_predictive` takes the item's own ease.

    Raises
    ------
    VoteError
        If arguments do not fit the votes.

    Warns
    -----
    ConvergenceWarning
        If steps ran out; `converged` is then False.

    References
    ----------
    Whitehill, Ruvolo, Wu, Bergsma & Movellan (2009), Whose vote should count more: Optimal
    integration of labels from labelers of unknown expertise, NIPS 22.

    Examples
    --------
    >>> from aggregation import load_anesthesia
    >>> fit = fit_glad(load_anesthesia())
    >>> round(fit.objective, 3), fit.parameters["ability"].round(2).tolist()
    (-281.635, [0.92, 0.43, 0.64, 0.9, 0.61])
    """
    check_types(fit_glad, locals())
    check_options("clamped", tol, max_steps=max_steps)
    n_classes = classes_with_room(votes, n_classes, truth, None, None)
    check_square(votes, n_classes, "raters who are right answer with the class")
    clamped = None if truth is None else checked_truth(truth, votes.n_items, n_classes)
    from .climbing import warn_of_steps
    from .glad_model import Ascent, Glad  # Numba takes a third of a second to import

    model = Glad(votes, clamped, n_classes, threads)
    with closing(model.threads):
        ascent = Ascent(model, max_steps, progress)
        ascent.climb(tol)
        height = model.height(ascent.x)
    if not ascent.converged and max_steps > 0:
        warn_of_steps(np.array(ascent.trace), votes.n_votes, ascent.n_steps)
    ability, ease = model.split(ascent.x)
    ability, ease, posterior = ability.copy(), *map(model.of_items, (ease, model.posterior))
    return Aggregation(
        votes=votes,
        method="glad",
        posterior=posterior,
        objective=height.value,
        objective_kind="log posterior",
        objective_trace=np.array(ascent.trace),
        n_steps=ascent.n_steps,
        converged=ascent.converged,
        options=Call(fit_glad, {"n_classes": n_classes, "tol": tol, "max_steps": max_steps}),
        parameters={"ability": ability, "ease": ease},
        predictive=answers_of(ability, ease, n_classes),
        predictor=Difficulty(ability, ease, posterior),
        clamped=clamped,
    )


def answers_of(
    ability: NDArray[np.float64], ease: NDArray[np.float64], n_classes: int
) -> NDArray[np.float64]:
    """Average answers over the items' ease, shape (n_raters, n_classes, n_answers)."""
    from scipy.special import expit

    places = (np.arange(QUANTILES) + 0.5) / QUANTILES
    factors = np.exp(np.quantile(ease, places) if len(ease) else np.ones(1))
    right = expit(ability[:, None] * factors).mean(axis=1)
    if n_classes == 1:
        return np.ones((len(ability), 1, 1))
    others = np.broadcast_to(
        ((1 - right) / (n_classes - 1))[:, None, None], (len(ability),) + 2 * (n_classes,)
    )
    return np.where(np.eye(n_classes, dtype=bool), right[:, None, None], others)


@dataclass(frozen=True, eq=False)
class Difficulty:
    """Predicts an item's further votes by its own ease; a :class:`Predictor`."""

    ability: NDArray[np.float64]
    ease: NDArray[np.float64]
    posterior: NDArray[np.float64]

    def __call__(self, votes: Votes) -> NDArray[np.float64]:
        """Return the log probability of each item's votes together, shape (n_items,)."""
        from scipy.special import log_expit, logsumexp

        from .predictive import check_same

        n_items, n_classes = self.posterior.shape
        check_same(votes, n_items, len(self.ability), n_classes)
        if n_classes == 1:  # there is no other answer
            return np.zeros(n_items)
        x = self.ability[votes.raters] * np.exp(self.ease[votes.items])
        wrong = np.bincount(votes.items, log_expit(-x), n_items)
        wrong -= np.diff(votes.starts) * np.log(n_classes - 1)
        joint = votes.answer_counts(x + np.log(n_classes - 1))
        with np.errstate(divide="ignore"):
            joint += np.log(self.posterior)
        voted = np.diff(votes.starts) > 0
        return np.where(voted, logsumexp(joint, axis=1) + wrong, 0.0)
