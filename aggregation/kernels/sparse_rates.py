"""Dawid & Skene's model on cells that occur: rates of rows above a background, and the E-step.

A cell is a rater, a class and an answer that the rater gave to an item of which the class is a
candidate. Entries are votes by candidates, and lie rater by rater, so that what is read and written
of a rater stays together: those of vote v begin at ``vote_places[v]``, those of rater w at
``entry_starts[w]``, its cells at ``cell_starts[w]``, and its rows, the cells of a class, at
``row_starts[w]``.
"""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel
from .log_products import LEAST_PRODUCT, normalised_logs, take_logs_of_1_and

# Of items with more votes products are taken by logarithms where they may leave the range.
MANY_VOTES = 64


@kernel
def rates_of_rows(
    posterior: NDArray[np.float64],
    share: NDArray[np.int32],
    cell: NDArray[np.int32],
    row: NDArray[np.int32],
    entry_starts: NDArray[np.int64],
    cell_starts: NDArray[np.int64],
    row_starts: NDArray[np.int64],
    prior: NDArray[np.float64],
    row_count: float,
    borders: NDArray[np.int64],
    first: int,
    last: int,
    rates: NDArray[np.float64],
    penalties: NDArray[np.float64],
) -> None:
    """M-step: fill each entry's rate.

    A rate is ``(n + m b) / (N + m)`` with the cell's expected count n and the row's N; `prior` are
    the cells' m b, and m is `row_count`. `penalties`, one a block of raters, are minus m times the
    divergence of a row's background from its rates, added up over rows: ``m log(m / (N + m)) + sum
    over the row's cells of m b log(1 + n / (m b))``, for off the cells rates are the background's
    times m / (N + m).
    """
    most = 0
    for w in range(borders[first], borders[last]):
        most = max(most, entry_starts[w + 1] - entry_starts[w])
    penalty, values, counts = np.empty(most), np.empty(most), np.empty(most)
    room = values, counts, np.empty(most), np.empty(most), np.empty(most)
    for block in range(first, last):
        penalty[:] = 0.0
        for w in range(borders[block], borders[block + 1]):
            begin, end = entry_starts[w], entry_starts[w + 1]
            entries = share[begin:end], cell[begin:end], rates[begin:end]
            begin, end = cell_starts[w], cell_starts[w + 1]
            cells = row[begin:end], prior[begin:end]
            rows = row_starts[w], row_starts[w + 1] - row_starts[w]
            rates_of_rater(posterior, *entries, *cells, begin, *rows, row_count, room, penalty)
        penalties[block] = penalty.sum()


@kernel
def rates_of_rater(
    posterior: NDArray[np.float64],
    share: NDArray[np.int32],
    cell: NDArray[np.int32],
    rates: NDArray[np.float64],
    row: NDArray[np.int32],
    prior: NDArray[np.float64],
    first_cell: int,
    first_row: int,
    n_rows: int,
    row_count: float,
    room: tuple[NDArray[np.float64], ...],
    penalty: NDArray[np.float64],
) -> None:
    """Fill a rater's rates, and add to `penalty`, of which only the sum counts.

    Each loop does one thing, without branches or sums: the processor need not wait, and may do some
    turns at a time. So what is read at random is first put in a row.
    """
    values, counts, sums, mantissas, exponents = room
    for t in range(len(share)):
        values[t] = posterior[np.uintp(share[t])]
    counts[: len(row)] = 0.0
    for t in range(len(cell)):
        counts[np.uintp(cell[t] - first_cell)] += values[t]
    sums[:n_rows] = 0.0
    for c in range(len(row)):
        sums[np.uintp(row[c] - first_row)] += counts[c]
    for c in range(len(row)):
        values[c] = counts[c] / prior[c]
    take_logs_of_1_and(values[: len(row)], mantissas, exponents)
    for c in range(len(row)):
        penalty[c] += prior[c] * values[c]
    for r in range(n_rows):
        values[r] = sums[r] / row_count
    take_logs_of_1_and(values[:n_rows], mantissas, exponents)
    for r in range(n_rows):
        penalty[r] -= row_count * values[r]
        sums[r] = 1.0 / (sums[r] + row_count)
    for c in range(len(row)):
        counts[c] = (counts[c] + prior[c]) * sums[np.uintp(row[c] - first_row)]
    for t in range(len(cell)):
        rates[t] = counts[np.uintp(cell[t] - first_cell)]


@kernel
def sparse_step(
    starts: NDArray[np.int64],
    places: NDArray[np.int64],
    classes: NDArray[np.int32],
    vote_places: NDArray[np.int64],
    known: NDArray[np.bool_],
    given: NDArray[np.float64],
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

    Fills the posterior, `logs`, the log-likelihood of each item, and `values`, a block's
    log-likelihood together. Where items are known, the posterior is what is `given`, and the item's
    value is ``sum t log(joint / t)``.
    """
    for block in range(first, last):
        value = 0.0
        for i in range(borders[block], borders[block + 1]):
            begin, end = np.uintp(places[i]), np.uintp(places[i + 1])
            first_vote, last_vote = np.uintp(starts[i]), np.uintp(starts[i + 1])
            logs[i] = 0.0
            total, largest = 0.0, 0.0
            for j in range(begin, end):
                joint = prior[np.uintp(classes[j])]
                for v in range(first_vote, last_vote):
                    joint *= rates[np.uintp(vote_places[v]) + np.uintp(j - begin)]
                posterior[j] = joint
                total += joint
                largest = max(largest, joint)
            if not known[i] and largest >= LEAST_PRODUCT:
                logs[i], scale = np.log(total), 1.0 / total
                for j in range(begin, end):
                    posterior[j] *= scale
            elif begin < end:
                shares, truth = posterior[begin:end], given[begin:end]
                joint_logs(
                    vote_places[first_vote:last_vote], classes[begin:end], rates, prior, shares
                )
                if known[i]:
                    logs[i] = (truth * (shares - np.log(truth))).sum()
                    shares[:] = truth
                else:
                    logs[i] = normalised_logs(shares, 0, len(shares))
            value += logs[i]
        values[block] = value


@kernel
def joint_logs(
    vote_places: NDArray[np.int64],
    classes: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    logs: NDArray[np.float64],
) -> None:
    """Fill the logarithm of an item's votes and each candidate together."""
    for j in range(len(logs)):
        logs[j] = np.log(prior[classes[j]])
        for v in range(len(vote_places)):
            logs[j] += np.log(rates[vote_places[v] + j])


@kernel
def rates_of_classes(
    pair_starts: NDArray[np.int64],
    pair_answers: NDArray[np.int32],
    row_starts: NDArray[np.int64],
    row_classes: NDArray[np.int32],
    cell_starts: NDArray[np.int64],
    row: NDArray[np.int32],
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
        rows, cells = row_starts[w], cell_starts[w]
        of_rows, of_cells = row_classes[rows : row_starts[w + 1]], row[cells : cell_starts[w + 1]]
        low = rows + np.searchsorted(of_rows, first_class)
        high = rows + np.searchsorted(of_rows, last_class)
        for r in range(low, high):
            scales[row_classes[r] - first_class] = row_count / totals[r]
        for p in range(begin, end):
            answer = pair_answers[p]
            for k in range(first_class, last_class):
                rate = right[w] if answer == k else (1.0 - right[w]) * confusions[answer, k]
                table[p, k - first_class] = rate * scales[k - first_class]
        c = cells + np.searchsorted(of_cells, low)
        for r in range(low, high):
            p = begin
            while c < cell_starts[w + 1] and row[c] == r:
                while pair_answers[p] < cell_answers[c]:
                    p += 1
                table[p, row_classes[r] - first_class] += counts[c] / totals[r]
                c += 1


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
