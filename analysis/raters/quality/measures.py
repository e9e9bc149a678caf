"""What error rates say of a rater: bits an answer, a spammer score, a cost, a leaning."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import AnalysisError
from ..agreement.coefficients import Scale


def bits_per_answer(error_rates: ArrayLike, *, class_prior: ArrayLike) -> NDArray[np.float64]:
    """Mutual information of class and answer: what one answer tells of the class, in bits.

    0 for a rater who answers alike whatever the class, a spammer; at most the entropy of the class
    prior. Consistently wrong answers tell as much as right ones.

    Parameters
    ----------
    error_rates : array_like, shape (..., n_classes, n_answers)
        Rows sum to 1.
    class_prior : array_like, shape (n_classes,)

    Returns
    -------
    ndarray, shape (...)

    References
    ----------
    Cover & Thomas (2006), Elements of Information Theory: mutual information.

    Examples
    --------
    >>> bits_per_answer([[[1, 0], [0, 1]], [[0.9, 0.1], [0.9, 0.1]]], class_prior=[0.5, 0.5])
    array([1., 0.])
    """
    rates, prior = checked_rates(error_rates, class_prior)
    answers = np.einsum("j,...jk->...k", prior, rates)[..., None, :]
    ratio = np.divide(rates, answers, out=np.ones_like(rates), where=rates > 0)
    bits = np.einsum("j,...jk->...", prior, rates * np.log2(ratio))
    return np.asarray(np.maximum(bits, 0.0))


def entropy(class_prior: NDArray[np.float64]) -> float:
    """Return the most that an answer can tell of the class, in bits.

    Examples
    --------
    >>> entropy(np.array([0.5, 0.25, 0.25, 0.0]))
    1.5
    """
    known = class_prior[class_prior > 0]
    return float(-(known * np.log2(known)).sum()) + 0.0  # never -0.0


def spammer_score(error_rates: ArrayLike) -> NDArray[np.float64]:
    """How far a rater's error rates are from those of a spammer, whose rows are all the same.

    The squared distance to the nearest matrix of rank one with equal rows, scaled to 0..1: 0 for a
    spammer, 1 for a rater who is always right, or always wrong in the same way. For two classes and
    answers it is (sensitivity + specificity - 1) squared.

    Parameters
    ----------
    error_rates : array_like, shape (..., n_classes, n_answers)

    Returns
    -------
    ndarray, shape (...)

    References
    ----------
    Raykar & Yu (2012), Eliminating spammers and ranking annotators for crowdsourced labeling tasks,
    Journal of Machine Learning Research 13, 491-518.

    Examples
    --------
    >>> spammer_score([[0.9, 0.1], [0.2, 0.8]]).round(4)
    np.float64(0.49)
    """
    rates = np.asarray(error_rates, dtype=np.float64)
    n_classes = rates.shape[-2]
    if n_classes < 2:
        return np.zeros(rates.shape[:-2])
    apart = rates[..., :, None, :] - rates[..., None, :, :]
    # Each pair of classes is there twice.
    return np.asarray((apart**2).sum(axis=(-3, -2, -1)) / (2 * n_classes * (n_classes - 1)))


def expected_cost(
    error_rates: ArrayLike, *, class_prior: ArrayLike, costs: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Cost of deciding an item's class from one answer of this rater, as well as that can be done.

    For each answer the cheapest class is chosen under the posterior that the answer gives: an
    inverted rater costs as little as a good one, and a spammer as much as no answer at all.

    Parameters
    ----------
    error_rates : array_like, shape (..., n_classes, n_answers)
    class_prior : array_like, shape (n_classes,)
    costs : array_like, shape (n_classes, n_classes), optional
        By true and chosen class. Default: 1 for a wrong one, which makes it an error rate.

    Returns
    -------
    ndarray, shape (...)

    References
    ----------
    Wang, Ipeirotis & Provost (2013), Quality-based pricing for crowdsourced workers.

    Examples
    --------
    >>> expected_cost([[0.9, 0.1], [0.2, 0.8]], class_prior=[0.5, 0.5]).round(4)
    np.float64(0.15)
    """
    rates, prior = checked_rates(error_rates, class_prior)
    n_classes = len(prior)
    table = 1 - np.eye(n_classes) if costs is None else np.asarray(costs, dtype=np.float64)
    if table.shape != (n_classes, n_classes) or not np.isfinite(table).all():
        raise AnalysisError(
            f"costs of shape {table.shape}: give numbers by true and chosen class, "
            f"({n_classes}, {n_classes})"
        )
    joint = prior[:, None] * rates
    by_choice = np.einsum("...jk,jd->...kd", joint, table)
    return np.asarray(by_choice.min(axis=-1).sum(axis=-1))


def answer_shares(error_rates: ArrayLike, *, class_prior: ArrayLike) -> NDArray[np.float64]:
    """Share of each answer that a rater would give to items of these classes, (..., n_answers).

    Raters are compared on the same items by this, whichever they were given.
    """
    rates, prior = checked_rates(error_rates, class_prior)
    return np.asarray(np.einsum("j,...jk->...k", prior, rates))


def concordance(
    error_rates: ArrayLike, *, class_prior: ArrayLike, scale: Scale
) -> NDArray[np.float64]:
    """Whether answers go with classes or against them, shape (...); -1..1, NaN where undefined.

    On an ordinal or interval scale this is the correlation of class and answer, both by their code.
    On a nominal one it is Cohen's kappa of class and answer, and undefined where there are not as
    many classes as answers. A rater who turned the scale around is below 0.
    """
    rates, prior = checked_rates(error_rates, class_prior)
    joint = prior[:, None] * rates
    n_classes, n_answers = rates.shape[-2:]
    shares = joint.sum(axis=-2)
    if scale == "nominal":
        if n_classes != n_answers:
            return np.full(rates.shape[:-2], np.nan)
        right, by_chance = np.trace(joint, axis1=-2, axis2=-1), shares @ prior
        return _quotient(right - by_chance, 1 - by_chance)
    cls, answer = np.arange(n_classes), np.arange(n_answers)
    mean_cls, mean_answer = prior @ cls, shares @ answer
    covariance = np.einsum("...jk,j,k->...", joint, cls, answer) - mean_cls * mean_answer
    spread = (prior @ cls**2 - mean_cls**2) * (shares @ answer**2 - mean_answer**2)
    return _quotient(covariance, np.sqrt(np.maximum(spread, 0)))


def _quotient(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    part, whole = np.asarray(part), np.asarray(whole)
    found = np.full(part.shape, np.nan)
    np.divide(part, whole, out=found, where=whole > 1e-12)
    return found


def checked_rates(
    error_rates: ArrayLike, class_prior: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both as arrays; where classes differ in number it is a AnalysisError."""
    rates = np.asarray(error_rates, dtype=np.float64)
    prior = np.asarray(class_prior, dtype=np.float64)
    if rates.ndim < 2 or prior.shape != rates.shape[-2:-1]:
        raise AnalysisError(
            f"error_rates of shape {rates.shape} and class_prior of shape {prior.shape}: give "
            "(..., class, answer) and (class,)"
        )
    return rates, prior
