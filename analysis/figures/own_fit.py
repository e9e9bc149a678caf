"""Figures of one's own fit: each measures what it draws, and names the fit's own classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from aggregation import UNKNOWN, Aggregated, Fit, estimate_class_prior, estimate_error_rates

from ..defaults import CONFIDENCE, THRESHOLD
from ..defaults import REPLICATES as BOOTSTRAP_REPLICATES
from ..diagnostics.model_check import REPLICATES, check_model
from ..diagnostics.more_votes import more_votes
from ..errors import AnalysisError, check_types
from ..raters.pairs.clusters import cluster_raters
from ..raters.pairs.pairs import pairs_of_fit, rater_pairs
from ..raters.quality.quality import rater_quality
from ..statistics.bands import precision_recall_bands
from ..statistics.calibration import measure_calibration
from ..statistics.thresholds import check_threshold
from .agreement import agreement_figure
from .diagnostics import model_check_figure
from .error_rates import error_rates_figure
from .known_items import known_curve_figure, reliability_figure
from .more_votes import more_votes_figure


def plot_error_rates(
    fit: Fit, *, class_names: Sequence[Any] | None = None, refits: int = 0, seed: int = 0
) -> Figure:
    """Draw raters' error rates as a heat map, and the bits that one answer of each tells.

    Parameters
    ----------
    fit : Fit
    class_names : sequence, optional
        What the classes are called. Default: the fit's own names.
    refits, seed : int
        Of the intervals of the bits; see :func:`analysis.rater_quality`.

    Returns
    -------
    matplotlib.figure.Figure
        1540 pixels wide, the most informative rater at the top; of more than 60 raters, those with
        the most votes. ``figure.savefig(path)`` writes it.

    Raises
    ------
    AnalysisError
        If there are not as many names as classes, or an argument is out of range.

    Examples
    --------
    >>> from aggregation import fit_dawid_skene, load_anesthesia
    >>> figure = plot_error_rates(fit_dawid_skene(load_anesthesia()))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['class: 1', 'class: 2', 'class: 3', 'class: 4']
    """
    check_types(plot_error_rates, locals())
    names = _names(fit, class_names)
    quality = rater_quality(fit, class_names=names, refits=refits, seed=seed)
    return error_rates_figure(quality, class_names=names)


def plot_model_check(*fits: Fit, replicates: int = REPLICATES, seed: int = 0) -> Figure:
    """Draw how many items have which votes, beside what up to three fitted models expect.

    Parameters
    ----------
    *fits : Fit
        One to three, of the same votes.
    replicates, seed : int
        Of the check; see :func:`analysis.check_model`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    AnalysisError
        If there are none or more than three fits, if they are of different votes, or if the votes
        leave nothing to check.
    """
    check_types(plot_model_check, {"replicates": replicates, "seed": seed})
    if not 1 <= len(fits) <= 3:
        raise AnalysisError(f"{len(fits)} fits: give one to three of the same votes")
    if any(fit.votes.n_votes != fits[0].votes.n_votes for fit in fits):
        counts = ", ".join(f"{fit.votes.n_votes:,}" for fit in fits)
        raise AnalysisError(f"these are fits of different votes ({counts}): give fits of the same")
    checks = [check_model(fit, replicates=replicates, seed=seed) for fit in fits]
    return model_check_figure(checks)


def plot_agreement(aggregated: Aggregated) -> Figure:
    """Draw on what share of common items each two raters agree, those who agree side by side.

    Parameters
    ----------
    aggregated : Aggregated
        Of any method. Its classes decide only which pairs have enough in common to be held against
        chance.

    Returns
    -------
    matplotlib.figure.Figure
        Of more than 60 raters, near copies and those with the most votes.

    Raises
    ------
    AnalysisError
        If no two raters have enough items in common.
    """
    check_types(plot_agreement, locals())
    votes = aggregated.votes
    if isinstance(aggregated, Fit):
        pairs = pairs_of_fit(aggregated)
    else:
        weights = aggregated.posterior
        rates = estimate_error_rates(votes, truth=weights, pseudo_count=1.0)
        pairs = rater_pairs(votes, error_rates=rates, class_prior=estimate_class_prior(weights))
    found = cluster_raters(pairs, votes=votes.votes_per_rater())
    if len(found.raters) < 2:
        raise AnalysisError("no two raters have enough items in common to draw how far they agree")
    return agreement_figure({"all votes": found}, names=votes.rater_names)


def plot_more_votes(
    fit: Fit,
    *,
    cls: int = -1,
    threshold: float = THRESHOLD,
    truth: ArrayLike | None = None,
    class_names: Sequence[Any] | None = None,
    seed: int = 0,
) -> Figure:
    """Draw certainty, precision and recall of a class over the number of votes an item.

    Parameters
    ----------
    fit : Fit
    cls : int
        Code of the class. Default: the last.
    threshold : float
        Least posterior of the class that is kept, in 0..1.
    truth : array_like of int, shape (n_items,), optional
        Class of each item, or -1 where it is not known.
    class_names : sequence, optional
        What the classes are called. Default: the fit's own names.
    seed : int

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    VoteError, AnalysisError
        If an argument does not fit the votes, or is out of range.
    """
    check_types(plot_more_votes, locals())
    names = _names(fit, class_names)
    parameters: dict[str, Any] = {"error_rates": fit.error_rates, "class_prior": fit.class_prior}
    wanted: dict[str, Any] = {"cls": cls, "threshold": threshold, "truth": truth, "seed": seed}
    return more_votes_figure(more_votes(fit.votes, **parameters, **wanted), class_names=names)


def plot_calibration(
    aggregated: Aggregated,
    *,
    truth: ArrayLike,
    cls: int = -1,
    class_names: Sequence[Any] | None = None,
    replicates: int = BOOTSTRAP_REPLICATES,
    seed: int = 0,
) -> Figure:
    """Draw the posterior of a class against how often known items are of it.

    Parameters
    ----------
    aggregated : Aggregated
        Of any method, without having been told these items' classes: items that it was told are
        left out, for their posterior is their truth.
    truth : array_like of int, shape (n_items,)
        Class of each item, or -1 where it is not known.
    cls : int
        Code of the class. Default: the last.
    class_names : sequence, optional
        What the classes are called. Default: the fit's own names.
    replicates, seed : int
        Of the bootstrap over items.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    AnalysisError
        If the truth does not fit the items, or no item is left to measure on.
    """
    check_types(plot_calibration, locals())
    scores, outcomes, name = _known_scores(aggregated, truth, cls, class_names)
    found = measure_calibration(
        scores,
        outcomes=outcomes,
        images=np.arange(len(scores)),
        confidence=CONFIDENCE,
        replicates=replicates,
        seed=seed,
    )
    return reliability_figure(found, class_name=name, confidence=CONFIDENCE)


def plot_precision_recall(
    aggregated: Aggregated,
    *,
    truth: ArrayLike,
    cls: int = -1,
    threshold: float = THRESHOLD,
    class_names: Sequence[Any] | None = None,
    replicates: int = BOOTSTRAP_REPLICATES,
    seed: int = 0,
) -> Figure:
    """Draw precision and recall of a class on known items, with a band, and a threshold's point.

    Parameters
    ----------
    aggregated, truth, cls, class_names, replicates, seed
        As for :func:`plot_calibration`.
    threshold : float
        Least posterior of the class that is kept, in 0..1.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    AnalysisError
        If the truth does not fit the items, or none of those left to measure on is of the class.
    """
    check_types(plot_precision_recall, locals())
    check_threshold(threshold)
    scores, outcomes, name = _known_scores(aggregated, truth, cls, class_names)
    images = np.arange(len(scores))
    bands = precision_recall_bands(
        scores, truth=outcomes, images=images, replicates=replicates, seed=seed
    )
    return known_curve_figure(bands, class_name=name, threshold=threshold)


def _names(aggregated: Aggregated, given: Sequence[Any] | None) -> Sequence[Any]:
    """Return what the classes are called: as said, or as the fit has it."""
    names = aggregated.class_names if given is None else given
    if len(names) != aggregated.n_classes:
        raise AnalysisError(
            f"class_names has {len(names)} names: give one for each of the "
            f"{aggregated.n_classes} classes"
        )
    return names


def _known_scores(
    aggregated: Aggregated, truth: ArrayLike, cls: int, class_names: Sequence[Any] | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_], Any]:
    """Return a class's posterior on known items, whether they are of it, and its name."""
    known = np.asarray(truth)
    n_items, n_classes = aggregated.posterior.shape
    if known.shape != (n_items,) or known.dtype.kind not in "iu":
        raise AnalysisError(
            f"truth of shape {known.shape} and type {known.dtype} does not fit {n_items} items: "
            "give a class an item, or -1 where it is not known"
        )
    if known.max() >= n_classes or known.min() < UNKNOWN:
        wrong = known.max() if known.max() >= n_classes else known.min()
        raise AnalysisError(f"truth has class {wrong}: give 0..{n_classes - 1}, or -1 if not known")
    if not -n_classes <= cls < n_classes:
        raise AnalysisError(f"cls={cls} is none of the {n_classes} classes, 0..{n_classes - 1}")
    told = getattr(aggregated, "clamped", None)
    free = known != UNKNOWN
    if told is not None:
        free &= ~np.asarray(told).any(axis=1)
    if not free.any():
        why = "the fit was told them all" if (known != UNKNOWN).any() else "none is given"
        raise AnalysisError(
            f"there is no known item to measure on: {why}. Fit without truth=, and give it here"
        )
    name = _names(aggregated, class_names)[cls]
    return aggregated.posterior[free, cls], known[free] == cls % n_classes, name
