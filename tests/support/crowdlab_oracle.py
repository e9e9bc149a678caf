"""CROWDLAB as the paper writes it, item by item and vote by vote."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes

Array = NDArray[np.float64]


def crowdlab(votes: Votes, guess: Array) -> Array:
    """Return posteriors of a second round, shape (n_items, n_answers)."""
    answers: list[list[tuple[int, int]]] = [[] for _ in range(votes.n_items)]
    for item, rater, answer in zip(votes.items, votes.raters, votes.answers, strict=True):
        answers[item].append((int(rater), int(answer)))
    overall = Counter(answer for votes_of in answers for _, answer in votes_of)
    consensus = []
    for item, votes_of in enumerate(answers):
        count = Counter(answer for _, answer in votes_of)
        keys = [
            (count[cls], guess[item, cls], -overall[cls], -cls) for cls in range(votes.n_answers)
        ]
        consensus.append(-max(keys)[3])
    first = one_round(answers, guess, consensus, votes.n_raters)
    for item, row in enumerate(first):
        if (row == row.max()).sum() == 1:
            consensus[item] = int(row.argmax())
    return one_round(answers, guess, consensus, votes.n_raters)


def one_round(
    answers: list[list[tuple[int, int]]], guess: Array, consensus: list[int], n_raters: int
) -> Array:
    """Return posteriors under weights that come from a consensus (Goh et al., Section 3)."""
    n_classes = guess.shape[1]
    several = [item for item, votes_of in enumerate(answers) if len(votes_of) > 1]
    shares = [
        sum(answer == consensus[item] for _, answer in answers[item]) / len(answers[item])
        for item in several
    ]
    agreement = sum(shares) / len(shares)
    other = (1 - agreement) / (n_classes - 1)
    common = Counter(consensus[item] for item in several)
    most = max(common.values())
    e0 = max(1 - most / len(several), 1e-6)
    trusts: list[float | None] = []
    for rater in range(n_raters):
        agreed = compared = 0
        for item in several:
            for place, (who, answer) in enumerate(answers[item]):
                if who == rater:
                    rest = answers[item][:place] + answers[item][place + 1 :]
                    agreed += sum(given == answer for _, given in rest)
                    compared += len(rest)
        trusts.append(agreed / compared if compared else None)
    seen = [trust for trust in trusts if trust is not None]
    filled = [sum(seen) / len(seen) if trust is None else trust for trust in trusts]
    of_raters = [max(1 - (1 - trust) / e0, 1e-6) for trust in filled]
    wrong = sum(int(guess[item].argmax()) != consensus[item] for item in several) / len(several)
    sizes = [len(votes_of) for votes_of in answers if votes_of]
    of_guess = max(1 - wrong / e0, 1e-6) * (sum(sizes) / len(sizes)) ** 0.5
    rows = np.zeros_like(guess)
    for item, votes_of in enumerate(answers):
        weights = [of_guess, *(of_raters[rater] for rater, _ in votes_of)]
        for cls in range(n_classes):
            values = [guess[item, cls]]
            values += [agreement if answer == cls else other for _, answer in votes_of]
            rows[item, cls] = np.average(values, weights=weights)
    return rows
