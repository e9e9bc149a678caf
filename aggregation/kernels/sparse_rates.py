"""Dawid & Skene's model on cells that occur: rates of rows above a background, and the E-step.

A cell is a rater, a class and an answer that the rater gave to an item of which the class is a
candidate. Entries are votes by candidates, and lie rater by rater, so that what is written of a
rater stays together: those of vote v begin at ``vote_places[v]``.
"""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel
from .log_products import LARGE, LEAST_PRODUCT, log_of_1_and, normalised_logs

# Of items with more votes products are taken by logarithms where they may leave the range.
MANY_VOTES = 64


@kernel
def list_entries(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    n_answers: int,
    n_classes: int,
    places: NDArray[np.int64],
    classes: NDArray[np.int32],
    vote_places: NDArray[np.int64],
    keys: NDArray[np.int64],
    share: NDArray[np.int32],
) -> None:
    """Fill each entry's cell, as one number, and its place among the posteriors."""
    for i in range(len(starts) - 1):
        for v in range(starts[i], starts[i + 1]):
            rater, answer = divmod(np.int64(codes[v]), n_answers)
            e = vote_places[v]
            for j in range(places[i], places[i + 1]):
                keys[e] = (rater * n_classes + classes[j]) * n_answers + answer
                share[e] = j
                e += 1


@kernel
def sort_entries(
    ends: NDArray[np.int64],
    first: int,
    last: int,
    keys: NDArray[np.int64],
    share: NDArray[np.int32],
    entry: NDArray[np.int32],
) -> None:
    """Sort some raters' entries by their cells; `entry` is filled with where each was."""
    for w in range(first, last):
        begin, end = ends[w], ends[w + 1]
        order = np.argsort(keys[begin:end], kind="mergesort")
        keys[begin:end] = keys[begin:end][order]
        share[begin:end] = share[begin:end][order]
        for t in range(end - begin):
            entry[begin + t] = begin + order[t]


@kernel
def rates_of_rows(
    posterior: NDArray[np.float64],
    share: NDArray[np.int32],
    entry: NDArray[np.int32],
    cell_starts: NDArray[np.int32],
    row_starts: NDArray[np.int32],
    rater_starts: NDArray[np.int64],
    prior: NDArray[np.float64],
    row_count: float,
    borders: NDArray[np.int64],
    first: int,
    last: int,
    counts: NDArray[np.float64],
    totals: NDArray[np.float64],
    rates: NDArray[np.float64],
    penalties: NDArray[np.float64],
) -> None:
    """M-step: fill each cell's expected count, each row's total, and each entry's rate.

    A rate is ``(n + m b) / (N + m)``, with `prior` the cells' m b, and m = `row_count`; `totals`
    are N + m. `penalties`, one a block of raters, are minus m times the divergence of a row's
    background from its rates, added up over rows: ``m log(m / (N + m)) + sum over the row's cells
    of m b log(1 + n / (m b))``, for off the cells rates are the background's times m / (N + m).
    """
    for block in range(first, last):
        penalty, product = 0.0, 1.0
        for r in range(rater_starts[borders[block]], rater_starts[borders[block + 1]]):
            total = row_count
            for c in range(row_starts[r], row_starts[r + 1]):
                count = 0.0
                for t in range(cell_starts[c], cell_starts[c + 1]):
                    count += posterior[share[t]]
                counts[c] = count
                total += count
                penalty += prior[c] * log_of_1_and(count / prior[c])
            totals[r] = total
            product *= total / row_count
            if product > LARGE:  # logarithms are slow: they are taken of products
                penalty -= row_count * np.log(product)
                product = 1.0
            scale = 1.0 / total
            for c in range(row_starts[r], row_starts[r + 1]):
                rate = (counts[c] + prior[c]) * scale
                for t in range(cell_starts[c], cell_starts[c + 1]):
                    rates[entry[t]] = rate
        penalties[block] = penalty - row_count * np.log(product)


@kernel
def sparse_step(
    starts: NDArray[np.int64],
    places: NDArray[np.int64],
    classes: NDArray[np.int32],
    vote_places: NDArray[np.int64],
    known: NDArray[np.bool_],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    borders: NDArray[np.int64],
    first: int,
    last: int,
    posterior: NDArray[np.float64],
    logs: NDArray[np.float64],
    values: NDArray[np.float64],
) -> None:
    """E-step (Dawid & Skene 1979, eq. 2.5) over each item's candidates.

    Fills the posterior of open items, `logs`, the log-likelihood of each, and `values`, a block's
    log-likelihood together. Where the posterior is known, it is read, and the item's value is
    ``sum t log(joint / t)``.
    """
    for block in range(first, last):
        value = 0.0
        for i in range(borders[block], borders[block + 1]):
            begin, end = places[i], places[i + 1]
            logs[i] = 0.0
            if known[i]:
                for j in range(begin, end):
                    joint = np.log(prior[classes[j]] / posterior[j])
                    for v in range(starts[i], starts[i + 1]):
                        joint += np.log(rates[vote_places[v] + j - begin])
                    logs[i] += posterior[j] * joint
                value += logs[i]
                continue
            if begin == end:
                continue
            for j in range(begin, end):
                posterior[j] = prior[classes[j]]
            for v in range(starts[i], starts[i + 1]):
                e = vote_places[v] - begin
                for j in range(begin, end):
                    posterior[j] *= rates[e + j]
            total, largest = 0.0, 0.0
            for j in range(begin, end):
                total += posterior[j]
                largest = max(largest, posterior[j])
            if largest >= LEAST_PRODUCT:
                logs[i] = np.log(total)
                for j in range(begin, end):
                    posterior[j] /= total
            else:
                for j in range(begin, end):
                    posterior[j] = np.log(prior[classes[j]])
                for v in range(starts[i], starts[i + 1]):
                    e = vote_places[v] - begin
                    for j in range(begin, end):
                        posterior[j] += np.log(rates[e + j])
                logs[i] = normalised_logs(posterior, begin, end)
            value += logs[i]
        values[block] = value


@kernel
def rates_of_classes(
    pair_starts: NDArray[np.int64],
    pair_answers: NDArray[np.int32],
    rater_starts: NDArray[np.int64],
    row_classes: NDArray[np.int32],
    row_starts: NDArray[np.int32],
    cell_answers: NDArray[np.int32],
    counts: NDArray[np.float64],
    totals: NDArray[np.float64],
    right: NDArray[np.float64],
    confusions: NDArray[np.float64],
    row_count: float,
    first_class: int,
    last_class: int,
    first: int,
    last: int,
    table: NDArray[np.float64],
) -> None:
    """Fill `table` with the rates of some classes, a row for each pair of rater and answer.

    A rater's pairs are those from `pair_starts[w]` on, by ascending answers `pair_answers`.
    """
    scales = np.empty(last_class - first_class)
    for w in range(first, last):
        begin, end = pair_starts[w], pair_starts[w + 1]
        if begin == end:
            continue
        scales[:] = 1.0
        rows = row_classes[rater_starts[w] : rater_starts[w + 1]]
        low = rater_starts[w] + np.searchsorted(rows, first_class)
        high = rater_starts[w] + np.searchsorted(rows, last_class)
        for r in range(low, high):
            scales[row_classes[r] - first_class] = row_count / totals[r]
        for p in range(begin, end):
            answer = pair_answers[p]
            for k in range(first_class, last_class):
                rate = right[w] if answer == k else (1.0 - right[w]) * confusions[answer, k]
                table[p, k - first_class] = rate * scales[k - first_class]
        for r in range(low, high):
            p = begin
            for c in range(row_starts[r], row_starts[r + 1]):
                while pair_answers[p] < cell_answers[c]:
                    p += 1
                table[p, row_classes[r] - first_class] += counts[c] / totals[r]


@kernel
def mass_of_classes(
    starts: NDArray[np.int64],
    pairs: NDArray[np.int32],
    places: NDArray[np.int64],
    classes: NDArray[np.int32],
    known: NDArray[np.bool_],
    logs: NDArray[np.float64],
    prior: NDArray[np.float64],
    table: NDArray[np.float64],
    first_class: int,
    last_class: int,
    first: int,
    last: int,
    outside: NDArray[np.float64],
) -> None:
    """Add to `outside` the mass of those classes that are no candidates of an open item.

    It is in units of that of the candidates, of which `logs` are the logarithms: each vote is
    divided by its part of it, so that products stay in range.
    """
    width = last_class - first_class
    row = np.empty(width)
    for i in range(first, last):
        n_votes = starts[i + 1] - starts[i]
        if known[i] or n_votes == 0:
            continue
        many = n_votes > MANY_VOTES
        part = logs[i] / n_votes
        factor = np.exp(-part)
        row[:] = prior[first_class:last_class]
        if many:
            row[:] = np.log(row)
        for v in range(starts[i], starts[i + 1]):
            of_pair = table[pairs[v]]
            if many:
                for k in range(width):
                    row[k] += np.log(of_pair[k]) - part
            else:
                for k in range(width):
                    row[k] *= of_pair[k] * factor
        if many:
            row[:] = np.exp(row)
        for j in range(places[i], places[i + 1]):
            if first_class <= classes[j] < last_class:
                row[classes[j] - first_class] = 0.0
        outside[i] += row.sum()
