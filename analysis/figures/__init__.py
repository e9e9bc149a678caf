"""Figures: take results, return a matplotlib Figure; nothing is computed here."""

from .accuracy import accuracy_figure
from .agreement import agreement_figure
from .bands import bands_figure
from .calibration import calibration_figure
from .comparison import comparison_figure
from .curve import figure3
from .diagnostics import model_check_figure, without_figure
from .drawing import figure_bytes, figure_files, take_caption
from .error_rates import error_rates_figure
from .more_votes import more_votes_figure
from .ranks import ranks_figure
from .rater_report import rater_figures
from .raters import golden_em_figure, raters_figure
from .votes_comparison import votes_comparison_figure

__all__ = [
    "accuracy_figure",
    "agreement_figure",
    "bands_figure",
    "calibration_figure",
    "comparison_figure",
    "error_rates_figure",
    "figure3",
    "figure_bytes",
    "figure_files",
    "golden_em_figure",
    "model_check_figure",
    "more_votes_figure",
    "ranks_figure",
    "rater_figures",
    "raters_figure",
    "take_caption",
    "votes_comparison_figure",
    "without_figure",
]
