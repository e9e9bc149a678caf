"""The same rater twice: golden questions that were asked again in the rating job."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes

from ...defaults import REPLICATES
from ...errors import AnalysisError, check_types
from ...release.release import Release
from ...statistics.estimates import (
    Estimate,
    Estimates,
    estimate,
    image_codes,
    image_weights,
    percentile_interval,
)
from ...statistics.intervals import proportion
from .agreement import check_arguments
from .coefficients import Scale, coefficients_of_two

NO_ANSWER = -1


@dataclass(frozen=True, eq=False)
class Retest:
    """How often raters gave a golden question the answer that they had given it before.

    Attributes
    ----------
    scale : {"nominal", "ordinal", "interval"}
        On which kappa is weighted; `agreement` counts the same answer only.
    tables : ndarray of int64, shape (n_raters, n_answers, n_answers)
        Questions by golden answer and by answer in the rating job.
    agreement : Estimate
        Share of the same answers, of all raters, with an interval by a bootstrap over images.
    kappa : Estimate
        Cohen's kappa of all raters' first and second answers, likewise.
    others : Estimate
        Share of other raters' golden answers that are the same as the second answer: how far two
        different raters agree on these questions.
    by_rater : Estimates
        Share of the same answers of each rater, with Wilson intervals; NaN without a second answer.
    kappa_by_rater : ndarray, shape (n_raters, 3)
        Cohen's kappa and its bootstrap interval over questions; NaN where it is 0/0.
    changed_p : float
        Chance of so uneven a table of changes where each change is as likely as its reverse.
    """

    scale: Scale
    tables: NDArray[np.int64]
    agreement: Estimate
    kappa: Estimate
    others: Estimate
    by_rater: Estimates
    kappa_by_rater: NDArray[np.float64]
    changed_p: float

    @property
    def table(self) -> NDArray[np.int64]:
        """Questions of all raters by first and second answer, shape (n_answers, n_answers)."""
        return np.asarray(self.tables.sum(axis=0))


def retest(
    release: Release, *, scale: Scale = "ordinal", replicates: int = REPLICATES, seed: int = 0
) -> Retest:
    """Compare golden answers with the same raters' answers to the same questions in the job.

    Parameters
    ----------
    release : Release
    scale : {"nominal", "ordinal", "interval"}
        Of kappa; no, maybe and yes are ordinal.
    replicates : int
        Of the bootstrap: over images for all raters together, over questions for each.
    seed : int

    Returns
    -------
    Retest

    Raises
    ------
    AnalysisError
        If no rater answered a golden question twice, or an argument is out of range.
    """
    check_types(retest, locals())
    check_arguments(scale, seed=seed, replicates=replicates)
    questions, raters, first, second = answered_twice(release)
    n_answers = release.votes.n_answers
    tables = np.zeros((release.votes.n_raters, n_answers, n_answers), dtype=np.int64)
    np.add.at(tables, (raters, first, second), 1)
    same_of_others, others = _others(release.golden.raters, questions, first, second)
    asked = release.golden.questions[questions]
    n_images, image = image_codes(release.questions.images[asked], len(asked))
    by_image = np.zeros((n_images, n_answers, n_answers))
    np.add.at(by_image, (image, first, second), 1)
    weights = image_weights(n_images, replicates=replicates, seed=seed)
    drawn = np.einsum("wi,ikl->wkl", weights, by_image)
    observed = tables.sum(axis=0)[None]
    both = (np.bincount(image, counts, minlength=n_images) for counts in (same_of_others, others))
    same_by_image, others_by_image = both
    return Retest(
        scale=scale,
        tables=tables,
        agreement=estimate(
            coefficients_of_two(observed, "nominal")["percent"][0],
            coefficients_of_two(drawn, "nominal")["percent"],
        ),
        kappa=estimate(
            coefficients_of_two(observed, scale)["cohen_kappa"][0],
            coefficients_of_two(drawn, scale)["cohen_kappa"],
        ),
        others=estimate(
            same_of_others.sum() / max(others.sum(), 1),
            (weights @ same_by_image) / np.maximum(weights @ others_by_image, 1),
        ),
        by_rater=proportion(np.trace(tables, axis1=1, axis2=2), tables.sum(axis=(1, 2))),
        kappa_by_rater=_kappa_by_rater(tables, scale, replicates, seed),
        changed_p=symmetry_p(observed[0]),
    )


def answered_twice(release: Release) -> tuple[NDArray[np.int64], ...]:
    """Second answers: the golden question, the rater, the first and the second answer of each."""
    golden = release.golden
    first_of = np.full((golden.raters.n_raters, golden.raters.n_items), NO_ANSWER)
    first_of[golden.raters.raters, golden.raters.items] = golden.raters.answers
    votes = release.votes.select(golden.questions)
    questions, raters = votes.items, votes.raters.astype(np.int64)
    first, second = first_of[raters, questions], votes.answers.astype(np.int64)
    twice = first != NO_ANSWER
    if not twice.any():
        raise AnalysisError("no rater answered a golden question a second time")
    return questions[twice], raters[twice], first[twice], second[twice]


def _others(
    golden: Votes,
    questions: NDArray[np.int64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each second answer: other raters' golden answers that are the same, and all of them."""
    counts = golden.answer_counts()[questions]
    same = counts[np.arange(len(second)), second] - (first == second)
    return same, counts.sum(axis=1) - 1


def _kappa_by_rater(
    tables: NDArray[np.int64], scale: Scale, replicates: int, seed: int
) -> NDArray[np.float64]:
    """Cohen's kappa of each rater and its interval, shape (n_raters, 3)."""
    found = np.full((len(tables), 3), np.nan)
    found[:, 0] = coefficients_of_two(tables, scale)["cohen_kappa"]
    generator = np.random.default_rng(seed)
    for rater in np.flatnonzero(tables.any(axis=(1, 2))):
        table = tables[rater]
        cells = generator.multinomial(table.sum(), table.ravel() / table.sum(), size=replicates)
        drawn = coefficients_of_two(cells.reshape(-1, *table.shape), scale)["cohen_kappa"]
        found[rater, 1:] = percentile_interval(drawn)
    return found


def symmetry_p(table: NDArray[np.int64]) -> float:
    """Test whether changes go either way alike: Bowker's test of a table's symmetry.

    Parameters
    ----------
    table : ndarray of int64, shape (n_answers, n_answers)

    Returns
    -------
    float
        A p-value by the chi-squared approximation; 1 where nothing changed.

    References
    ----------
    Bowker (1948), A test for symmetry in contingency tables, Journal of the American Statistical
    Association 43(244), 572-574.
    """
    from scipy.special import chdtrc  # the tail of chi-squared, without scipy.stats

    above = np.triu_indices(len(table), k=1)
    one, other = table[above], table.T[above]
    changed = one + other > 0
    if not changed.any():
        return 1.0
    statistic = ((one - other)[changed] ** 2 / (one + other)[changed]).sum()
    return float(chdtrc(changed.sum(), statistic))
