"""Sweeps of a collapsed Gibbs sampler over the classes of items."""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

Array = NDArray[np.float64]

# Products of so many probabilities cannot underflow before they are scaled.
VOTES_AT_ONCE = 16
LEAST = 1e-300


@kernel
def sweep_classes(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    n_answers: int,
    uniforms: Array,
    keep: bool,
    classes: NDArray[np.int64],
    counts: Array,
    rows: Array,
    sizes: Array,
    posterior: Array,
    rates: Array,
    trace: Array,
    log_density: float,
) -> float:
    """Draw the class of each item given those of all others, once for each row of `uniforms`.

    An item is of class k with a probability in proportion to ``sizes[k]`` times, for each of its
    votes, ``counts[code, k] / rows[rater, k]``, all without the item, but with those of its votes
    that came before (the predictive of a Dirichlet prior; Kim & Ghahramani 2012, integrated out).

    `counts`, `rows` and `sizes` are those of the priors and of all items together, and are kept so.
    With `keep`, these probabilities are added to `posterior`, and the means of the error rates,
    (n_codes, n_classes), to `rates`. `trace` gets a row a sweep: the log density of votes and
    classes, which is `log_density` before, and the sizes. Returned is the last log density.
    """
    n_classes = len(sizes)
    p = np.empty(n_classes)
    for s in range(len(uniforms)):
        for i in range(len(classes)):
            begin, end, before = starts[i], starts[i + 1], classes[i]
            put(begin, end, codes, n_answers, -1.0, before, counts, rows, sizes)
            p[:] = sizes
            last_code, last_rater, same_code, same_rater = -1, -1, 0.0, 0.0
            for v in range(begin, end):
                code, rater = codes[v], codes[v] // n_answers
                same_code = same_code + 1.0 if code == last_code else 0.0
                same_rater = same_rater + 1.0 if rater == last_rater else 0.0
                for k in range(n_classes):
                    p[k] *= (counts[code, k] + same_code) / (rows[rater, k] + same_rater)
                if (v - begin) % VOTES_AT_ONCE == VOTES_AT_ONCE - 1:
                    p /= p.max()
                last_code, last_rater = code, rater
            total, below, after = p.sum(), 0.0, n_classes - 1
            place = uniforms[s, i] * total
            for k in range(n_classes):
                below += p[k]
                if place < below:
                    after = k
                    break
            while p[after] == 0.0:  # the sum was rounded
                after -= 1
            if keep:
                for k in range(n_classes):
                    posterior[i, k] += p[k] / total
            if after != before:
                log_density += np.log(max(p[after], LEAST)) - np.log(max(p[before], LEAST))
            classes[i] = after
            put(begin, end, codes, n_answers, 1.0, after, counts, rows, sizes)
        trace[s, 0] = log_density
        trace[s, 1:] = sizes
        if keep:
            for code in range(len(counts)):
                for k in range(n_classes):
                    rates[code, k] += counts[code, k] / rows[code // n_answers, k]
    return log_density


@kernel
def put(
    begin: int,
    end: int,
    codes: NDArray[np.int32],
    n_answers: int,
    weight: float,
    k: int,
    counts: Array,
    rows: Array,
    sizes: Array,
) -> None:
    """Count an item with its votes in a class, or, with a weight of -1, no longer."""
    sizes[k] += weight
    for v in range(begin, end):
        counts[codes[v], k] += weight
        rows[codes[v] // n_answers, k] += weight
