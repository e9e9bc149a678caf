"""Columns of the inverse information for chosen cells, where the matrix would be too large."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError
from ..models.fit import Fit
from .information import (
    FLAT,
    LEAST_SHARE,
    NOT_A_MAXIMUM,
    Cells,
    Columns,
    no_maximum,
    open_items,
)

# A column is found when its residual has shrunk to this share. The condition of the information is
# at most 1 / FLAT, of which conjugate gradients feel the root.
ENOUGH = 1e-11
MOST_STEPS = 10_000

Product = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def columns_of_inverse(fit: Fit, cells: Cells, chosen: NDArray[np.int64]) -> Columns:
    """Solve for the columns of some cells by conjugate gradients; no matrix is made.

    Raises
    ------
    VoteError
        If the fit is not at a maximum, or steps run out.

    References
    ----------
    Hestenes & Stiefel (1952), Methods of conjugate gradients for solving linear systems, Journal of
    Research of the National Bureau of Standards 49(6), 409-436.
    """
    from ..kernels.threads import thread_count

    within = _projection(cells)
    times = _information_product(fit, cells, within)

    def column(cell: int) -> tuple[NDArray[np.float64], bool]:
        unit = np.zeros(len(cells.values))
        unit[cell] = 1
        return conjugate_gradients(times, within(unit))

    found = Columns(np.zeros((len(cells.values), len(chosen))), np.zeros(len(chosen), dtype=bool))
    with ThreadPoolExecutor(thread_count(None, fit.votes.n_votes)) as pool:
        for k, (solution, unknown) in enumerate(pool.map(column, chosen.tolist())):
            found.values[:, k], found.unknown[k] = solution, unknown
    return found


def conjugate_gradients(
    times: Product, aim: NDArray[np.float64]
) -> tuple[NDArray[np.float64], bool]:
    """Solve ``times(x) = aim``; return `x`, and whether it runs off in a flat direction.

    Examples
    --------
    >>> conjugate_gradients(lambda x: np.array([0.5, 1.0]) * x, np.array([1.0, 1.0]))[0].round(9)
    array([2., 1.])
    """
    x, residual = np.zeros_like(aim), aim.copy()
    direction, left = residual, float(residual @ residual)
    enough = ENOUGH**2 * left
    for _ in range(MOST_STEPS):
        if left <= enough:
            return x, False
        ahead = times(direction)
        curvature, length = float(direction @ ahead), float(direction @ direction)
        if curvature < NOT_A_MAXIMUM * length:
            raise no_maximum(curvature / length)
        if curvature < FLAT * length:  # what is left lies there: how much of a unit change is it?
            return x, left > LEAST_SHARE
        x = x + left / curvature * direction
        residual = residual - left / curvature * ahead
        before, left = left, float(residual @ residual)
        direction = residual + left / before * direction
    raise VoteError(
        f"{MOST_STEPS:,} steps of conjugate gradients have not found the standard errors: some "
        "parameters are hardly told by the votes. Fit with a pseudo_count, such as 0.1"
    )


def _projection(cells: Cells) -> Product:
    """Project changes onto the plane where each row of cells sums to 1."""
    normal = cells.per_change
    row = np.unique(cells.rows, return_inverse=True)[1]
    of_row = normal / np.bincount(row, normal**2)[row]

    def within(change: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(change - of_row * np.bincount(row, normal * change)[row])

    return within


def _information_product(fit: Fit, cells: Cells, within: Product) -> Product:
    """Multiply changes within the plane with the relative information (Louis 1982, eq. 3.2)."""
    from ..kernels.information import missing_product

    items = open_items(fit)
    data = *items.patterns[:3], items.posterior, cells.of_parameter
    root = np.sqrt(cells.counts)

    def times(change: NDArray[np.float64]) -> NDArray[np.float64]:
        missing = np.zeros(len(root))
        missing_product(*data, change / root, missing)
        return within(change - missing / root)

    return times
