"""Dawid & Skene's model straight from the paper, slow and sure, sharing no code with the package.

Votes are (item, rater, answer) triples in a list; a vote that is there twice counts twice. Numbers
may be Fractions, and then everything but logarithms is exact, or floats. The paper's symbols are
patient i, observer k, response l, true response j; T_ij is the weight of class j in item i, and
n_il^(k) the number of times that observer k gave response l to patient i.

A. P. Dawid & A. M. Skene (1979), Maximum likelihood estimation of observer error-rates using the EM
algorithm, Applied Statistics 28(1), 20-28.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

Triple = tuple[int, int, int]
Number = Any  # Fraction or float
Row = list[Number]
Rates = list[list[Row]]  # rater, class, answer


def exact(values: Any) -> Any:
    """Nested lists (or arrays) of numbers as nested lists of Fractions, each the same number."""
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, list | tuple):
        return [exact(value) for value in values]
    return Fraction(values)


def error_rates(
    triples: Sequence[Triple],
    weights: Sequence[Row],
    *,
    n_raters: int,
    n_answers: int,
    pseudo_count: Rates | None = None,
) -> Rates:
    """Eq. 2.3: for observer k and class j, the share of response l; 0/0 is a uniform row.

    `pseudo_count[k][j][l]` is added to the count of response l.
    """
    n_classes = len(weights[0])
    times = Counter(triples)
    rates: Rates = []
    for k in range(n_raters):
        rates.append([])
        for j in range(n_classes):
            counts: Row = []
            for l in range(n_answers):  # noqa: E741 -- as in the paper
                count = Fraction(0) if pseudo_count is None else pseudo_count[k][j][l]
                for i in range(len(weights)):
                    count += weights[i][j] * times[i, k, l]
                counts.append(count)
            total = sum(counts)
            uniform = [Fraction(1, n_answers)] * n_answers
            rates[k].append([count / total for count in counts] if total > 0 else uniform)
    return rates


def class_prior(weights: Sequence[Row]) -> Row:
    """Eq. 2.4: the share of each class among the items, in so far as their class is known."""
    totals = [sum(row[j] for row in weights) for j in range(len(weights[0]))]
    return [total / sum(totals) for total in totals]


def joint(triples: Sequence[Triple], *, n_items: int, rates: Rates, prior: Row) -> list[Row]:
    """Probability of each item's votes and class j together: the terms of eq. 2.5."""
    terms = [list(prior) for _ in range(n_items)]
    for i, k, l in triples:  # noqa: E741
        for j in range(len(prior)):
            terms[i][j] *= rates[k][j][l]
    return terms


def posterior(triples: Sequence[Triple], *, n_items: int, rates: Rates, prior: Row) -> list[Row]:
    """Eq. 2.5: the probability of each class given the item's votes."""
    terms = joint(triples, n_items=n_items, rates=rates, prior=prior)
    return [[term / sum(row) for term in row] for row in terms]


def log_likelihood(triples: Sequence[Triple], *, n_items: int, rates: Rates, prior: Row) -> float:
    """Log of the probability of all votes, each item's summed over its classes, in nats."""
    terms = joint(triples, n_items=n_items, rates=rates, prior=prior)
    return math.fsum(logarithm(sum(row)) for row in terms)


def logarithm(number: Number) -> float:
    """Natural logarithm of a positive number, which may be far too small for a float."""
    if isinstance(number, float):
        return math.log(number)
    fraction = Fraction(number)
    bits = fraction.numerator.bit_length() - fraction.denominator.bit_length()
    return math.log(fraction / Fraction(2) ** bits) + bits * math.log(2)
