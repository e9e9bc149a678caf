"""A result in a few lines: what was fitted, how it ended, and a row a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import apart, number_of
from ..table import Columns, Table
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .label_tables import Departures, Labelled, Named, departures

# Of more classes a summary has those alone that most items are of.
MOST_CLASSES = 20


class Concluded(Named, Protocol):
    """How a result says that it ended."""

    @property
    def objective(self) -> float: ...  # noqa: D102 -- see Aggregated
    @property
    def objective_kind(self) -> str: ...  # noqa: D102
    @property
    def n_steps(self) -> int: ...  # noqa: D102
    @property
    def converged(self) -> bool: ...  # noqa: D102


class Ended(Labelled, Concluded, Protocol):
    """What a summary needs of a result; every :class:`aggregation.Aggregated` has it."""


def summary(result: Ended, *, class_names: Sequence[Any] | None = None) -> str:
    """Say in a few lines what was found.

    Parameters
    ----------
    result : Aggregated
    class_names : sequence, optional
        Default: the answers' names, if there is an answer for each class; else 0, 1, ...

    Returns
    -------
    str
        The number of votes; what was maximised, and whether that converged; a row a class, with its
        prior, where the method has one, and how many items are likeliest to be of it, of more than
        20 classes for the most frequent 20; and how often labels differ from the majority of votes.
        Lines are joined by newlines.
    """
    names = result.class_names if class_names is None else class_names
    classes = result.classes()
    items = np.bincount(classes[classes >= 0], minlength=len(names))
    return summary_of(result, names, items, departures(result, class_names=class_names))


def summary_of(
    result: Concluded, names: Sequence[Any], items: NDArray[np.int64], found: Departures | None
) -> str:
    """Say what :func:`summary` does, of what has been counted.

    `items`, shape (n_classes,), is how many are likeliest to be of each class.
    """
    lines = [votes_line(result.votes), *end_line(result)]
    lines.append(Table(class_columns(result, names, items)).to_text(MOST_CLASSES))
    return "\n".join([*lines, *majority_line(found)])


def votes_line(votes: Votes | VoteStore) -> str:
    """Count votes, raters, items and answers in a line."""
    return (
        f"{number_of(votes.n_votes, 'vote')} of {number_of(votes.n_raters, 'rater')} on "
        f"{number_of(votes.n_items, 'item')}, {number_of(votes.n_answers, 'answer')}"
    )


def end_line(result: Concluded) -> list[str]:
    """Say what was maximised and how that ended, in a line; no line if nothing was."""
    if np.isnan(result.objective):
        return []
    kind = result.objective_kind.replace("log likelihood", "log-likelihood")
    end = "converged" if result.converged else "NOT converged"
    return [f"{kind} {result.objective:,.4f}, {end} after {number_of(result.n_steps, 'step')}"]


def class_columns(result: Named, names: Sequence[Any], items: NDArray[np.int64]) -> Columns:
    """Return a row for each class: its prior, and how many items are likeliest to be of it.

    Where there are more than :data:`MOST_CLASSES`, the most frequent come first.
    """
    parameters = getattr(result, "parameters", {})
    prior: NDArray[np.float64] | None = getattr(
        result, "class_prior", parameters.get("class_prior")
    )
    order = np.arange(len(items))
    if len(items) > MOST_CLASSES:
        order = np.argsort(-items, kind="stable")
    texts = apart(names)
    columns: dict[str, Any] = {"class": [texts[cls] for cls in order]}
    if prior is not None:
        columns["prior"] = prior[order]
    return columns | {"items": items[order]}


def majority_line(found: Departures | None) -> list[str]:
    """Say how often labels differ from the majority, in a line; no line if no class is an answer.

    Examples
    --------
    >>> majority_line(Departures(differ=0, compared=2, tied=0))
    ['labels differ from the majority of votes on 0 of 2 items (0.0 %)']
    """
    if found is None or not found.compared:
        return []
    share = 100 * found.differ / found.compared
    ties = f", {number_of(found.tied, 'tie')} apart" if found.tied else ""
    compared = f"{found.differ:,} of {found.compared:,} items ({share:.1f} %){ties}"
    return [f"labels differ from the majority of votes on {compared}"]
