"""Which model of the votes is better: BIC, and the likelihood of votes that were left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..arguments import check_types
from ..errors import VoteError
from ..models.aggregated import Aggregated, ObjectiveKind
from ..models.criteria import criterion, n_parameters, warn_of_many_parameters
from ..models.fit import Fit
from ..models.own_method import as_method
from ..votes.given import diagonal_pseudo_count
from ..votes.votes import Votes
from .held_out import HeldOut, held_out, parts


class ComparedFit(NamedTuple):
    """One of several models of the same votes.

    Attributes
    ----------
    name : str
    n_parameters : int or None
        None where the method is not Dawid & Skene's.
    log_likelihood, bic : float
        Of the fit on all votes; NaN where the method is not Dawid & Skene's.
    held_out : float
        Nats a left-out vote; minus infinity where some have probability 0 under the model, NaN
        where the method has no model of the answers.
    difference, standard_error : float
        Of `held_out` to the model with the largest, for whom both are 0. The standard error is that
        of paired differences, item by item; NaN where the difference is not finite.
    converged : bool
        Whether the fit on all votes has.
    objective : float
        What was maximised, on all votes; see :func:`objective_difference`.
    objective_kind : str
        What that is: only values of one kind can be compared.
    """

    name: str
    n_parameters: int | None
    log_likelihood: float
    bic: float
    held_out: float
    difference: float
    standard_error: float
    converged: bool
    objective: float
    objective_kind: ObjectiveKind


def objective_difference(one: Aggregated, other: Aggregated) -> float:
    """Subtract what another result reached from what this one did, where that means something.

    Parameters
    ----------
    one, other : Aggregated
        Of the same votes, with objectives of one kind. A log posterior is a density of parameters,
        and so is compared within a method alone; a score is of the method's own making, and is not
        compared.

    Returns
    -------
    float
        In nats.

    Raises
    ------
    VoteError
        If the two cannot be compared.

    Examples
    --------
    >>> from aggregation import fit_ibcc, load_anesthesia
    >>> votes = load_anesthesia()
    >>> round(objective_difference(fit_ibcc(votes, learn=True), fit_ibcc(votes)), 3)
    12.976
    """
    check_types(objective_difference, locals())
    kinds = one.objective_kind, other.objective_kind
    advice = "compare votes that were left out, by held_out_log_likelihood"
    if kinds[0] != kinds[1]:
        first, second = (("an " if kind == "elbo" else "a ") + kind for kind in kinds)
        raise VoteError(f"{first} and {second} are not compared: {advice}")
    if kinds[0] == "score":
        raise VoteError(f"scores are of each method's own making, and not compared: {advice}")
    if kinds[0] == "log posterior" and one.options.method is not other.options.method:
        raise VoteError(f"densities of two methods' parameters are not compared: {advice}")
    if not same_votes(one.votes, other.votes):
        raise VoteError("objectives of different votes are not compared: give both the same votes")
    return one.objective - other.objective


def same_votes(one: Votes, other: Votes) -> bool:
    """Say whether two are the same votes."""
    sizes = (one.n_raters, one.n_answers) == (other.n_raters, other.n_answers)
    same = np.array_equal(one.starts, other.starts) and np.array_equal(one.codes, other.codes)
    return one is other or (sizes and same)


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
        A name for each model, and its options: `method`, as for :func:`held_out_log_likelihood`, by
        default "dawid-skene", and those of the method. Default: Dawid & Skene's with pseudo-counts
        of 0, 0.1 and ``1 / K`` for K answers, and of 0.1 with 0.5 more on the diagonal.
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
    check_types(compare_fits, locals())
    models = pseudo_count_models(votes.n_answers) if models is None else models
    if not models:
        raise VoteError("no models to compare: give a name and the options of each")
    split = tuple(parts(votes.n_votes, share, folds, seed))
    fits: list[Aggregated] = []
    left_out: list[HeldOut | None] = []
    for model in models.values():
        options = dict(model)
        method = as_method(options.pop("method", "dawid-skene"))
        fits.append(method(votes, **options))
        left_out.append(held_out(method, votes, split, options) if predicts(fits[-1]) else None)
    of_paper = {name: fit for name, fit in zip(models, fits, strict=True) if isinstance(fit, Fit)}
    warn_of_many_parameters(of_paper)
    best = best_of(left_out)
    return tuple(
        _compared(name, fit, found, best)
        for name, fit, found in zip(models, fits, left_out, strict=True)
    )


def predicts(result: Aggregated) -> bool:
    """Say whether a method has a model of the answers, and so predicts votes."""
    check_types(predicts, locals())
    try:
        result.answer_probabilities()
    except VoteError:
        return False
    return True


def best_of(left_out: list[HeldOut | None]) -> HeldOut | None:
    """Return the largest log-likelihood of left-out votes; None if no method has any."""
    known = [found for found in left_out if found is not None]
    return max(known, key=lambda found: found.log_likelihood, default=None)


def _compared(
    name: str, fit: Aggregated, found: HeldOut | None, best: HeldOut | None
) -> ComparedFit:
    nothing = float("nan")
    behind = (nothing, nothing) if found is None or best is None else found.behind(best)
    counted: tuple[int | None, float, float] = (None, nothing, nothing)
    if isinstance(fit, Fit):
        counted = (n_parameters(fit), fit.log_likelihood, criterion(fit))
    return ComparedFit(
        name,
        *counted,
        nothing if found is None else found.log_likelihood,
        *behind,
        converged=fit.converged,
        objective=fit.objective,
        objective_kind=fit.objective_kind,
    )


def pseudo_count_models(n: int) -> dict[str, dict[str, Any]]:
    """Name models of `n` answers, from no pseudo-counts to more of them on the diagonal."""
    diagonal = diagonal_pseudo_count(0.1, 0.5, n)
    counts = {"0": 0.0, "0.1": 0.1, f"1/{n}": 1 / n, f"0.1 + 0.5 * eye({n})": diagonal}
    return {name: {"pseudo_count": count} for name, count in counts.items()}
