"""All figures about raters, of the release or of anyone's votes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from ..diagnostics.model_check import ModelCheck
from ..diagnostics.more_votes import VotesBought
from ..raters.golden.accuracy import RaterAccuracy
from ..raters.golden.difference import GoldenDifference
from ..raters.pairs.clusters import RaterClusters
from ..raters.quality.quality import RaterQuality
from .agreement import agreement_figure
from .diagnostics import model_check_figure
from .error_rates import error_rates_figure
from .more_votes import more_votes_figure
from .raters import golden_em_figure, raters_figure

if TYPE_CHECKING:  # these compute, with Numba, which takes a third of a second to import
    from ..diagnostics.report import ModelReport
    from ..raters.report import RaterReport


def rater_figures(report: RaterReport, model: ModelReport) -> dict[str, Figure]:
    """Draw all that there is something to draw of.

    Parameters
    ----------
    report : RaterReport
    model : ModelReport
        Of the same votes.

    Returns
    -------
    dict of str to matplotlib.figure.Figure
        Those of :func:`figures_of_model` and of :func:`figures_of_raters`.
    """
    from ..raters.report import what_is_drawn

    golden, simulated = report.golden is not None, model.simulated
    of_model = figures_of_model(model.bought, model.checks, report.class_names, golden, simulated)
    return of_model | figures_of_raters(*what_is_drawn(report, simulated=simulated))


def figures_of_model(
    bought: Sequence[VotesBought],
    checks: Sequence[ModelCheck],
    class_names: Sequence[Any],
    golden: bool,
    simulated: bool,
) -> dict[str, Figure]:
    """Draw more_votes, and model_check where the model was checked."""
    figures = {
        "more_votes": more_votes_figure(
            bought, class_names=class_names, golden=golden, simulated=simulated
        )
    }
    if checks:
        figures["model_check"] = model_check_figure(checks, simulated=simulated)
    return figures


def figures_of_raters(
    quality: RaterQuality,
    class_names: Sequence[Any],
    clusters: Mapping[str, RaterClusters],
    golden: tuple[RaterAccuracy, GoldenDifference] | None,
    simulated: bool,
) -> dict[str, Figure]:
    """Draw error_rates; agreement where two have items in common; golden answers, if there are any.

    The latter are raters and golden_em.
    """
    figures = {
        "error_rates": error_rates_figure(quality, class_names=class_names, simulated=simulated)
    }
    if all(len(found.raters) > 1 for found in clusters.values()):
        names = quality.rater_names
        figures["agreement"] = agreement_figure(clusters, names=names, simulated=simulated)
    if golden is not None:
        accuracy, difference = golden
        figures["raters"] = raters_figure(accuracy, simulated=simulated)
        figures["golden_em"] = golden_em_figure(difference, simulated=simulated)
    return figures
