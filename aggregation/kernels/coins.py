"""One-coin raters on items with few classes each: E-step, counts, and what is confused with what.

An item's candidates are `classes` from `places[i]` to `places[i + 1]`; what belongs to them lies in
arrays of the same length. `known` says of which items the posteriors are given.
"""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel
from .log_products import LEAST_PRODUCT, normalised_logs


@kernel
def coin_step(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    n_answers: int,
    places: NDArray[np.int64],
    classes: NDArray[np.int32],
    known: NDArray[np.bool_],
    right: NDArray[np.float64],
    wrong: NDArray[np.float64],
    prior: NDArray[np.float64],
    borders: NDArray[np.int64],
    first: int,
    last: int,
    posterior: NDArray[np.float64],
    values: NDArray[np.float64],
) -> None:
    """Fill the posterior of open items, and each block's log-likelihood over the candidates.

    `right` and `wrong`, shape (n_raters,), are the probabilities of the right answer and of each
    wrong one.
    """
    for block in range(first, last):
        value = 0.0
        for i in range(borders[block], borders[block + 1]):
            begin, end = places[i], places[i + 1]
            if known[i] or begin == end:
                continue
            total, largest = 0.0, 0.0
            for j in range(begin, end):
                cls, joint = classes[j], prior[classes[j]]
                for v in range(starts[i], starts[i + 1]):
                    rater, answer = divmod(codes[v], n_answers)
                    joint *= right[rater] if answer == cls else wrong[rater]
                posterior[j] = joint
                total += joint
                largest = max(largest, joint)
            if largest >= LEAST_PRODUCT:
                value += np.log(total)
                for j in range(begin, end):
                    posterior[j] /= total
                continue
            for j in range(begin, end):
                cls, joint = classes[j], np.log(prior[classes[j]])
                for v in range(starts[i], starts[i + 1]):
                    rater, answer = divmod(codes[v], n_answers)
                    joint += np.log(right[rater] if answer == cls else wrong[rater])
                posterior[j] = joint
            value += normalised_logs(posterior, begin, end)
        values[block] = value


@kernel
def count_right(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    n_answers: int,
    places: NDArray[np.int64],
    classes: NDArray[np.int32],
    posterior: NDArray[np.float64],
    right: NDArray[np.float64],
) -> None:
    """Add to `right`, shape (n_raters,), the votes of each rater that are expected to be right."""
    for i in range(len(starts) - 1):
        for v in range(starts[i], starts[i + 1]):
            rater, answer = divmod(codes[v], n_answers)
            for j in range(places[i], places[i + 1]):
                if classes[j] == answer:
                    right[rater] += posterior[j]


@kernel
def count_confusions(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    n_answers: int,
    places: NDArray[np.int64],
    classes: NDArray[np.int32],
    posterior: NDArray[np.float64],
    counts: NDArray[np.float64],
) -> None:
    """Add to `counts`, shape (n_answers, n_classes), the wrong votes of all raters together."""
    for i in range(len(starts) - 1):
        for v in range(starts[i], starts[i + 1]):
            answer = codes[v] % n_answers
            for j in range(places[i], places[i + 1]):
                if classes[j] != answer:
                    counts[answer, classes[j]] += posterior[j]


@kernel
def likeliest_classes(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    n_answers: int,
    confusions: NDArray[np.float64],
    prior: NDArray[np.float64],
    wanted: NDArray[np.bool_],
    first: int,
    last: int,
    chosen: NDArray[np.int32],
) -> None:
    """Fill for each wanted item the likeliest of the classes that it was not answered with.

    All its votes are wrong there: they are as likely as ``prior[k] * product of confusions[a, k]``,
    but for a factor that is the same for all. `chosen` has a row an item; -1 where there are no
    more. Of equals the first is taken.
    """
    n_classes, most = len(prior), chosen.shape[1]
    scores, best = np.empty(n_classes), np.empty(most)
    for i in range(first, last):
        chosen[i] = -1
        if not wanted[i]:
            continue
        scores[:] = prior
        for v in range(starts[i], starts[i + 1]):
            of_answer = confusions[codes[v] % n_answers]
            largest = 0.0
            for k in range(n_classes):
                scores[k] *= of_answer[k]
                largest = max(largest, scores[k])
            if 0.0 < largest < LEAST_PRODUCT:
                scores /= largest
        for v in range(starts[i], starts[i + 1]):
            scores[codes[v] % n_answers] = 0.0
        found = 0
        for k in range(n_classes):
            if scores[k] <= 0.0 or (found == most and scores[k] <= best[most - 1]):
                continue
            place = min(found, most - 1)
            while place > 0 and best[place - 1] < scores[k]:
                best[place], chosen[i, place] = best[place - 1], chosen[i, place - 1]
                place -= 1
            best[place], chosen[i, place] = scores[k], k
            found = min(found + 1, most)
