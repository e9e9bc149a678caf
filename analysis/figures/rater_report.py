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

DRAW: dict[str, Callable[..., Figure]] = {
    "more_votes": more_votes_figure,
    "model_check": model_check_figure,
    "error_rates": error_rates_figure,
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
    from ..raters.report import show_agreement

    names, golden, simulated = report.class_names, report.golden, model.simulated
    figures: dict[str, Figure] = {}

    def draw(name: str, *found: Any, **options: Any) -> None:
        figures[name] = DRAW[name](*found, simulated=simulated, **options)

    draw("more_votes", model.bought, class_names=names, golden=golden is not None)
    if model.checks:
        draw("model_check", model.checks)
    draw("error_rates", report.quality, class_names=names)
    show_agreement(report, draw)
    if golden is not None:
        draw("raters", golden.accuracy)
        draw("golden_em", golden.difference)
    return figures
