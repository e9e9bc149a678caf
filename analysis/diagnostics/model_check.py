"""Does the model hold? What was seen beside what the fitted model predicts.

Items with as many votes of each answer are of one kind. The model says how many items of each kind
there should be; how far chance moves the numbers is seen in votes drawn from the fitted model, by
the same raters on the same items: a parametric bootstrap, or posterior predictive check.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from aggregation import Aggregated

from ..errors import AnalysisError, check_types
from ..statistics.estimates import check_count
from ..tables import to_csv
from .latent_states import LatentStates, fit_again, latent_states
from .vote_kinds import (
    KindTable,
    agreement_weights,
    count_kinds,
    draw_replicate,
    drawn_kinds,
    expected_kinds,
    kind_names,
    kind_table,
    too_many_kinds,
    unanimous_weights,
)

REPLICATES = 100
# Kinds that the model expects less often are taken together in the overall test.
LEAST_EXPECTED = 5.0
# A kind that is no more items off than this is as expected.
ROUNDING = 1e-9
CHI_SQUARE, MISPLACED = "chi-square over kinds of items", "misplaced items"
UNANIMOUS, AGREEMENT = "unanimous items", "pairs of votes that agree"


@dataclass(frozen=True)
class Check:
    """One number of the votes beside what the model predicts.

    Attributes
    ----------
    name : str
    observed : float
        Of the votes.
    expected : float
        Of votes drawn from the fitted model, on average.
    spread : float
        Standard deviation, where the model holds, of the number about what is expected.
    p_value : float
        Share of replicates, the votes among them, that are at least as far off: to either side, but
        for distances (chi-square and misplaced items), which are far off where they are large.
    """

    name: str
    observed: float
    expected: float
    spread: float
    p_value: float

    @property
    def difference(self) -> float:
        """How much larger it is than predicted."""
        return self.observed - self.expected

    @property
    def z(self) -> float:
        """The difference in standard deviations; NaN where the model leaves nothing to chance."""
        return self.difference / self.spread if self.spread > 0 else float("nan")


@dataclass(frozen=True)
class ModelCheck:
    """What the fitted model predicts, and what the votes are.

    Attributes
    ----------
    chi_square : Check
        The overall test. Sum over kinds of (observed - expected)^2 / expected items; kinds that are
        expected fewer than 5 times are one.
    misplaced : Check
        How far off it is: the least share of items that would have to be of another kind for all to
        be as predicted, which is half of the sum of absolute differences.
    unanimous : Check
        Share of items with two votes or more whose votes are all the same.
    agreement : Check
        Share of pairs of votes on an item that agree, over all pairs.
    kinds : tuple of Check
        Share of items of each kind that could occur: "3 no, 2 yes" is one.
    n_items, n_classes, replicates : int
        Items with votes; latent classes; draws.
    refit : bool
        Whether each replicate was fitted anew.
    """

    chi_square: Check
    misplaced: Check
    unanimous: Check
    agreement: Check
    kinds: tuple[Check, ...]
    n_items: int
    n_classes: int
    replicates: int
    refit: bool

    @property
    def checks(self) -> tuple[Check, ...]:
        """All of them, the overall test first."""
        return (self.chi_square, self.misplaced, self.unanimous, self.agreement, *self.kinds)


def check_model(
    fit: Aggregated,
    *,
    replicates: int = REPLICATES,
    refit: bool = False,
    seed: int = 0,
    progress: Callable[[int], object] | None = None,
) -> ModelCheck:
    """Hold the votes against what the fitted model predicts of them.

    Parameters
    ----------
    fit : Aggregated
        Of Dawid & Skene's model, IBCC, EBCC or GLAD. Its items may have any number of votes, known
        ones included. EBCC's groups are drawn with the class, and so is the ease of GLAD's items,
        whose classes are drawn as often as they were found.
    replicates : int
        Draws from the model, 1 or more. The least p-value is 1 / (replicates + 1).
    refit : bool
        Fit each replicate anew. Without it parameters count as known, and a true model is rejected
        less often than the p-values say, for the fit is near to the votes that it came from. With
        it the p-values are right, and it takes as many fits; of Dawid & Skene's model only.
    seed : int
        Of the draws, 0 or more.
    progress : callable, optional
        Called with the number of replicates that are done.

    Returns
    -------
    ModelCheck

    Raises
    ------
    AnalysisError
        If there are no votes, or too many kinds of items, with how many; if the method says nothing
        of how many there should be, or cannot be fitted anew; or a number is out of range.

    References
    ----------
    Gelman, Meng & Stern (1996), Posterior predictive assessment of model fitness, Statistica
    Sinica 6(4). Bayarri & Berger (2000), JASA 95(452), for plug-in p-values, which are too large.

    Examples
    --------
    >>> from aggregation import load_anesthesia, fit_dawid_skene
    >>> check = check_model(fit_dawid_skene(load_anesthesia()))
    >>> round(check.unanimous.observed, 3)
    0.356
    """
    check_types(check_model, locals())
    check_count("replicates", replicates, 1)
    check_count("seed", seed, 0)
    return check_models((fit,), replicates=replicates, refit=refit, seed=seed, progress=progress)[0]


def check_models(
    fits: Sequence[Aggregated],
    *,
    replicates: int = REPLICATES,
    refit: bool = False,
    seed: int = 0,
    progress: Callable[[int], object] | None = None,
) -> tuple[ModelCheck, ...]:
    """Check several models of the same votes; see :func:`check_model`, of which these are results.

    What is drawn from each rests on the same random numbers, which take most of the time.
    """
    votes = fits[0].votes
    if not votes.n_votes:
        raise AnalysisError("there are no votes, so there is nothing to check")
    models = [latent_states(fit) for fit in fits]
    if reason := max(too_many_kinds(votes, len(model.class_prior)) for model in models):
        raise AnalysisError(reason)
    table = kind_table(votes)
    observed = count_kinds(votes, votes.answers, table)
    expected = np.array([expected_kinds(model, table) for model in models])
    off = np.empty((replicates, *expected.shape))
    for number, counted in enumerate(drawn_kinds(models, table, range(replicates), seed)):
        predicted = expected
        if refit:
            answers = (draw_replicate(model, default_rng((seed, number))) for model in models)
            again = map(fit_again, fits, answers)
            predicted = np.array([expected_kinds(model, table) for model in again])
        off[number] = counted - predicted
        if progress is not None:
            progress(number + 1)
    return tuple(
        _assembled(model, table, observed, expected[number], off[:, number], refit)
        for number, model in enumerate(models)
    )


def _assembled(
    model: LatentStates,
    table: KindTable,
    observed: NDArray[np.int64],
    expected: NDArray[np.float64],
    drawn: NDArray[np.float64],
    refit: bool,
) -> ModelCheck:
    """Turn counts by kind, and how far replicates are off, into checks."""
    n_items = int(observed.sum())
    off = np.vstack((observed - expected, drawn))
    off[np.abs(off) < ROUNDING] = 0.0

    def check(name: str, weights: NDArray[np.float64]) -> Check:
        return _check(name, float(expected @ weights), off @ weights)

    names, share = kind_names(table.counts, model.votes.answer_names), 1 / n_items
    return ModelCheck(
        chi_square=_distance(CHI_SQUARE, _chi_square(off, expected)),
        misplaced=_distance(MISPLACED, np.abs(off).sum(axis=1) / 2 / n_items),
        unanimous=check(UNANIMOUS, unanimous_weights(table.counts, observed)),
        agreement=check(AGREEMENT, agreement_weights(table.counts, observed)),
        kinds=tuple(map(_check, names, (expected * share).tolist(), off.T * share)),
        n_items=n_items,
        n_classes=model.n_classes,
        replicates=len(drawn),
        refit=refit,
    )


def _check(name: str, expected: float, off: NDArray[np.float64]) -> Check:
    """Judge how far a number is off, shape (1 + n_replicates,), the votes' first."""
    # About 0, where the differences are if the model holds.
    spread = float(np.sqrt(np.mean(off[1:] ** 2)))
    return Check(name, expected + float(off[0]), expected, spread, _p_value(np.abs(off)))


def _distance(name: str, values: NDArray[np.float64]) -> Check:
    """Judge a distance, shape (1 + n_replicates,), the votes' first."""
    mean, spread = float(values[1:].mean()), float(values[1:].std())
    return Check(name, float(values[0]), mean, spread, _p_value(values))


def _p_value(values: NDArray[np.float64]) -> float:
    """Share of the values, the first one among them, that are at least as large as the first."""
    # Equal sums may differ in their last bits.
    return float(np.mean(values >= values[0] * (1 - 1e-12)))


def _chi_square(off: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson's statistic of each row of differences; rare kinds are taken together."""
    common = expected >= LEAST_EXPECTED
    total = (off[:, common] ** 2 / expected[common]).sum(axis=1)
    rest = expected[~common].sum()
    if rest > 0:
        total += off[:, ~common].sum(axis=1) ** 2 / rest
    return np.asarray(total)


def model_check_csv(*models: ModelCheck) -> str:
    """Return the checks of one or several models as csv: a row for each number.

    Parameters
    ----------
    *models : ModelCheck

    Returns
    -------
    str
        Columns: classes (latent), check, observed, expected, difference, spread, z, p_value. All
        but chi-square are shares.
    """
    rows = [(model.n_classes, check) for model in models for check in model.checks]
    names = ("observed", "expected", "difference", "spread", "z", "p_value")
    return to_csv(
        {
            "classes": [n_classes for n_classes, _ in rows],
            "check": [check.name for _, check in rows],
            **{name: [getattr(check, name) for _, check in rows] for name in names},
        }
    )
