"""A method of one's own: any function of votes that returns posteriors, held to the interface."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..errors import VoteError
from ..votes.given import check_probabilities, numbers
from ..votes.votes import Votes
from .aggregated import Aggregated, Aggregation, Call
from .catalogue import Method, method_of

# What is asked of a result that is not made of plain arrays; see Aggregated.
ASKED = (
    *("votes", "posterior", "n_classes", "class_names", "objective", "objective_kind"),
    *("objective_trace", "n_steps", "converged", "options", "classes", "labels", "item_table"),
    *("rater_table", "summary", "answer_probabilities", "log_predictive"),
)
WANTED = "posteriors of shape (item, class), or these and answer probabilities, or an Aggregation"


@dataclass(frozen=True)
class OwnMethod:
    """A function of votes as a method; call it on votes, as a :class:`Method` of the catalogue.

    Attributes
    ----------
    name : str
        What it is called in tables and messages.
    function : callable
        Of votes and keyword options; see :func:`as_method` for what it returns.
    """

    name: str
    function: Callable[..., Any]

    @property
    def takes(self) -> frozenset[str]:
        """Names of the options that can be given."""
        return frozenset([*inspect.signature(self.function).parameters][1:])

    def __call__(self, votes: Votes, **options: Any) -> Aggregated:
        """Aggregate votes; what is no result, or an option it does not take, is a VoteError."""
        for option in options:
            if option not in self.takes:
                takes = ", ".join(sorted(self.takes)) or "no options"
                raise VoteError(f"{self.name} takes no {option}=; it takes {takes}")
        return checked_result(self, votes, self.function(votes, **options), options)


def as_method(
    method: str | Method | OwnMethod | Callable[..., Any], *, name: str | None = None
) -> Method | OwnMethod:
    """Return a method by its name in the catalogue, or made of a function of one's own.

    Parameters
    ----------
    method : str or callable
        A name of ``METHODS``; ``"module:function"``, which is imported; or a function
        ``f(votes, **options)``. The function returns posteriors, shape (n_items, n_classes); or a
        pair of these and of the probabilities of answers, shape (n_raters, n_classes, n_answers),
        which make it possible to predict votes that were left out; or an :class:`Aggregation`.
    name : str, optional
        What a function of one's own is called. Default: as it was given, or module and name.

    Returns
    -------
    Method or OwnMethod
        Called on votes, and on the function's options, it returns an :class:`Aggregated`, or raises
        a VoteError that names the method where shapes do not fit the votes, or probabilities are
        not in 0..1 or do not sum to 1.

    Raises
    ------
    VoteError
        If there is no such method, module or function.

    Examples
    --------
    >>> from aggregation import Votes
    >>> def shares(votes):
    ...     counts = votes.answer_counts()
    ...     return counts / counts.sum(axis=1, keepdims=True)
    >>> votes = Votes.from_triples(["x", "x", "y"], ["a", "b", "a"], ["no", "yes", "yes"])
    >>> as_method(shares, name="shares")(votes).posterior
    array([[0.5, 0.5],
           [0. , 1. ]])
    """
    check_types(as_method, locals())
    if isinstance(method, str):
        if ":" not in method:
            return method_of(method)
        return OwnMethod(name or method, function_at(method))
    if isinstance(method, Method | OwnMethod):
        return method
    if not callable(method):
        raise VoteError(f"method {method!r} is neither a name nor a function of votes")
    called = f"{method.__module__}:{getattr(method, '__qualname__', type(method).__qualname__)}"
    return OwnMethod(name or called, method)


def function_at(place: str) -> Callable[..., Any]:
    """Import the function at ``module:function``; what is not there is a VoteError."""
    module, _, name = place.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), name)):
        raise VoteError(f"method {place!r}: write module:function, such as mymodule:fit")
    try:
        found = getattr(import_module(module), name, None)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # the module is there, and misses another
        raise VoteError(
            f"method {place!r}: there is no module {error.name!r} on the path; the command looks "
            "in the working folder, too"
        ) from None
    if not callable(found):
        what = "there is no such name" if found is None else f"that is a {type(found).__name__}"
        raise VoteError(f"method {place!r}: no function {name!r} in module {module}: {what}")
    return found  # type: ignore[no-any-return]


def checked_result(
    method: OwnMethod, votes: Votes, found: Any, options: Mapping[str, Any]
) -> Aggregated:
    """Return what a method found as an Aggregated; what does not fit the votes is a VoteError."""
    if hasattr(found, "posterior"):
        missing = [name for name in ASKED if not hasattr(found, name)]
        if missing:
            raise VoteError(
                f"{method.name} returned a {type(found).__name__} without {', '.join(missing)}: "
                f"give {WANTED}"
            )
        checked_posterior(method.name, found.posterior, votes)
        return found  # type: ignore[no-any-return]
    posterior, rates = found if isinstance(found, tuple) and len(found) == 2 else (found, None)
    posterior = checked_posterior(method.name, posterior, votes)
    return Aggregation(
        votes=votes,
        method=method.name,
        posterior=posterior,
        objective=float("nan"),
        objective_kind="score",
        objective_trace=np.empty(0),
        n_steps=0,
        converged=True,
        options=Call(method, options),
        predictive=None if rates is None else checked_rates(method.name, rates, posterior, votes),
    )


def checked_posterior(name: str, posterior: ArrayLike, votes: Votes) -> NDArray[np.float64]:
    """Return posteriors as an array; what is none of these votes is a VoteError."""
    array = given_numbers(name, "posterior", posterior)
    if array.ndim != 2 or len(array) != votes.n_items or not array.shape[1]:
        raise VoteError(
            f"{name}: posterior of shape {array.shape} does not fit {votes.n_items} items: give "
            f"{WANTED}"
        )
    check_probabilities(f"{name}: posterior", array)
    return array


def checked_rates(
    name: str, rates: ArrayLike, posterior: NDArray[np.float64], votes: Votes
) -> NDArray[np.float64]:
    """Return answer probabilities as an array; what is none of these votes is a VoteError."""
    array = given_numbers(name, "answer probabilities", rates)
    shape = (votes.n_raters, posterior.shape[1], votes.n_answers)
    if array.shape != shape:
        raise VoteError(
            f"{name}: answer probabilities of shape {array.shape} do not fit (rater, class, "
            f"answer) = {shape}"
        )
    check_probabilities(f"{name}: answer probabilities", array)
    return array


def given_numbers(name: str, what: str, values: Any) -> NDArray[np.float64]:
    """Return an array of floats; what holds anything else is a VoteError."""
    if values is None:
        raise VoteError(f"{name} returned nothing: give {WANTED}")
    return numbers(f"{name}: {what}", values).astype(np.float64)
