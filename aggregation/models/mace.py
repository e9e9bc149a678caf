"""MACE: a rater knows the class, or spams answers of a taste of its own."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from os import PathLike
from typing import TYPE_CHECKING, Any, Unpack, overload

from numpy.typing import ArrayLike

from ..arguments import check_types
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .aggregated import Aggregation, Call
from .dawid_skene.arguments import classes_with_room
from .dawid_skene.keeping import keepers_of
from .method_arguments import ClimbArguments
from .own_answers import check_square
from .store_fit import StoreAggregation

if TYPE_CHECKING:
    from ..engine.climb import Progress
    from .aggregated import ObjectiveKind
    from .climbing import Climbing
    from .mace_model import Mace

WHY = "raters who know the class answer with it"


@overload
def fit_mace(votes: Votes, **options: Unpack[ClimbArguments]) -> Aggregation: ...
@overload
def fit_mace(votes: VoteStore, **options: Unpack[ClimbArguments]) -> StoreAggregation: ...
def fit_mace(
    votes: Votes | VoteStore,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | Mapping[Any, int] | None = None,
    accelerate: bool = True,
    tol: float = 1e-10,
    max_steps: int = 10_000,
    threads: int | None = None,
    progress: Progress | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> Aggregation | StoreAggregation:
    """Fit MACE, multi-annotator competence estimation, by variational Bayes.

    For each vote a rater knows the item's class, and answers with it, or else spams: answers by a
    taste of its own, whatever the class. Whether it knows has a Beta(0.5, 0.5) prior, its taste a
    Dirichlet(10) prior, and classes are equally likely. A lower bound of the evidence is maximised,
    from raters who know half of the time and have no taste.

    Parameters
    ----------
    votes : Votes or VoteStore
    n_classes : int, optional
        As many as there are answers: there is an answer for each class.
    truth : array_like or mapping, optional
        What is known of items, throughout: shape (n_items,), a class or -1 where it is not known;
        or shape (n_items, n_classes), a distribution, or zeros where it is not known.
        Or ``{name: class}``, as of a store it has to be.
    accelerate : bool
        Extrapolate by SQUAREM. False: one plain step after the other.
    tol : float
        Stop when a step gains no more than this, in nats a vote, and moves no posterior by more
        than its square root.
    max_steps : int
        Most evaluations of a step.
    threads : int, optional
        Never changes a result. Default: as many as are useful.
    progress : callable, optional
        Called with the number of steps and the bound after each.
    checkpoint : path, optional
        File in which the climb is saved every few steps, and from which it goes on if it is there:
        to the same bits as one that was never broken off.

    Returns
    -------
    Aggregation, or of a store StoreAggregation
        Its objective is the lower bound of the log evidence ("elbo"). `parameters` has the mean
        probability that each rater knows, `competence` of shape (n_raters,), and what it answers
        where it spams, `taste` of shape (n_raters, n_answers).

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
    Hovy, Berg-Kirkpatrick, Vaswani & Hovy (2013), Learning whom to trust with MACE, NAACL.

    Examples
    --------
    >>> from aggregation import load_anesthesia
    >>> fit = fit_mace(load_anesthesia())
    >>> round(fit.objective, 3), fit.parameters["competence"].round(2).tolist()
    (-267.237, [0.83, 0.62, 0.74, 0.81, 0.76])
    """
    check_types(fit_mace, locals())
    n_classes = classes_with_room(votes, n_classes, truth, None, None)
    check_square(votes, n_classes, WHY)
    from .climbing import Climbing
    from .latent_class import checked_job
    from .mace_model import MaceBayes  # Numba takes a third of a second to import

    given = {"n_classes": n_classes, "accelerate": accelerate, "tol": tol, "max_steps": max_steps}
    call = Call(fit_mace, given)
    (keeper,) = keepers_of(checkpoint, votes, call, truth)
    how = Climbing(accelerate, tol, max_steps, progress, keeper)
    model = MaceBayes(checked_job(votes, truth, n_classes, threads))
    return _fitted(model, how, "elbo", "mace", call)


@overload
def fit_mace_em(votes: Votes, **options: Unpack[ClimbArguments]) -> Aggregation: ...
@overload
def fit_mace_em(votes: VoteStore, **options: Unpack[ClimbArguments]) -> StoreAggregation: ...
def fit_mace_em(
    votes: Votes | VoteStore,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | Mapping[Any, int] | None = None,
    accelerate: bool = True,
    tol: float = 1e-10,
    max_steps: int = 10_000,
    threads: int | None = None,
    progress: Progress | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> Aggregation | StoreAggregation:
    """Fit MACE, multi-annotator competence estimation, by EM.

    The model is that of :func:`fit_mace`, without its priors: 0.01 / n_classes is added to each
    expected count, and EM climbs the log-likelihood plus 0.01 / n_classes times the sum of the
    logarithms of all its parameters.

    Parameters
    ----------
    votes, n_classes, truth, accelerate, tol, max_steps, threads, progress, checkpoint
        As for :func:`fit_mace`.

    Returns
    -------
    Aggregation, or of a store StoreAggregation
        Its objective is the penalised log-likelihood ("log posterior"). `parameters` has the
        probability that each rater knows, `competence` of shape (n_raters,), and what it answers
        where it spams, `taste` of shape (n_raters, n_answers).

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
    Hovy, Berg-Kirkpatrick, Vaswani & Hovy (2013), Learning whom to trust with MACE, NAACL.
    """
    check_types(fit_mace_em, locals())
    n_classes = classes_with_room(votes, n_classes, truth, None, None)
    check_square(votes, n_classes, WHY)
    from .climbing import Climbing
    from .latent_class import checked_job
    from .mace_model import MaceLikelihood  # Numba takes a third of a second to import

    given = {"n_classes": n_classes, "accelerate": accelerate, "tol": tol, "max_steps": max_steps}
    call = Call(fit_mace_em, given)
    (keeper,) = keepers_of(checkpoint, votes, call, truth)
    how = Climbing(accelerate, tol, max_steps, progress, keeper)
    model = MaceLikelihood(checked_job(votes, truth, n_classes, threads))
    return _fitted(model, how, "log posterior", "mace-em", call)


def _fitted(
    model: Mace, how: Climbing, kind: ObjectiveKind, name: str, call: Call
) -> Aggregation | StoreAggregation:
    """Climb, and name what the climb ended with."""
    from .climbing import climbed, result_of

    with closing(model.job.blocks):
        top = climbed(model, model.start(), how)
    competence, taste = model.means(top.x)
    return result_of(
        model,
        top,
        kind,
        method=name,
        options=call,
        parameters={"competence": competence, "taste": taste},
        predictive=model.probabilities(competence, 1 - competence, taste).transpose(0, 2, 1),
    )
