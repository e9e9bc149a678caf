"""What people want of a result first: each item's label, and what is to be thought of each rater.

The tables rest on votes and posteriors alone, and so are the same for every method.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import apart
from ..held import NamedCodes
from ..table import Table
from ..votes.votes import Votes
from .known_truth import expected_counts
from .majority import NO_ANSWER, majority_of

# Fewer wrong answers than this are expected to be none.
LEAST_CONFUSION = 0.005


class Named(Protocol):
    """What a table of raters needs of a result."""

    @property
    def votes(self) -> Any: ...  # noqa: D102 -- see Aggregated
    @property
    def class_names(self) -> Sequence[Any]: ...  # noqa: D102


class Labelled(Named, Protocol):
    """What the tables need of a result; every :class:`aggregation.Aggregated` has it."""

    @property
    def votes(self) -> Votes: ...  # noqa: D102 -- see Aggregated
    @property
    def posterior(self) -> NDArray[np.float64]: ...  # noqa: D102

    def classes(self) -> NDArray[np.int64]:
        """Return each item's class, or -1 if undecided."""


class Certain(Labelled, Protocol):
    """What a table of labels needs of a result; every :class:`Posteriors` has it."""

    def certainty(self) -> Certainty:
        """Return how sure each item's class is."""


class Certainty(NamedTuple):
    """How sure items' classes are, shape (n_items,): largest posteriors, and entropies in nats."""

    largest: NDArray[np.float64]
    entropy: NDArray[np.float64]


class Confusions(NamedTuple):
    """Each rater's most frequent wrong answer, shape (n_raters,).

    `counts` are how often it is expected, 0 without any, and `totals` the rater's votes on items of
    that class.
    """

    classes: NDArray[np.int64]
    answers: NDArray[np.int64]
    counts: NDArray[np.float64]
    totals: NDArray[np.float64]


class Departures(NamedTuple):
    """How often labels are not what most votes say.

    `differ` of `compared` items; `tied` items, where several answers have most votes, are not
    compared, and neither are items without votes.
    """

    differ: int
    compared: int
    tied: int


def label_table(result: Certain, *, class_names: Sequence[Any] | None = None) -> Table:
    """Return a row an item: its label, how sure that is, and what the votes alone say.

    Parameters
    ----------
    result : Aggregated
    class_names : sequence, optional
        Default: the answers' names, if there is an answer for each class; else 0, 1, ...

    Returns
    -------
    Table
        Items in the order in which they first occur in the votes' file or frame. Columns `item`;
        `label`, the name of the likeliest class, None where the method leaves it undecided;
        `confidence`, its posterior; `votes`, their number; `agreement`, the share of them that
        give the most frequent answer, NaN without votes; `entropy` of the posterior, in bits;
        `majority`, the most frequent answer, None where several tie and where there are no votes.

    Examples
    --------
    >>> from aggregation import Votes, fit_dawid_skene
    >>> votes = Votes.from_triples(["x", "x", "y", "y"], ["a", "b", "a", "b"], list("NNYY"))
    >>> fit_dawid_skene(votes).labels()
    item  label  confidence  votes  agreement  entropy  majority
    x     N          1.0000      2     1.0000   0.0000  N
    y     Y          1.0000      2     1.0000   0.0000  Y
    """
    names = result.class_names if class_names is None else class_names
    order = item_order(result.votes)
    return Table(_label_columns(result, names, order), native=result.votes.native)


def item_table(result: Certain, *, class_names: Sequence[Any] | None = None) -> Table:
    """Return what :func:`label_table` does, and `posterior_NAME` for every class.

    Parameters
    ----------
    result : Aggregated
    class_names : sequence, optional
        As for :func:`label_table`.

    Returns
    -------
    Table
    """
    names = result.class_names if class_names is None else class_names
    order = item_order(result.votes)
    columns = _label_columns(result, names, order)
    for name, posterior in zip(apart(names), result.posterior[order].T, strict=True):
        columns[f"posterior_{name}"] = posterior
    return Table(columns, native=result.votes.native)


def rater_table(result: Labelled, *, class_names: Sequence[Any] | None = None) -> Table:
    """Return a row a rater: votes, expected accuracy, and what is confused most.

    With n the expected counts, the sum over a rater's votes of the posterior of each class, the
    accuracy is ``sum over c of n[c, answer called like c] / sum of n``: the share of the rater's
    answers that are expected to be right. It is of the items that the rater voted on.

    Parameters
    ----------
    result : Aggregated
    class_names : sequence, optional
        As for :func:`label_table`.

    Returns
    -------
    Table
        Columns `rater`; `votes`, their number; `accuracy`, in 0..1, NaN without votes, or where no
        class has the name of an answer; `main_confusion`, such as "cat as dog": the wrong answer
        that the rater is expected to have given most often, None without any; `confusion_rate`,
        the expected share of it among the rater's answers to items of that class.

    Examples
    --------
    >>> from aggregation import Votes, fit_dawid_skene
    >>> votes = Votes.from_triples(["x", "x", "y", "y"], ["a", "b", "a", "b"], list("NNYY"))
    >>> fit_dawid_skene(votes).rater_table()
    rater  votes  accuracy  main_confusion  confusion_rate
    a          2    1.0000
    b          2    1.0000
    """
    return rater_rows(result, expected_counts(result.votes, result.posterior), class_names)


def rater_rows(
    result: Named, counts: NDArray[np.float64], class_names: Sequence[Any] | None = None
) -> Table:
    """Return what :func:`rater_table` does, from expected counts (rater, class, answer)."""
    own = own_answers(result, class_names)
    named = np.flatnonzero(own >= 0)
    right = counts[:, named, own[named]].sum(axis=1)
    n_votes = counts.sum(axis=(1, 2))
    return rater_columns(result, class_names, n_votes, right, _confusions(counts, own))


def rater_columns(
    result: Named,
    class_names: Sequence[Any] | None,
    n_votes: NDArray[np.float64],
    right: NDArray[np.float64],
    confusions: Confusions,
) -> Table:
    """Return the table of raters from their votes, those that are right, and confusions."""
    votes = result.votes
    names = result.class_names if class_names is None else class_names
    accuracy = np.full(votes.n_raters, np.nan)
    if (own_answers(result, class_names) >= 0).any():
        np.divide(right, n_votes, out=accuracy, where=n_votes > 0)
    found = confusions.counts >= LEAST_CONFUSION
    rates = np.full(votes.n_raters, np.nan)
    np.divide(confusions.counts, confusions.totals, out=rates, where=found)
    cells = zip(confusions.classes.tolist(), confusions.answers.tolist(), found, strict=True)
    columns = {
        "rater": votes.rater_names,
        "votes": np.rint(n_votes).astype(np.int64),
        "accuracy": np.minimum(accuracy, 1.0),
        "main_confusion": [
            f"{names[cls]} as {votes.answer_names[answer]}" if there else None
            for cls, answer, there in cells
        ],
        "confusion_rate": rates,
    }
    return Table(columns, native=votes.native)


def item_order(votes: Votes) -> NDArray[np.int64]:
    """Return the items in the order in which they came, shape (n_items,)."""
    return np.arange(votes.n_items) if votes.item_order is None else votes.item_order


def departures(result: Labelled, *, class_names: Sequence[Any] | None = None) -> Departures | None:
    """Count the labels that are not what most votes say; None where no class is an answer."""
    own = own_answers(result, class_names)
    if (own < 0).all():
        return None
    majority, classes = majority_of(result.votes), result.classes()
    decided = (majority.answer >= 0) & (classes >= 0)
    differ = own[classes[decided]] != majority.answer[decided]
    return Departures(int(differ.sum()), int(decided.sum()), int(majority.tied.sum()))


def own_answers(result: Named, class_names: Sequence[Any] | None) -> NDArray[np.int64]:
    """Return the code of the answer that is called like each class; -1 where there is none."""
    answers, n_classes = result.votes.answer_names, len(result.class_names)
    if class_names is None and n_classes != len(answers):
        return np.full(n_classes, NO_ANSWER)  # 0, 1, ... are no names
    names = result.class_names if class_names is None else class_names
    # a name is called like its equal; "3" on a command line is called like 3 in a file
    same = {(type(name), name): code for code, name in enumerate(answers)}
    alike = {str(name): code for code, name in enumerate(answers)}
    codes = [same.get((type(name), name), alike.get(str(name), NO_ANSWER)) for name in names]
    return np.array(codes)


def _label_columns(
    result: Certain, names: Sequence[Any], order: NDArray[np.int64]
) -> dict[str, Sequence[Any] | NDArray[Any]]:
    votes, (largest, entropy) = result.votes, result.certainty()
    majority = majority_of(votes)
    n_votes, most = majority.votes[order], majority.most[order]
    agreement = np.full(len(order), np.nan)
    np.divide(most, n_votes, out=agreement, where=n_votes > 0)
    return {
        "item": NamedCodes(order, votes.item_names),
        "label": NamedCodes(result.classes()[order], names),
        "confidence": largest[order],
        "votes": n_votes,
        "agreement": agreement,
        "entropy": entropy[order] / np.log(2),
        "majority": NamedCodes(majority.answer[order], votes.answer_names),
    }


def _confusions(counts: NDArray[np.float64], own: NDArray[np.int64]) -> Confusions:
    """Find each rater's most frequent wrong answer."""
    named = own >= 0
    wrong = np.where(named[:, None], counts, 0.0)
    wrong[:, np.flatnonzero(named), own[named]] = 0.0
    cells = wrong.reshape(len(wrong), -1).argmax(axis=1)
    classes, answers = np.divmod(cells, counts.shape[2])
    raters = np.arange(len(counts))
    totals = counts[raters, classes].sum(axis=1)
    return Confusions(classes, answers, wrong[raters, classes, answers], totals)
