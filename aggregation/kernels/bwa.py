"""Weighted means of votes as positions of items, and the squares that are left."""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel
from .rows import add_to_votes, load, plus_votes, store
from .turns import Desk, block_done, next_block

Array = NDArray[np.float64]


@kernel
def mean_step(
    desk: Desk,
    patience: int,
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    precisions: Array,
    own: Array,
    named: NDArray[np.int64],
    mean: Array,
    pull: Array,
    zeros: tuple[float, ...],
    borders: NDArray[np.int64],
    squares: Array,
    sums: Array,
    values: Array,
    positions: Array,
) -> None:
    """Fill the sums of squares that the positions of some blocks' items leave.

    A vote stands at 1 in the class that it names, at 0 in others. An item's position is the mean of
    its votes by their `precisions`, and of `mean` by `pull` (Li, Rubinstein & Cohn, WWW 2019).
    `precisions` and `own` are flat, `width` entries a code; `own` has the class ``named[code]``
    alone. `zeros` is a row, and classes take one or several.

    `squares` has shape (n_blocks, n_codes * width): of each code and class. `sums` are positions
    summed over items, `values` minus half the squares from the mean, both by block; `positions`,
    which may have no rows, are the patterns'.
    """
    width, step = np.uintp(len(mean)), np.uintp(len(zeros))
    position, above, squared = np.empty(len(mean)), np.empty(len(mean)), np.empty(len(mean))
    block = next_block(desk, patience)
    while block >= 0:
        middle = mean / pull
        square, total = squares[block], sums[block]
        square[:] = 0.0
        total[:] = 0.0
        value = 0.0
        for p in range(np.uintp(borders[block]), np.uintp(borders[block + 1])):
            begin, end = np.uintp(starts[p]), np.uintp(starts[p + np.uintp(1)])
            weight = np.float64(weights[p])
            for c in range(np.uintp(0), width, step):
                row = plus_votes(load(zeros, mean, c), own, codes, begin, end, width, c)
                store(above, c, row)
                row = plus_votes(load(zeros, pull, c), precisions, codes, begin, end, width, c)
                store(position, c, row)
            left = 0.0
            for k in range(width):
                there = above[k] / position[k]
                off = there - middle[k]
                left += pull[k] * (off * off)
                position[k] = there
                squared[k] = weight * (there * there)
                total[k] += weight * there
            value -= 0.5 * weight * left
            for c in range(np.uintp(0), width, step):
                add_to_votes(load(zeros, squared, c), square, codes, begin, end, width, c)
            for v in range(begin, end):
                code = np.uintp(codes[v])
                own_class = np.uintp(named[code])
                square[code * width + own_class] += weight * (1.0 - 2.0 * position[own_class])
            if len(positions) > 0:
                for k in range(np.uintp(positions.shape[1])):
                    positions[p, k] = position[k]
        values[block] = value
        block_done(desk)
        block = next_block(desk, patience)
