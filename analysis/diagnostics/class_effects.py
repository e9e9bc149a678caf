"""Do raters err alike on all classes? Their error rates on ImageNet's animals and on the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregation import Fit, fit_dawid_skene, n_parameters

from ..defaults import REPLICATES
from ..release.files.questions import N_ANIMALS
from ..release.files.readers import ANSWERS
from ..release.published import TRUTHS
from ..release.release import Release
from ..statistics.estimates import Estimate, estimate, image_codes, image_weights
from ..tables import to_csv

# The first axis of counts by group.
ANIMALS, REST = 0, 1


@dataclass(frozen=True)
class RateDifference:
    """How often raters give an answer to golden questions about animals, and about the rest.

    Attributes
    ----------
    truth : {"misfit", "fits"}
    answer : {"no", "maybe", "yes"}
    animals, rest, difference : Estimate
        All raters together: shares of their answers, and the first less the second, with 95 %
        intervals by a bootstrap over images.
    raters_above, raters : int
        Raters whose own share is larger on animals, and raters with answers in both.
    """

    truth: str
    answer: str
    animals: Estimate
    rest: Estimate
    difference: Estimate
    raters_above: int
    raters: int


@dataclass(frozen=True, eq=False)
class ClassEffects:
    """Raters' error rates on animals, labels 0..397, beside those on the rest.

    Attributes
    ----------
    counts : ndarray of int64, shape (n_raters, 2, 2, 3)
        Golden answers by group (animals, rest), truth (misfit, fits) and answer (no, maybe, yes).
    questions : ndarray of int64, shape (2, 2)
        Golden questions by group and truth.
    differences : tuple of RateDifference
        For each truth and answer.
    gain : float
        Log-likelihood, in nats, of two fits of EM with two classes, one to the votes on animals and
        one to the rest, above that of one fit to all.
    added_parameters : int
        Parameters that the two fits have more than the one.
    n_votes : int
    """

    counts: NDArray[np.int64]
    questions: NDArray[np.int64]
    differences: tuple[RateDifference, ...]
    gain: float
    added_parameters: int
    n_votes: int

    @property
    def p_value(self) -> float:
        """Of the likelihood-ratio test that error rates and prior are the same in both groups."""
        from scipy.special import chdtrc  # the tail of chi-squared, without scipy.stats

        return float(chdtrc(self.added_parameters, 2 * max(self.gain, 0.0)))


def class_effects(
    release: Release, *, fit: Fit | None = None, replicates: int = REPLICATES, seed: int = 0
) -> ClassEffects:
    """Compare raters' errors on animals with those on the rest.

    Parameters
    ----------
    release : Release
    fit : Fit, optional
        With two classes, of the release's votes. Default: they are fitted.
    replicates : int
        Of the bootstrap over golden images.
    seed : int

    Returns
    -------
    ClassEffects

    Raises
    ------
    AnalysisError
        If a number is out of range.
    """
    golden = release.golden
    group = np.where(release.questions.labels[golden.questions] < N_ANIMALS, ANIMALS, REST)
    fits = golden.truth()
    n_images, image = image_codes(release.golden_images(), len(golden.questions))
    item, answers = golden.raters.items, golden.raters.answers
    cells = (group[item], fits[item], answers)
    counts = np.zeros((golden.raters.n_raters, 2, 2, len(ANSWERS)), dtype=np.int64)
    np.add.at(counts, (golden.raters.raters, *cells), 1)
    by_image = np.zeros((n_images, 2, 2, len(ANSWERS)), dtype=np.int64)
    np.add.at(by_image, (image[item], *cells), 1)
    questions = np.zeros((2, 2), dtype=np.int64)
    np.add.at(questions, (group, fits), 1)
    weights = image_weights(n_images, replicates=replicates, seed=seed)
    drawn = np.tensordot(weights, by_image, axes=1)
    together = fit_dawid_skene(release.votes, n_classes=2) if fit is None else fit
    gain, added = _gain_of_two_fits(release, together)
    return ClassEffects(
        counts, questions, rate_differences(counts, drawn), gain, added, release.votes.n_votes
    )


def rate_differences(
    counts: NDArray[np.int64], drawn: NDArray[np.int64]
) -> tuple[RateDifference, ...]:
    """Divide counts of all raters, and of replicates, and compare the groups.

    Parameters
    ----------
    counts : ndarray, shape (n_raters, 2, 2, 3)
    drawn : ndarray, shape (n_replicates, 2, 2, 3)
        Of all raters together.
    """
    pooled, replicated, by_rater = (shares(each) for each in (counts.sum(axis=0), drawn, counts))
    found = []
    for cls, truth in enumerate(TRUTHS):
        for code, answer in enumerate(ANSWERS):
            one, many = pooled[:, cls, code], replicated[..., cls, code]
            above = by_rater[:, ANIMALS, cls, code] - by_rater[:, REST, cls, code]
            found.append(
                RateDifference(
                    truth,
                    answer,
                    animals=estimate(one[ANIMALS], many[:, ANIMALS]),
                    rest=estimate(one[REST], many[:, REST]),
                    difference=estimate(one[ANIMALS] - one[REST], many[:, ANIMALS] - many[:, REST]),
                    raters_above=int(np.count_nonzero(above > 0)),
                    raters=int(np.count_nonzero(~np.isnan(above))),
                )
            )
    return tuple(found)


def shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Divide counts by their sums over the last axis; 0/0 is NaN."""
    totals = counts.sum(axis=-1, keepdims=True)
    found = np.full(counts.shape, np.nan)
    np.divide(counts, totals, out=found, where=totals > 0)
    return found


def _gain_of_two_fits(release: Release, together: Fit) -> tuple[float, int]:
    """Gain of fitting animals and the rest apart, in nats, and the parameters that it takes."""
    animals = release.questions.labels < N_ANIMALS
    groups = [np.flatnonzero(animals), np.flatnonzero(~animals)]
    apart = [
        fit_dawid_skene(release.votes.select(group), n_classes=2, start=together)
        for group in groups
        if len(group)
    ]
    gain = sum(fit.log_likelihood for fit in apart) - together.log_likelihood
    added = sum(map(n_parameters, apart)) - n_parameters(together)
    return float(gain), added


def class_effects_csv(effects: ClassEffects) -> str:
    """Return the differences as csv: a row for each truth and answer.

    Parameters
    ----------
    effects : ClassEffects

    Returns
    -------
    str
        Columns: truth, answer, animals, rest, difference (each followed by the ends of its
        interval), raters_above, raters.
    """
    rows = effects.differences
    columns: dict[str, list[object]] = {
        "truth": [row.truth for row in rows],
        "answer": [row.answer for row in rows],
    }
    for name in ("animals", "rest", "difference"):
        estimates: list[Estimate] = [getattr(row, name) for row in rows]
        for part, ending in zip(Estimate._fields, ("", "_low", "_high"), strict=True):
            columns[name + ending] = [getattr(each, part) for each in estimates]
    columns["raters_above"] = [row.raters_above for row in rows]
    columns["raters"] = [row.raters for row in rows]
    return to_csv(columns)
