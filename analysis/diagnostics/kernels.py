"""What a model expects of votes to come: kinds of items, and entropies, as loops over items."""

import numpy as np
from numpy.typing import NDArray

from aggregation.kernels.jit import kernel


@kernel
def add_expected_kinds(
    starts: NDArray[np.int64],
    raters: NDArray[np.int32],
    rates: NDArray[np.float64],
    classes: NDArray[np.float64],
    steps: NDArray[np.int64],
    kind_of: NDArray[np.int64],
    expected: NDArray[np.float64],
) -> None:
    """Add to `expected`, shape (n_kinds,), each item's probability of each kind.

    `rates` has shape (n_raters, n_classes, n_answers); `classes` (n_items, n_classes) the
    probability of each class. A state is the number of votes so far of every answer but the last,
    in a mixed radix: one more vote of answer k adds ``steps[k]``, which is 0 for the last.
    ``kind_of[n_votes, state]`` is the kind. Given its class, an item's votes are independent, so
    they are added one after the other.
    """
    n_answers = len(steps)
    chance = np.empty(kind_of.shape[1])
    for i in range(len(starts) - 1):
        begin, end = starts[i], starts[i + 1]
        if begin == end:
            continue
        for j in range(classes.shape[1]):
            last = 0
            chance[0] = classes[i, j]
            for v in range(begin, end):
                rate = rates[raters[v], j]
                # From the top down, so that every state is read before it is written.
                for state in range(last + 1, last + steps[0] + 1):
                    chance[state] = 0.0
                last += steps[0]
                for state in range(last, -1, -1):
                    total = chance[state] * rate[n_answers - 1]
                    for k in range(n_answers - 1):
                        if state >= steps[k]:
                            total += chance[state - steps[k]] * rate[k]
                    chance[state] = total
            for state in range(last + 1):
                kind = kind_of[end - begin, state]
                if kind >= 0:
                    expected[kind] += chance[state]


@kernel
def mean_answer_entropy(
    posterior: NDArray[np.float64],
    rates: NDArray[np.float64],
    weights: NDArray[np.float64],
    entropy: NDArray[np.float64],
) -> None:
    """Entropy in nats of the next answer to each item, on average over raters.

    `rates` has shape (n_raters, n_classes, n_answers); the weights sum to 1.
    """
    n_raters, n_classes, n_answers = rates.shape
    for i in range(len(posterior)):
        total = 0.0
        for r in range(n_raters):
            if weights[r] == 0.0:
                continue
            for k in range(n_answers):
                chance = 0.0
                for j in range(n_classes):
                    chance += posterior[i, j] * rates[r, j, k]
                if chance > 0.0:
                    total -= weights[r] * chance * np.log(chance)
        entropy[i] = total
