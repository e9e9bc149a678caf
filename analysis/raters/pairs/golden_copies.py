"""Golden answers that several raters have in common: what agrees, and what does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes, estimate_error_rates

from ...release.published import LAPLACE
from ...release.release import Release
from .near_copies import near_copies
from .pairs import RaterPairs, rater_pairs


@dataclass(frozen=True, eq=False)
class CopiedGroup:
    """Raters whose golden answers are near copies of each other, and what else is known of them.

    Attributes
    ----------
    raters : list of int
        Codes.
    golden_agreement : tuple of float
        Least and greatest share of golden answers that two of them have in common.
    apart : ndarray of int64, shape (n_raters_of_group,)
        Golden questions on which a rater differs from the group's most frequent answer.
    votes : ndarray of int64, shape (n_raters_of_group,)
        In the rating job.
    second_answers : int
        Golden questions that one of them was asked again in the job.
    job_items, job_agreed : int
        Questions of the job that two of them answered, counted for each two, and those on which
        they agree.
    job_expected : float
        On how many of these the model of the job expects them to agree.
    job_error : float
        Standard deviation of that number in the model, if pairs were independent; those of three
        raters on one question are not quite.
    """

    raters: list[int]
    golden_agreement: tuple[float, float]
    apart: NDArray[np.int64]
    votes: NDArray[np.int64]
    second_answers: int
    job_items: int
    job_agreed: int
    job_expected: float
    job_error: float


@dataclass(frozen=True, eq=False)
class GoldenCopies:
    """Pairs of raters by their golden answers, and groups of near copies.

    Attributes
    ----------
    pairs : RaterPairs
        By golden answers, given experts' truth.
    groups : list of CopiedGroup
    most_agreement : float
        Greatest share of golden answers that any two raters have in common who are not in one
        group.
    """

    pairs: RaterPairs
    groups: list[CopiedGroup]
    most_agreement: float


def golden_copies(release: Release, *, job: RaterPairs) -> GoldenCopies:
    """Look for raters with nearly the same golden answers, and at their answers in the job.

    Parameters
    ----------
    release : Release
    job : RaterPairs
        Of the votes of the job.

    Returns
    -------
    GoldenCopies
    """
    pairs = golden_pairs(release)
    groups = near_copies(pairs)
    group_of = np.arange(len(pairs.rater_names))
    for group in groups:
        group_of[group] = group[0]
    apart = group_of[pairs.raters[:, 0]] != group_of[pairs.raters[:, 1]]
    shares = pairs.agreed / pairs.n_items
    return GoldenCopies(
        pairs,
        [_described(release, group, pairs, job) for group in groups],
        float(shares[apart].max(initial=0.0)),
    )


def golden_pairs(release: Release) -> RaterPairs:
    """Pairs of raters by their golden answers, beside what error rates and experts' truth expect.

    Parameters
    ----------
    release : Release

    Returns
    -------
    RaterPairs
        Agreement above that is usual here, for some questions are harder than others.
    """
    golden = release.golden
    truth = golden.truth()
    rates = estimate_error_rates(golden.raters, truth=truth, n_classes=2, pseudo_count=LAPLACE)
    return rater_pairs(golden.raters, error_rates=rates, class_prior=np.eye(2)[truth])


def _described(
    release: Release, group: list[int], golden: RaterPairs, job: RaterPairs
) -> CopiedGroup:
    inside = _inside(golden, group)
    shares = golden.agreed[inside] / golden.n_items[inside]
    together = _inside(job, group)
    again = release.votes.select(release.golden.questions).raters
    return CopiedGroup(
        raters=group,
        golden_agreement=(float(shares.min()), float(shares.max())),
        apart=_apart(release.golden.raters, group),
        votes=release.votes.votes_per_rater()[group],
        second_answers=int(np.isin(again, group).sum()),
        job_items=int(job.n_items[together].sum()),
        job_agreed=int(job.agreed[together].sum()),
        job_expected=float(job.expected[together].sum()),
        job_error=float(job.variance[together].sum() ** 0.5),
    )


def _inside(pairs: RaterPairs, group: list[int]) -> NDArray[np.bool_]:
    return np.asarray(np.isin(pairs.raters, group).all(axis=1))


def _apart(golden: Votes, group: list[int]) -> NDArray[np.int64]:
    """Count each rater's answers that are not the most frequent ones of the group."""
    member = np.full(golden.n_raters, -1)
    member[group] = np.arange(len(group))
    theirs = member[golden.raters] >= 0
    items, answers = golden.items[theirs], golden.answers[theirs]
    counts = np.zeros((golden.n_items, golden.n_answers), dtype=np.int64)
    np.add.at(counts, (items, answers), 1)
    differs = answers != counts.argmax(axis=1)[items]
    return np.bincount(member[golden.raters[theirs]][differs], minlength=len(group))
