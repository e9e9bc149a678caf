"""The ReaL release: load it, recompute what was published, choose other operating points."""

from importlib import import_module
from typing import Any

# Each public name and the module that has it, which is imported when the name is first used:
# `__init__.pyi` says the same to type checkers and editors.
MODULES = {
    "RealLabelsImagenet": "accuracy.real_labels",
    "AnalysisError": "errors",
    "Release": "release.release",
    "ReleaseError": "errors",
    "accuracy_by_class": "accuracy.real_accuracy",
    "accuracy_curve": "accuracy.curve",
    "accuracy_table": "accuracy.table",
    "agreement": "raters.agreement.agreement",
    "agreement_of_two": "raters.agreement.agreement",
    "check_model": "diagnostics.model_check",
    "choose_threshold": "statistics.operating_point",
    "cohen_kappa": "raters.agreement.agreement",
    "compare_methods": "scores.methods.comparison",
    "compare_models": "accuracy.paired",
    "compare_on_votes": "comparison.comparison",
    "diff_labels": "release.labels.diff",
    "explorer_page": "pages.explorer.page",
    "find_order": "accuracy.order",
    "golden_difference": "raters.golden.difference",
    "load_predictions": "accuracy.reading.files",
    "load_release": "release.release",
    "load_synsets": "accuracy.reading.wordnet_ids",
    "load_training_list": "release.files.training_list",
    "make_labels": "release.labels.label_sets",
    "measure_calibration": "statistics.calibration",
    "measure_rightness": "comparison.measures",
    "more_votes": "diagnostics.more_votes",
    "near_copies": "raters.pairs.near_copies",
    "out_of_sample_scores": "scores.methods.out_of_sample",
    "pairs_of_fit": "raters.pairs.pairs",
    "plot_agreement": "figures.own_fit",
    "plot_calibration": "figures.own_fit",
    "plot_error_rates": "figures.own_fit",
    "plot_model_check": "figures.own_fit",
    "plot_more_votes": "figures.own_fit",
    "plot_precision_recall": "figures.own_fit",
    "precision_recall": "statistics.precision_recall",
    "precision_recall_bands": "statistics.bands",
    "published_labels": "release.published",
    "published_scores": "release.published",
    "ranked_labels": "accuracy.reading.predictions",
    "rater_accuracy": "raters.golden.accuracy",
    "rater_pairs": "raters.pairs.pairs",
    "rater_quality": "raters.quality.quality",
    "read_predictions": "accuracy.reading.files",
    "real_accuracy": "accuracy.real_accuracy",
    "recalibrate": "scores.recalibration",
    "recalibrate_posteriors": "comparison.temperature",
    "report_on_release": "raters.report",
    "report_on_votes": "raters.report",
    "retest": "raters.agreement.retest",
    "scott_pi": "raters.agreement.agreement",
    "threshold_interval": "release.labels.label_sets",
    "votes_explorer_page": "pages.explorer.page",
    "votes_page": "pages.votes.page",
    "without_raters": "scores.methods.without_raters",
}
__all__ = sorted(MODULES)


def __getattr__(name: str) -> Any:
    """Import the module of a public name, and hand the name on."""
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{MODULES[name]}", __name__), name)
    globals()[name] = value  # the next use finds it at once
    return value


def __dir__() -> list[str]:
    """List the public names beside what is loaded."""
    return sorted({*globals(), *MODULES})
