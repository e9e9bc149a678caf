"""The recipe's parts, as the tests of several pages multiply them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis import Release
from analysis.release import published

from .bad_releases import arrays_of


def factors_of(release: Release) -> NDArray[np.float64]:
    """Likelihoods of five votes and the original label (1 where it has none), then the prior.

    Shape (n_questions, 7, 2).
    """
    rates = published.rater_rates(release.golden)
    original = published.original_label_rates(release)[0]
    raters, answers = release.votes.raters.reshape(-1, 5), release.votes.answers.reshape(-1, 5)
    says = np.where(release.is_original(), 2, 0)
    factors = np.empty((len(release.questions), 7, 2))
    for cls in (0, 1):
        factors[:, :5, cls] = rates[raters, cls, answers]
        factors[:, 5, cls] = np.where(release.questions.labels < 398, original[cls, says], 1.0)
    factors[:, 6] = 887 / 1135, 248 / 1135
    return factors


def multiplied(factors: NDArray[np.float64], order: list[int]) -> NDArray[np.float64]:
    products = np.ones((len(factors), 2))
    for place in order:
        products *= factors[:, place]
    return np.asarray(products[:, 1] / (products[:, 1] + products[:, 0]))


Rates = list[list[float]]  # class, answer


Answers = list[list[int | None]]  # rater, question


def plain_scores(folder: Path) -> list[float]:
    """Score of every question, by the steps of the published recipe."""
    raters, golden, raters_golden = (
        arrays_of(folder / f"{name}.npz") for name in ("raters", "golden", "raters_golden")
    )
    originals = plain_originals(folder / "imagenet_2012_validation_synset_labels.txt")
    yes_votes = [
        sum(answer == 2 for answer in answers)
        for answers in zip(*answers_of(golden["tensor"]), strict=True)
    ]
    truth = [int(votes >= 3) for votes in yes_votes]
    rates = plain_rater_rates(raters["ids"].tolist(), raters_golden, truth)
    says = [original_answer(pair, originals) for pair in golden["info"].tolist()]
    original = laplace(says, [int(votes >= 2) for votes in yes_votes])
    prior = (truth.count(0) / len(truth), truth.count(1) / len(truth))
    scores = []
    answers = answers_of(raters["tensor"])
    for question, pair in enumerate(raters["info"].tolist()):
        factors = [
            (rates[rater][0][answer], rates[rater][1][answer])
            for rater in range(len(answers))
            if (answer := answers[rater][question]) is not None
        ]
        if int(pair[1]) < 398:
            answer = original_answer(pair, originals)
            factors.append((original[0][answer], original[1][answer]))
        factors.append(prior)
        scores.append(share_of_fits(factors))
    return scores


def share_of_fits(factors: list[tuple[float, float]]) -> float:
    a0 = a1 = 1.0
    for misfit, fits in factors:
        a0 *= misfit
        a1 *= fits
    return a1 / (a1 + a0)


def plain_originals(path: Path) -> dict[str, str]:
    """Original label of each image, as `info` names both."""
    lines = path.read_text().split()
    ranks = {wordnet_id: str(rank) for rank, wordnet_id in enumerate(sorted(set(lines)))}
    return {f"ILSVRC2012_val_{n:08d}.JPEG": ranks[line] for n, line in enumerate(lines, start=1)}


def original_answer(pair: list[str], originals: dict[str, str]) -> int:
    return 2 if originals[pair[0]] == pair[1] else 0


def answers_of(tensor: NDArray[np.float64]) -> Answers:
    """Answer of each rater to each question: 0, 1, 2, or None."""
    return [[row.index(1.0) if 1.0 in row else None for row in rows] for rows in tensor.tolist()]


def laplace(answers: list[Any], truth: list[int]) -> Rates:
    rates = []
    for cls in (0, 1):
        counts = Counter(answer for answer, true in zip(answers, truth, strict=True) if true == cls)
        total = counts[0] + counts[1] + counts[2] + 3
        rates.append([(counts[answer] + 1) / total for answer in range(3)])
    return rates


def plain_rater_rates(
    ids: list[int], raters_golden: dict[str, NDArray[Any]], truth: list[int]
) -> list[Rates]:
    """Error rates in the order of `ids`; a rater without golden answers has the others' mean."""
    answers = dict(
        zip(raters_golden["ids"].tolist(), answers_of(raters_golden["tensor"]), strict=True)
    )
    known = {rater: laplace(answers[rater], truth) for rater in ids if rater in answers}
    mean = [[0.0] * 3, [0.0] * 3]
    for rates in known.values():
        for cls in (0, 1):
            for answer in range(3):
                mean[cls][answer] += rates[cls][answer]
    mean = [[total / len(known) for total in row] for row in mean]
    return [known.get(rater, mean) for rater in ids]
