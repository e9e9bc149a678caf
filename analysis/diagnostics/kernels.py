"""What a model expects of votes to come: kinds of items, and entropies, as loops over items."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation.kernels.jit import kernel


@kernel
def add_kinds(
    starts: NDArray[np.int64],
    answers: NDArray[np.integer[Any]],
    after: NDArray[np.int32],
    first: NDArray[np.int64],
    counted: NDArray[np.int64],
) -> None:
    """Add each item to its kind, shape (n_kinds,); `after` and `first` are a `KindTable`'s."""
    for i in range(len(starts) - 1):
        begin, end = starts[i], starts[i + 1]
        if begin == end:
            continue
        state = np.int64(0)
        for v in range(begin, end):
            state = np.int64(after[state, answers[v]])
        counted[first[end - begin] + state] += 1


@kernel
def add_expected_kinds(
    starts: NDArray[np.int64],
    raters: NDArray[np.int32],
    rates: NDArray[np.float64],
    classes: NDArray[np.float64],
    after: NDArray[np.int32],
    first: NDArray[np.int64],
    expected: NDArray[np.float64],
) -> None:
    """Add to `expected`, shape (n_kinds,), each item's probability of each kind.

    `rates` has shape (n_raters, n_classes, n_answers); `classes` (n_items, n_classes) the
    probability of each class; `after` and `first` are a `KindTable`'s. Given its class, an item's
    votes are independent, so they are added one after the other.
    """
    n_answers = after.shape[1]
    # The last state has all votes of the last answer.
    chance = np.empty(after[len(after) - 1, n_answers - 1] + 1)
    for i in range(len(starts) - 1):
        begin, end = starts[i], starts[i + 1]
        if begin == end:
            continue
        for j in range(classes.shape[1]):
            if classes[i, j] == 0.0:  # of a known item
                continue
            last = np.int64(0)
            chance[0] = classes[i, j]
            for v in range(begin, end):
                rate = rates[raters[v], j]
                until = np.int64(after[last, n_answers - 1])
                chance[last + 1 : until + 1] = 0.0
                # A vote leaves the state alone or makes it larger: from the top down, every state
                # is read before anything is added to it.
                for state in range(last, -1, -1):
                    before = chance[state]
                    for k in range(1, n_answers):
                        chance[after[state, k]] += before * rate[k]
                    chance[state] = before * rate[0]
                last = until
            kind = first[end - begin]
            for state in range(last + 1):
                expected[kind + state] += chance[state]


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
