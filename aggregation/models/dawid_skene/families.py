"""Families of models: how expected counts become error rates, and what is free in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import VoteError

#: How error rates depend on rater, class and answer: see :func:`fit_dawid_skene`.
FamilyName = Literal["full", "one-coin", "shared"]
# Counts and rates here have shape (n_raters, n_answers, n_classes): a row of classes a code, as the
# kernels read them.
MStep = Callable[[NDArray[np.float64]], NDArray[np.float64]]
Shape = tuple[int, int, int]


class OwnCounts(NamedTuple):
    """What a pseudo-count of a family is a count of: one for each parameter, as users have them.

    Attributes
    ----------
    axes : str
        Names of the axes.
    shape : callable
        From (n_raters, n_answers, n_classes) to their lengths.
    spread : callable
        From pseudo-counts of that shape, and (n_raters, n_answers, n_classes), to what is added to
        each count of that shape: the counts of one parameter add up to its pseudo-count.
    """

    axes: str
    shape: Callable[[Shape], tuple[int, ...]]
    spread: Callable[[NDArray[np.float64], Shape], NDArray[np.float64]]


class ParameterCells(NamedTuple):
    """Which parameter of a family each error rate is.

    Attributes
    ----------
    cell : ndarray of int64, shape (n_raters, n_answers, n_classes)
        The parameter, 0..n_cells - 1.
    row_of : ndarray of int64, shape (n_cells,)
        Parameters of one row sum to 1.
    scale : ndarray, shape (n_raters, n_answers, n_classes)
        The rate is the parameter times this.
    """

    cell: NDArray[np.int64]
    row_of: NDArray[np.int64]
    scale: NDArray[np.float64]


@dataclass(frozen=True)
class Family:
    """A family of models of the raters.

    Attributes
    ----------
    name : str
    m_step : callable
        From counts to rates, both of shape (n_raters, n_answers, n_classes) and contiguous: counts
        become rates in place, and are returned.
    n_parameters : callable
        From (raters with votes, n_answers, n_classes) to the number of free error rates.
    cells : callable
        From (n_raters, n_answers, n_classes) to :class:`ParameterCells`.
    row_axes : tuple of int
        Axes of the counts over which a row of rates is normalised; those of all raters, if 0 is
        one of them.
    classes_alike : callable
        From the number of classes to whether they could change places.
    own_counts : OwnCounts
        How its pseudo-counts are read.
    """

    name: FamilyName
    m_step: MStep = field(repr=False)
    n_parameters: Callable[[Shape], int] = field(repr=False)
    cells: Callable[[Shape], ParameterCells] = field(repr=False)
    row_axes: tuple[int, ...] = field(repr=False)
    classes_alike: Callable[[int], bool] = field(repr=False)
    own_counts: OwnCounts = field(repr=False)

    def __reduce__(self) -> tuple[Callable[[str], Family], tuple[str]]:
        """Let a pickle name it: so fits can be sent to another process."""
        return named_family, (self.name,)

    @property
    def is_full(self) -> bool:
        """Whether every rate of a rater and class is free, so that any rates are of the family."""
        return self.row_axes == (1,)

    @property
    def pools_raters(self) -> bool:
        """Whether all raters have the same rates."""
        return 0 in self.row_axes


def family_of(name: FamilyName, n_classes: int, n_answers: int) -> Family:
    """Return a family by its name; one that does not fit the votes is a VoteError."""
    if name not in FAMILIES:
        raise VoteError(f"family {name!r} is not one of {', '.join(map(repr, FAMILIES))}")
    if name == "one-coin" and n_classes != n_answers:
        raise VoteError(
            "one-coin raters are right or wrong, so there is an answer for each class: "
            f"{n_classes} classes, {n_answers} answers"
        )
    return FAMILIES[name]


def named_family(name: str) -> Family:
    """Return the family of that name."""
    return FAMILIES[name]


def full_rates(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Error rates of each rater and class (Dawid & Skene 1979, eq. 2.3); 0/0 is uniform."""
    from ...kernels.table_rates import divide_rows  # Numba: a third of a second

    if counts.size:
        divide_rows(counts.reshape(-1), *counts.shape[1:])
    return counts


def full_cells(shape: Shape) -> ParameterCells:
    """Let each rate be a parameter; a rater's rates in a class are a row."""
    rater, answer, cls = np.ix_(*map(range, shape))
    cell = (rater * shape[1] + answer) * shape[2] + cls
    row_of = np.broadcast_to(rater * shape[2] + cls, shape).reshape(-1)
    return ParameterCells(cell, row_of, np.ones(shape))


def full_spread(own: NDArray[np.float64], shape: Shape) -> NDArray[np.float64]:
    """Give each count its own pseudo-count; those that all raters share take no more memory."""
    shared = own[:1] if own.strides[0] == 0 else own
    return np.broadcast_to(np.ascontiguousarray(shared.transpose(0, 2, 1)), shape)


def shared_rates(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give all raters the error rates of their counts together."""
    counts[:] = full_rates(counts.sum(axis=0, keepdims=True))
    return counts


def shared_cells(shape: Shape) -> ParameterCells:
    """Give all raters the cells of one."""
    one = full_cells((1, *shape[1:]))
    return ParameterCells(np.broadcast_to(one.cell, shape), one.row_of, np.ones(shape))


def shared_spread(own: NDArray[np.float64], shape: Shape) -> NDArray[np.float64]:
    """Give each rater an equal part of the pseudo-counts of the shared table."""
    return np.broadcast_to(own.T / max(shape[0], 1), shape)


def one_coin_rates(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give each rater one probability to be right; wrong answers are equally likely."""
    from ...kernels.own_answers import count_coins, spread_coins  # late, as above

    found = np.empty((len(counts), 2))
    count_coins(counts, found)
    totals = found.sum(axis=1)
    uniform = np.full_like(totals, 1 / counts.shape[1])
    ability = np.divide(found[:, 0], totals, out=uniform, where=totals > 0)
    spread_coins(ability, 1 - ability, counts)
    return counts


def one_coin_cells(shape: Shape) -> ParameterCells:
    """Give a rater two cells, to be right and to be wrong; wrong answers share the second."""
    rater, answer, cls = np.ix_(*map(range, shape))
    wrong = answer != cls
    scale = np.broadcast_to(np.where(wrong, 1 / max(shape[1] - 1, 1), 1.0), shape)
    return ParameterCells(rater * 2 + wrong, np.repeat(np.arange(shape[0]), 2), scale)


def one_coin_spread(own: NDArray[np.float64], shape: Shape) -> NDArray[np.float64]:
    """Spread a rater's right and wrong pseudo-counts over the answers that are right and wrong."""
    n_answers = shape[1]
    right, wrong = (column[:, None, None] / n_answers for column in own.T)
    diagonal = np.eye(n_answers, dtype=bool)
    return np.asarray(np.where(diagonal, right, wrong / max(n_answers - 1, 1)))


FAMILIES: dict[str, Family] = {
    "full": Family(
        "full",
        full_rates,
        lambda shape: shape[0] * shape[2] * (shape[1] - 1),
        full_cells,
        row_axes=(1,),
        classes_alike=lambda _: True,
        own_counts=OwnCounts(
            "(rater, class, answer)",
            lambda shape: (shape[0], shape[2], shape[1]),
            full_spread,
        ),
    ),
    "one-coin": Family(
        "one-coin",
        one_coin_rates,
        lambda shape: shape[0] * min(shape[1] - 1, 1),
        one_coin_cells,
        row_axes=(1, 2),
        # with two, right in one class is wrong in the other; with more, wrong answers are alike
        classes_alike=lambda n_classes: n_classes == 2,
        own_counts=OwnCounts(
            "(rater, right or wrong)", lambda shape: (shape[0], 2), one_coin_spread
        ),
    ),
    "shared": Family(
        "shared",
        shared_rates,
        lambda shape: shape[2] * (shape[1] - 1),
        shared_cells,
        row_axes=(0, 1),
        classes_alike=lambda _: True,
        own_counts=OwnCounts("(class, answer)", lambda shape: (shape[2], shape[1]), shared_spread),
    ),
}
