"""Where three points in a row lead: what SQUAREM extrapolates along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...kernels.table_rates import bend, go_beyond
from ...kernels.threads import Threads
from .by_code import Layout, rater_pieces, vector_pieces

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
    """Any points, and what brings a vector back among the parameters.

    Long ones are gone through in pieces that stay in a processor's cache; threads share these, and
    sums do not depend on their number.

    Parameters
    ----------
    project : callable
        Brings a vector back, given another that is one of the parameters.
    threads : Threads, optional
    empty : callable, optional
        Makes a vector of so many entries. Default: `numpy.empty`.
    """

    def __init__(
        self,
        project: Project,
        threads: Threads | None = None,
        empty: Callable[[int], NDArray[np.float64]] = np.empty,
    ) -> None:
        self.project = project
        self.threads = threads or Threads()
        self.empty = empty

    def bend(
        self, x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]
    ) -> tuple[float, float]:
        """See :meth:`Line.bend`."""
        pieces = vector_pieces(len(x))
        sums = np.empty((len(pieces), 2))

        def work(begin: int, end: int) -> None:
            for number in range(begin, end):
                r, v = differences(x, y, z, pieces[number])
                # not r @ r: BLAS shares long vectors among all the processors that there are
                sums[number] = np.square(r).sum(), np.square(v).sum()

        self.threads.share(work, len(pieces))
        squares, curvature = sums.sum(axis=0).tolist()
        return squares, curvature

    def beyond(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        z: NDArray[np.float64],
        length: float,
    ) -> NDArray[np.float64]:
        """See :meth:`Line.beyond`."""
        pieces, out = vector_pieces(len(x)), self.empty(len(x))

        def work(begin: int, end: int) -> None:
            for piece in pieces[begin:end]:
                r, v = differences(x, y, z, piece)
                out[piece] = x[piece] + 2 * length * r + length**2 * v

        self.threads.share(work, len(pieces))
        return self.project(out, z)


def differences(
    x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64], piece: slice
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a piece of ``r = y - x`` and of ``v = z - y - r``."""
    r = y[piece] - x[piece]
    return r, z[piece] - y[piece] - r


class TableLine:
    """Points that are large tables of rates, and a class prior: only the point itself is made.

    Threads share the work in pieces that do not depend on their number.

    Parameters
    ----------
    layout : Layout
    threads : Threads
    empty : callable
        Makes a vector of so many entries.
    settled : callable
        Puts what is not free in a vector in its place, and returns it.
    """

    def __init__(
        self,
        layout: Layout,
        threads: Threads,
        empty: Callable[[int], NDArray[np.float64]],
        settled: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    ) -> None:
        self.layout = layout
        self.threads = threads
        self.empty = empty
        self.settled = settled

    def bend(
        self, x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]
    ) -> tuple[float, float]:
        """See :meth:`Line.bend`."""
        (_, n_answers, n_classes), rows = self.layout
        pieces = np.array(rater_pieces(self.layout.shape))
        sums = np.zeros((len(pieces), 2, n_classes))
        of_rates = x, y, z, rows, n_answers, pieces
        self.threads.share(lambda a, b: bend(*of_rates, a, b, sums), len(pieces) - 1)
        prior, one = slice(-n_classes, None), np.arange(2)  # a table of a single row
        bend(x[prior], y[prior], z[prior], one, 1, one, 0, 1, sums[-1:])
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
        (n_raters, n_answers, n_classes), rows = self.layout
        out = self.empty(len(x))
        given = x, y, z, length, rows, n_answers, n_classes
        self.threads.share(lambda a, b: go_beyond(*given, a, b, out), n_raters)
        prior = slice(-n_classes, None)  # sums to 1 as the answers of a single class do
        of_classes = np.array([0, n_classes]), n_classes, 1, 0, 1
        go_beyond(x[prior], y[prior], z[prior], length, *of_classes, out[prior])
        return self.settled(out)
