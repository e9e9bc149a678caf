"""Whether the model holds and what more votes would buy, for the release and for anyone's votes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation import UNKNOWN, Fit, fit_dawid_skene

from ..release.files.readers import ANSWERS
from ..release.release import Release
from ..tables import to_csv
from .class_effects import ClassEffects, class_effects, class_effects_csv
from .hard_labels import (
    LabelDifficulty,
    LabelPairs,
    hard_labels_csv,
    label_difficulty,
    label_pairs,
    label_pairs_csv,
)
from .model_check import REPLICATES, ModelCheck, check_models, model_check_csv
from .more_votes import VotesBought, more_votes, more_votes_csv
from .next_vote import next_vote_columns, next_vote_gain, next_votes_csv
from .vote_kinds import too_many_kinds

# Called with what is being computed.
Progress = Callable[[str], object]
# Called with a figure's name and what it shows, once that is computed.
Show = Callable[[str, Any], object]


@dataclass(frozen=True, eq=False)
class LabelReport:
    """What the release says of ImageNet's classes.

    Attributes
    ----------
    effects : ClassEffects
    difficulty : LabelDifficulty
    pairs : LabelPairs
    """

    effects: ClassEffects
    difficulty: LabelDifficulty
    pairs: LabelPairs


@dataclass(frozen=True, eq=False)
class ModelReport:
    """Whether the model holds, and what more votes would buy.

    Attributes
    ----------
    fit : Fit
        Which `bought` and `gain` rest on.
    checks : tuple of ModelCheck
        Of that fit, and for the release of one with three classes. None where there is a reason.
    unchecked : str
        Why there are none: no item has two votes, or items are of too many kinds.
    bought : tuple of VotesBought
    gain : ndarray, shape (n_items,)
        Expected gain of one more vote on each item, in bits.
    labels : LabelReport, optional
        For the release.
    simulated : bool
        Whether these are the votes of a simulated release.
    """

    fit: Fit
    checks: tuple[ModelCheck, ...]
    unchecked: str
    bought: tuple[VotesBought, ...]
    gain: NDArray[np.float64]
    labels: LabelReport | None
    simulated: bool


def model_report_on_votes(
    fit: Fit,
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
    progress: Progress | None = None,
    show: Show | None = None,
) -> ModelReport:
    """Check the model that was fitted to anyone's votes; items that it was told count as known.

    Parameters
    ----------
    fit : Fit
    replicates : int
        Of the check.
    seed : int
    progress : callable, optional
        Called with what is being computed.
    show : callable, optional
        Called with "model_check" and the checks, if there are any, then "more_votes" and `bought`.

    Returns
    -------
    ModelReport

    Raises
    ------
    AnalysisError
        If no item has two votes.
    """
    truth = None
    if fit.clamped is not None:
        truth = np.where(fit.clamped.any(axis=1), fit.clamped.argmax(axis=1), UNKNOWN)
    return _report(fit, (fit,), truth, replicates, seed, progress or _silent, show or _silent)


def model_report_on_release(
    release: Release,
    *,
    fit: Fit | None = None,
    replicates: int = REPLICATES,
    seed: int = 0,
    progress: Progress | None = None,
    show: Show | None = None,
) -> ModelReport:
    """Check the models with two and with three classes on the release.

    What more votes buy rests on the one with two, and on the golden questions is held against the
    experts: EM uses no golden answers, so this is out of sample.

    Parameters
    ----------
    release : Release
    fit : Fit, optional
        With two classes, of the release's votes. Default: it is fitted.
    replicates : int
        Of the checks.
    seed : int
    progress : callable, optional
        Called with what is being computed.
    show : callable, optional
        Called with "model_check" and the checks, if there are any, then "more_votes" and `bought`.

    Returns
    -------
    ModelReport
    """
    two = fit_dawid_skene(release.votes, n_classes=2) if fit is None else fit
    three = fit_dawid_skene(release.votes, n_classes=len(ANSWERS))
    truth = np.full(release.votes.n_items, UNKNOWN)
    truth[release.golden.questions] = release.golden.fits()
    progress = progress or _silent
    how = seed, progress, show or _silent
    report = _report(two, (two, three), truth, replicates, *how, simulated=release.simulated)
    progress("classes of labels")  # while what was shown is drawn
    labels = LabelReport(
        class_effects(release, fit=two, seed=seed), label_difficulty(release), label_pairs(release)
    )
    return replace(report, labels=labels)


def _silent(*_: object) -> None:
    pass


def _report(
    fit: Fit,
    fits: tuple[Fit, ...],
    truth: NDArray[np.int64] | None,
    replicates: int,
    seed: int,
    progress: Progress,
    show: Show,
    *,
    simulated: bool = False,
) -> ModelReport:
    progress("model checks")
    unchecked = _why_unchecked(fits)
    checks = () if unchecked else check_models(fits, replicates=replicates, seed=seed)
    if checks:
        show("model_check", checks)
    progress("more votes")
    votes_of = fit.votes.votes_per_rater()
    bought = more_votes(
        fit.votes,
        error_rates=fit.error_rates,
        class_prior=fit.class_prior,
        truth=truth,
        seed=seed,
    )
    show("more_votes", bought)
    gain = next_vote_gain(fit.posterior, error_rates=fit.error_rates, rater_weights=votes_of)
    return ModelReport(fit, checks, unchecked, bought, gain, None, simulated)


def _why_unchecked(fits: tuple[Fit, ...]) -> str:
    votes = fits[0].votes
    if not (np.diff(votes.starts) > 1).any():
        return "no item has two votes"
    return max(too_many_kinds(votes, fit.n_classes) for fit in fits)


def model_tables(report: ModelReport, *, release: Release | None = None) -> dict[str, str]:
    """Return the texts of the report's tables by file name.

    Parameters
    ----------
    report : ModelReport
    release : Release, optional
        If the report is on it.

    Returns
    -------
    dict of str to str
        model_check.csv, more_votes.csv and next_votes.csv; for the release also class_effects.csv,
        hard_labels.csv and label_pairs.csv.
    """
    tables = {"more_votes.csv": more_votes_csv(report.bought)}
    if report.checks:
        tables["model_check.csv"] = model_check_csv(*report.checks)
    if release is not None:
        posterior = report.fit.posterior
        tables["next_votes.csv"] = next_votes_csv(release, posterior=posterior, gain=report.gain)
    else:
        tables["next_votes.csv"] = to_csv(next_vote_columns(report.fit, report.gain))
    if report.labels is not None:
        tables |= {
            "class_effects.csv": class_effects_csv(report.labels.effects),
            "hard_labels.csv": hard_labels_csv(report.labels.difficulty),
            "label_pairs.csv": label_pairs_csv(report.labels.pairs),
        }
    return tables
