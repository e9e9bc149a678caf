"""Figures: take results, return a matplotlib Figure; nothing is computed here."""

from importlib import import_module
from typing import Any

# Each name and the module that has it, imported when it is first used: a command draws one or two.
MODULES = {
    "accuracy_figure": "accuracy",
    "agreement_figure": "agreement",
    "bands_figure": "bands",
    "calibration_figure": "calibration",
    "comparison_figure": "comparison",
    "error_rates_figure": "error_rates",
    "figure3": "curve",
    "figure_bytes": "drawing",
    "figure_files": "drawing",
    "golden_em_figure": "raters",
    "model_check_figure": "diagnostics",
    "more_votes_figure": "more_votes",
    "ranks_figure": "ranks",
    "rater_figures": "rater_report",
    "raters_figure": "raters",
    "take_caption": "drawing",
    "votes_comparison_figure": "votes_comparison",
    "without_figure": "diagnostics",
}
__all__ = sorted(MODULES)


def __getattr__(name: str) -> Any:
    """Import the module of a name, and hand the name on."""
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{MODULES[name]}", __name__), name)
