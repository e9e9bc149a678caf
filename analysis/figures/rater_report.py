"""All figures about raters, of the release or of anyone's votes."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from ..diagnostics.report import ModelReport
from ..raters.pairs.clusters import RaterClusters
from ..raters.report import RaterReport
from .agreement import agreement_figure
from .diagnostics import model_check_figure
from .error_rates import error_rates_figure
from .more_votes import more_votes_figure
from .raters import golden_em_figure, raters_figure


def rater_figures(
    report: RaterReport, model: ModelReport, clusters: Mapping[str, RaterClusters]
) -> dict[str, Figure]:
    """Draw all that there is something to draw of.

    Parameters
    ----------
    report : RaterReport
    model : ModelReport
        Of the same votes.
    clusters : mapping of str to RaterClusters
        From :func:`clusters_of_report`.

    Returns
    -------
    dict of str to matplotlib.figure.Figure
        error_rates, more_votes; agreement where two raters have items in common; model_check where
        the model was checked; for the release raters and golden_em.
    """
    simulated, golden, names = model.simulated, report.golden, report.quality.rater_names
    figures = {
        "error_rates": error_rates_figure(
            report.quality, class_names=report.class_names, simulated=simulated
        ),
        "more_votes": more_votes_figure(
            model.bought,
            class_names=report.class_names,
            golden=golden is not None,
            simulated=simulated,
        ),
    }
    if all(len(found.raters) > 1 for found in clusters.values()):
        figures["agreement"] = agreement_figure(clusters, names=names, simulated=simulated)
    if model.checks:
        figures["model_check"] = model_check_figure(model.checks, simulated=simulated)
    if golden is not None:
        figures["raters"] = raters_figure(golden.accuracy, simulated=simulated)
        figures["golden_em"] = golden_em_figure(golden.difference, simulated=simulated)
    return figures
