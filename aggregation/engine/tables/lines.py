"""Where three points in a row lead: what SQUAREM extrapolates along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...kernels.tables import bend, go_beyond
from ...kernels.threads import Threads
from .by_code import each_piece

Project = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


class Line(Protocol):
    """What SQUAREM asks of three points in a row: how they bend, and where they lead."""

    def bend(
        self, x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]
    ) -> tuple[float, float]:
        """Return the squares of ``r = y - x``, and of ``v = z - y - r``, summed."""

    def beyond(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        z: NDArray[np.float64],
        length: float,
    ) -> NDArray[np.float64]:
        """Return ``x + 2 length r + length**2 v``, brought back among the parameters."""


class PlainLine:
    """Any points, and what brings a vector back among the parameters."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def bend(
        self, x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]
    ) -> tuple[float, float]:
        """See :meth:`Line.bend`."""
        r = y - x
        v = z - y - r
        # not r @ r: BLAS shares long vectors among as many threads as there are processors
        return float(np.square(r).sum()), float(np.square(v).sum())

    def beyond(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        z: NDArray[np.float64],
        length: float,
    ) -> NDArray[np.float64]:
        """See :meth:`Line.beyond`."""
        r = y - x
        v = z - y - r
        return self.project(x + 2 * length * r + length**2 * v, z)


class TableLine:
    """Points that are large tables of rates, and a class prior: only the point itself is made.

    Threads share the work in pieces that do not depend on their number.

    Parameters
    ----------
    shape : tuple of int
        (n_raters, n_answers, n_classes).
    threads : Threads
    empty : callable
        Makes a vector of so many entries.
    settled : callable
        Puts what is not free in a vector in its place, and returns it.
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        threads: Threads,
        empty: Callable[[int], NDArray[np.float64]],
        settled: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    ) -> None:
        self.shape = shape
        self.threads = threads
        self.empty = empty
        self.settled = settled

    def bend(
        self, x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]
    ) -> tuple[float, float]:
        """See :meth:`Line.bend`."""
        sums = np.zeros((self.shape[0] + 1, 2, self.shape[2]))

        def work(first: int, last: int) -> None:
            part = self._part(first, last)
            bend(x[part], y[part], z[part], sums[first])

        each_piece(self.threads, self.shape, work)
        prior = slice(-self.shape[2], None)
        bend(x[prior], y[prior], z[prior], sums[-1])
        squares, curvature = sums.sum(axis=(0, 2)).tolist()
        return squares, curvature

    def beyond(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        z: NDArray[np.float64],
        length: float,
    ) -> NDArray[np.float64]:
        """See :meth:`Line.beyond`: what leaves its range comes to a tenth of what it is in `z`."""
        _, n_answers, n_classes = self.shape
        out = self.empty(len(x))

        def work(first: int, last: int) -> None:
            part = self._part(first, last)
            go_beyond(x[part], y[part], z[part], length, n_answers, n_classes, out[part])

        each_piece(self.threads, self.shape, work)
        prior = slice(-n_classes, None)  # sums to 1 as the answers of a single class do
        go_beyond(x[prior], y[prior], z[prior], length, n_classes, 1, out[prior])
        return self.settled(out)

    def _part(self, first: int, last: int) -> slice:
        """Return where the rates of some raters are in a vector."""
        size = self.shape[1] * self.shape[2]
        return slice(first * size, last * size)
