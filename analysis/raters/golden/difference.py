"""Error rates on golden questions against those that EM finds in the job, without golden answers.

The two rest on different questions and on different answers: golden questions are left out of the
votes that are fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aggregation import Fit, Votes, expected_counts

from ...errors import check_types
from ...release.release import Release
from ...statistics.estimates import Estimates, discovery_rates, weighted_median
from ...statistics.intervals import proportion

if TYPE_CHECKING:
    from aggregation import StandardErrors

N_CLASSES = 2


@dataclass(frozen=True, eq=False)
class GoldenDifference:
    """Each rater's error rates from golden questions and from EM, and whether they differ.

    Attributes
    ----------
    votes : ndarray of int64, shape (n_raters,)
        Each rater's votes on all other questions.
    golden : Estimates
        Shape (n_raters, 2, 3), with 95 % Wilson intervals; NaN without golden answers.
    em : Estimates
        Shape (n_raters, 2, 3), with 95 % intervals from the observed information; NaN where an
        answer was hardly ever given.
    common : ndarray, shape (2, 3)
        Golden minus EM, of the median rater, each weighted by how exactly it is known: golden
        questions, and experts' truth, are not quite what the job and EM's classes are.
    p_value : ndarray, shape (n_raters,)
        Of no difference.
    p_own : ndarray, shape (n_raters,)
        Of no difference but the common one.
    """

    votes: NDArray[np.int64]
    golden: Estimates
    em: Estimates
    common: NDArray[np.float64]
    p_value: NDArray[np.float64]
    p_own: NDArray[np.float64]

    @property
    def difference(self) -> NDArray[np.float64]:
        """Golden minus EM, shape (n_raters, 2, 3)."""
        return np.asarray(self.golden.value - self.em.value)

    @property
    def q_value(self) -> NDArray[np.float64]:
        """False-discovery rate at which a difference is found (Benjamini & Hochberg 1995)."""
        return discovery_rates(self.p_value)

    @property
    def q_own(self) -> NDArray[np.float64]:
        """False-discovery rate at which a difference beyond the common one is found."""
        return discovery_rates(self.p_own)


def golden_difference(release: Release, *, fit: Fit | None = None) -> GoldenDifference:
    """Test whether raters answered golden questions as they answered the others.

    Wald's test, on all error rates of a rater at once. Golden answers vary by image, not by
    question: the questions of one image are answered rightly, or wrongly, together.

    Parameters
    ----------
    release : Release
    fit : Fit, optional
        With two classes, of votes on questions that are not golden. Default: that fit, without
        pseudo-counts.

    Returns
    -------
    GoldenDifference
        Two p-values of each rater are NaN where there are no golden answers.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73(1), for the variance by image.
    Louis (1982), JRSS B 44(2), for that of EM.
    """
    from aggregation import fit_dawid_skene, standard_errors  # who draws the result needs no Numba

    check_types(golden_difference, locals())
    fit = fit_dawid_skene(job_votes(release), n_classes=N_CLASSES) if fit is None else fit
    errors = standard_errors(fit)
    low, high = errors.intervals().error_rates
    golden = release.golden
    truth = golden.truth()
    counts = expected_counts(golden.raters, np.eye(N_CLASSES)[truth])
    estimate = proportion(counts, counts.sum(axis=2, keepdims=True))
    difference = estimate.value - fit.error_rates
    answered = ~np.isnan(difference).any(axis=(1, 2))
    images = release.questions.images[golden.questions]
    of_golden = golden_covariance(golden.raters.to_tensor(), truth, images)
    covariance = covariance_of_both(of_golden, counts, em_covariance(errors), em_counts(fit))
    common = common_difference(difference[answered], covariance[answered])
    p_value, p_own = np.full((2, len(difference)), np.nan)
    for rater in np.flatnonzero(answered):
        p_value[rater] = wald_p(difference[rater], covariance[rater])
        p_own[rater] = wald_p(difference[rater] - common, covariance[rater])
    votes, em = fit.votes.votes_per_rater(), Estimates(fit.error_rates, low, high)
    return GoldenDifference(votes, estimate, em, common, p_value, p_own)


def job_votes(release: Release) -> Votes:
    """Take the votes on questions that are not golden; items are these, in their order."""
    golden = np.zeros(len(release.questions), dtype=bool)
    golden[release.golden.questions] = True
    return release.votes.select(~golden)


def golden_covariance(
    answers: NDArray[np.int64], truth: NDArray[np.int64], images: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Covariance of each rater's golden error rates, shape (n_raters, 6, 6), by image.

    Parameters
    ----------
    answers : ndarray of int64, shape (n_raters, n_golden, n_answers)
        1 where the rater gave that answer, else 0.
    truth : ndarray of int64, shape (n_golden,)
        Class of each question.
    images : ndarray of int, shape (n_golden,)

    Returns
    -------
    ndarray
        NaN in a class without answers.
    """
    n_raters, _, n_answers = answers.shape
    _, image = np.unique(images, return_inverse=True)
    classes = np.eye(N_CLASSES)[truth]
    n_images = int(image.max()) + 1
    by_image = np.zeros((n_images, n_raters, N_CLASSES, n_answers))
    np.add.at(by_image, image, np.einsum("rqk,qj->qrjk", answers, classes))
    counts = by_image.sum(axis=0)
    totals = counts.sum(axis=2, keepdims=True)
    totals = np.where(totals > 0, totals, np.nan)
    rates = counts / totals
    residuals = (by_image - rates * by_image.sum(axis=3, keepdims=True)) / totals
    residuals = residuals.reshape(n_images, n_raters, -1)
    covariance = np.einsum("irx,iry->rxy", residuals, residuals) * n_images / max(n_images - 1, 1)
    return np.asarray(covariance)


def em_covariance(errors: StandardErrors) -> NDArray[np.float64]:
    """Covariance of each rater's error rates as EM found them, shape (n_raters, 6, 6).

    0 for what has none, as it is at the boundary.
    """
    n_raters, n_classes, n_answers = errors.error_rates.shape
    n_rates = n_classes * n_answers
    every = errors.covariance()[: n_raters * n_rates, : n_raters * n_rates]
    rater = np.arange(n_raters)
    own = every.reshape(n_raters, n_rates, n_raters, n_rates)[rater, :, rater]
    return np.nan_to_num(own, nan=0.0)


def em_counts(fit: Fit) -> NDArray[np.float64]:
    """Count each rater's expected answers by class, shape (n_raters, n_classes, n_answers)."""
    return expected_counts(fit.votes, fit.posterior)


def covariance_of_both(
    golden: NDArray[np.float64],
    golden_counts: NDArray[np.float64],
    em: NDArray[np.float64],
    em_counts: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Covariance of golden minus EM, shape (n_raters, 6, 6); NaN in a class without answers.

    Neither part is less than that of independent answers with the rates of both together, which is
    what they are if there is no difference. A few answers tell little of their variance: one that
    was never given would seem to be impossible.
    """
    together = golden_counts + em_counts + 1
    rates = together / together.sum(axis=2, keepdims=True)
    diagonal = np.arange(golden.shape[1])
    total = np.zeros_like(golden)
    for covariance, counts in ((golden, golden_counts), (em, em_counts)):
        n_answers = counts.sum(axis=2, keepdims=True)
        least = rates * (1 - rates) / np.where(n_answers > 0, n_answers, np.nan)
        raised = covariance.copy()
        raised[:, diagonal, diagonal] = np.maximum(
            covariance[:, diagonal, diagonal], least.reshape(len(least), -1)
        )
        total += raised
    return total


def common_difference(
    difference: NDArray[np.float64], covariance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Median over raters, by how exactly each is known, shape (2, 3)."""
    variance = np.diagonal(covariance, axis1=1, axis2=2).reshape(difference.shape)
    weights = np.nan_to_num(1 / variance)
    common = np.zeros(difference.shape[1:])
    for place in np.ndindex(*common.shape):
        common[place] = weighted_median(difference[:, *place], weights[:, *place])
    return np.asarray(common - common.mean(axis=1, keepdims=True))  # rows of rates sum to 1


def wald_p(difference: NDArray[np.float64], covariance: NDArray[np.float64]) -> float:
    """Chance of so large a difference of error rates, by the chi-squared approximation.

    Rows sum to 1, so only contrasts of answers count. A class of which nothing is known is left
    out; with none left it is NaN.

    Parameters
    ----------
    difference : ndarray, shape (n_classes, n_answers)
    covariance : ndarray, shape (n_classes * n_answers, n_classes * n_answers)
    """
    from scipy.linalg import block_diag, helmert
    from scipy.special import chdtrc  # the tail of chi-squared, without scipy.stats

    variance = np.diagonal(covariance).reshape(difference.shape)
    classes = ~np.isnan(variance + difference).any(axis=1)
    if not classes.any():
        return float("nan")
    known = np.repeat(classes, difference.shape[1])
    contrasts = block_diag(*[helmert(difference.shape[1])] * classes.sum())
    along = contrasts @ difference[classes].ravel()
    across = contrasts @ covariance[np.ix_(known, known)] @ contrasts.T
    return float(chdtrc(len(along), along @ np.linalg.solve(across, along)))
