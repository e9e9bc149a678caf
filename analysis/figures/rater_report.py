"""All figures about raters, of the release or of anyone's votes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from .agreement import agreement_figure
from .diagnostics import model_check_figure
from .error_rates import error_rates_figure
from .more_votes import more_votes_figure
from .raters import golden_em_figure, raters_figure

if TYPE_CHECKING:
    from ..diagnostics.report import ModelReport
    from ..raters.report import RaterReport

# What is drawn of a report that is complete.
OF_REPORT: dict[str, Callable[..., Figure]] = {
    "agreement": agreement_figure,
    "raters": raters_figure,
    "golden_em": golden_em_figure,
}


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
        more_votes; model_check where the model was checked; error_rates; agreement where two raters
        have items in common; raters and golden_em where there are golden answers.
    """
    from ..raters.report import what_is_drawn

    names: dict[str, Any] = {"class_names": report.class_names}
    simulated: dict[str, Any] = {"simulated": model.simulated}
    golden = report.golden is not None
    figures = {"more_votes": more_votes_figure(model.bought, golden=golden, **names, **simulated)}
    if model.checks:
        figures["model_check"] = model_check_figure(model.checks, **simulated)
    figures["error_rates"] = error_rates_figure(report.quality, **names, **simulated)
    for name, found, options in what_is_drawn(report):
        figures[name] = OF_REPORT[name](found, **options, **simulated)
    return figures
