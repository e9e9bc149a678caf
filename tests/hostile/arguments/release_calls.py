"""Good arguments of every public function of `analysis`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import aggregation
import analysis
from analysis.diagnostics.report import model_report_on_votes
from analysis.release.files.training_list import TRAINING_LIST

from ...support.bad_releases import linked
from .votes_calls import KNOWN, fit, votes


def of_release(release: analysis.Release, folder: Path) -> dict[str, dict[str, Any]]:
    """Return good arguments, by the function's name; what they read is written to a folder."""
    rates, prior = fit().error_rates, fit().class_prior
    scores, truth, images = np.linspace(0, 1, 30), np.arange(30) % 2, np.arange(30) // 2
    table = np.array([[9, 1, 0], [2, 8, 1], [0, 1, 9]])
    labels = release.label_sets
    model = np.asarray(release.original_labels)
    curve = analysis.precision_recall(scores, truth=truth)
    pairs = analysis.pairs_of_fit(fit())
    predictions = folder / "p.npy"
    np.save(predictions, model)
    with_list = linked(release.folder, folder / "release")
    (with_list / TRAINING_LIST).write_text("n90000000_1.JPEG\n", encoding="utf-8")
    shown = {"cls": 1, "class_names": None, "seed": 0}
    drawn = {"scale": "nominal", "replicates": 9, "seed": 0, "confidence": 0.9}
    return {
        "agreement_of_two": {"table": table, **drawn},
        "agreement": {"votes": votes(), **drawn},
        **{key: {"data": release.folder} for key in ("load_release", "load_synsets")},
        "votes_page": {
            "report": analysis.report_on_votes(votes()),
            "model": model_report_on_votes(fit(), replicates=2),
            "methods": None,
            "title": "Votes",
        },
        "plot_agreement": {"aggregated": fit()},
        "plot_calibration": shown | {"aggregated": fit(), "truth": KNOWN, "replicates": 2},
        "plot_error_rates": {"fit": fit(), "class_names": None, "refits": 0, "seed": 0},
        "plot_model_check": {"replicates": 2, "seed": 0},
        "plot_more_votes": shown | {"fit": fit(), "threshold": 0.8, "truth": None},
        "plot_precision_recall": shown
        | {"aggregated": fit(), "truth": KNOWN, "threshold": 0.8, "replicates": 2},
        "load_training_list": {"data": with_list},
        "explorer_page": {"release": release, "replicates": 2},
        "votes_explorer_page": {
            "fit": fit(),
            "known": aggregation.KnownItems(KNOWN, (0, 1, 2), 0),
            "replicates": 2,
        },
        **{key: {"release": release} for key in ("published_labels", "published_scores")},
        "rater_accuracy": {"release": release},
        **{key: {"table": table, "scale": "nominal"} for key in ("cohen_kappa", "scott_pi")},
        "pairs_of_fit": {"fit": fit()},
        "compare_on_votes": {
            "votes": votes(),
            "truth": KNOWN,
            "methods": ("vote-share", "ibcc"),
            "folds": 2,
            "confidence": 0.9,
            "replicates": 2,
            "seed": 0,
            "threads": 1,
            "progress": None,
        },
        "measure_rightness": {
            "posteriors": {"ours": fit().posterior},
            "truth": KNOWN,
            "baseline": None,
            "confidence": 0.9,
            "replicates": 2,
            "seed": 0,
        },
        "recalibrate_posteriors": {
            "posterior": fit().posterior,
            "truth": KNOWN,
            "folds": 2,
            "seed": 0,
        },
        "accuracy_by_class": {
            "predictions": model,
            "label_sets": labels,
            "k": 1,
            "names": None,
            "original_labels": model,
        },
        "accuracy_curve": {
            "predictions": model,
            "release": release,
            "scores": None,
            "k": 1,
            "images": None,
        },
        "accuracy_table": {
            "models": {"a": model},
            "label_sets": labels,
            "original_labels": model,
            "topk": (1,),
        },
        "check_model": {"fit": fit(), "replicates": 2, "refit": False, "seed": 0, "progress": None},
        "choose_threshold": {
            "curve": curve,
            "precision": 0.5,
            "recall": None,
            "f_beta": None,
            "costs": None,
            "threshold": None,
            "with_confidence": None,
        },
        "compare_methods": {
            "release": release,
            "threshold": 0.8,
            "folds": 2,
            "confidence": 0.9,
            "replicates": 2,
            "seed": 0,
            "threads": 1,
            "progress": None,
        },
        "compare_models": {"first": model, "second": model, "label_sets": labels, "k": 1},
        "diff_labels": {"before": labels, "after": labels},
        "find_order": {"predictions": model, "original_labels": model},
        "golden_difference": {"release": release, "fit": None},
        "load_predictions": {
            "path": predictions,
            "n_images": 50_000,
            "most": 5,
            "column": None,
            "partial": False,
            "data": None,
        },
        "make_labels": {
            "release": release,
            "scores": None,
            "threshold": 0.8,
            "animal_threshold": None,
        },
        "measure_calibration": {
            "scores": scores,
            "outcomes": truth,
            "images": images,
            "n_bins": 3,
            "confidence": 0.9,
            "replicates": 9,
            "seed": 0,
        },
        "more_votes": {
            "votes": votes(),
            "error_rates": rates,
            "class_prior": prior,
            "truth": None,
            "cls": -1,
            "threshold": 0.8,
            "most": 3,
            "n_items": 50,
            "replicates": 2,
            "seed": 0,
        },
        "near_copies": {"pairs": pairs, "false_discovery_rate": 0.05, "least_copied": 0.5},
        "out_of_sample_scores": {"release": release, "folds": 2, "seed": 0, "with_original": True},
        "precision_recall": {"scores": scores, "truth": truth},
        "precision_recall_bands": {
            "scores": scores,
            "truth": truth,
            "images": images,
            "recalls": [0.5, 1.0],
            "confidence": 0.9,
            "replicates": 9,
            "seed": 0,
            "threads": 1,
        },
        "ranked_labels": {
            "predictions": model,
            "names": None,
            "n_images": 50_000,
            "most": 5,
            "synsets": None,
        },
        "rater_pairs": {"votes": votes(), "error_rates": rates, "class_prior": prior},
        "rater_quality": {
            "fit": fit(),
            "scale": "nominal",
            "class_names": None,
            "costs": None,
            "draws": 9,
            "refits": 0,
            "seed": 0,
        },
        "read_predictions": {
            "path": predictions,
            "n_images": 50_000,
            "most": 5,
            "column": None,
            "original_labels": None,
            "order": None,
            "data": None,
        },
        "real_accuracy": {"predictions": model, "label_sets": labels, "k": 1, "names": None},
        "recalibrate": {"release": release, "method": "isotonic", "folds": 2, "seed": 0},
        "report_on_release": {
            "release": release,
            "refits": 0,
            "seed": 0,
            "progress": None,
            "show": None,
        },
        "report_on_votes": {
            "votes": votes(),
            "known": None,
            "scale": "nominal",
            "refits": 0,
            "seed": 0,
            "progress": None,
            "show": None,
        },
        "retest": {"release": release, "scale": "ordinal", "replicates": 9, "seed": 0},
        "threshold_interval": {"release": release, "label_sets": labels, "scores": None},
        "without_raters": {
            "release": release,
            "raters": [release.votes.rater_names[0]],
            "threshold": 0.8,
            "replicates": 2,
            "seed": 0,
        },
    }
