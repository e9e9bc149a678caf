"""What a model expects of votes: kinds of items, entropies, and items with fewer of their votes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation.kernels.jit import kernel
from aggregation.kernels.rescaling import LEAST_EXACT, e_step_rescaled, underflows

# Up to so many votes of an item, each is held against each.
FEW = 16


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
def add_drawn_kinds(
    starts: NDArray[np.int64],
    raters: NDArray[np.int32],
    places: NDArray[np.float64],
    classes: NDArray[np.float64],
    rates: NDArray[np.float64],
    after: NDArray[np.int32],
    first: NDArray[np.int64],
    counted: NDArray[np.int64],
) -> None:
    """Draw each item's class and answers, and add it to its kind, shape (n_kinds,).

    `places` has uniform draws from 0..1, of items and then of votes, which lie in steps of these
    bounds: `classes` (n_items, n_classes - 1) and `rates` (n_raters, n_classes, n_answers - 1).
    """
    n_items = len(starts) - 1
    for i in range(n_items):
        begin, end = starts[i], starts[i + 1]
        if begin == end:
            continue
        j = step_of(places[i], classes[i])
        state = np.uint64(0)
        for v in range(begin, end):
            step = step_of(places[n_items + v], rates[np.uint64(raters[v]), j])
            state = np.uint64(after[state, step])
        counted[first[end - begin] + np.int64(state)] += 1


@kernel
def step_of(place: float, bounds: NDArray[np.float64]) -> np.uint64:
    """Count the bounds up to a place: all are asked, for where to stop no processor can guess.

    An index that may be below 0 would be asked whether it counts from the end: this one is not.
    """
    step = 0
    for k in range(len(bounds)):
        step += place >= bounds[k]
    return np.uint64(step)


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


@kernel
def rank_votes(
    starts: NDArray[np.int64], numbers: NDArray[np.float64], place: NDArray[np.int64]
) -> None:
    """Fill the place 0, 1, ... of each vote among its item's, by ascending numbers, (n_votes,).

    Most items have a few votes, of which any two are counted: no processor could guess how a
    comparison ends. One may have very many: Shell's sort.
    """
    order = np.empty(np.max(np.diff(starts)), dtype=np.int64)
    for i in range(len(starts) - 1):
        begin, size = starts[i], starts[i + 1] - starts[i]
        if size <= FEW:
            for vote in range(begin, begin + size):
                rank = np.int64(0)
                for other in range(begin, vote):
                    is_later = np.int64(numbers[other] > numbers[vote])
                    place[other] += is_later
                    rank += 1 - is_later
                place[vote] = rank
            continue
        for k in range(size):
            order[k] = begin + k
        gap = size // 2
        while gap > 0:
            for k in range(gap, size):
                vote, to = order[k], k
                while to >= gap and numbers[order[to - gap]] > numbers[vote]:
                    order[to] = order[to - gap]
                    to -= gap
                order[to] = vote
            gap //= 2
        for k in range(size):
            place[order[k]] = k


@kernel
def fill_posterior(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    place: NDArray[np.int64],
    most: int,
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    posterior: NDArray[np.float64],
) -> None:
    """Fill items' posteriors, given the votes whose place is below `most` and no others.

    `rates` has shape (n_raters * n_answers, n_classes), a row a code. Likelihoods are multiplied in
    the order of the votes and then by the prior, for the bits of :func:`aggregation.e_step`.
    """
    n_classes = len(prior)
    for i in range(len(starts) - 1):
        begin, end = starts[i], starts[i + 1]
        row = posterior[i]
        total, least = 0.0, np.inf
        for j in range(n_classes):
            likelihood = 1.0
            for v in range(begin, end):
                # of each vote: whether it counts no processor can guess
                rate = rates[np.uint64(codes[v]), j]
                likelihood *= rate if place[v] < most else 1.0
            row[j] = likelihood * prior[j]
            total += row[j]
            least = min(least, row[j])
        if least < LEAST_EXACT:
            taken = codes[begin:end][place[begin:end] < most]
            if underflows(0, len(taken), taken, rates, prior, row):
                e_step_rescaled(0, len(taken), taken, rates, prior, row)
                continue
        for j in range(n_classes):
            row[j] /= total
