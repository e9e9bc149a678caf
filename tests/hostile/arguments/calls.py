"""A good call of every public function that takes arguments."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import aggregation
import analysis


class Call(NamedTuple):
    """A good call: the function, and its arguments."""

    function: Callable[..., Any]
    arguments: dict[str, Any]


@cache
def votes() -> aggregation.Votes:  # of 4 raters on 30 items, with 3 answers
    rng = np.random.default_rng(0)
    items, raters = np.divmod(np.arange(120), 4)
    answers = np.where(rng.random(120) < 0.7, items % 3, rng.integers(0, 3, 120))
    return aggregation.Votes.from_triples(items, raters, answers)


@cache
def fit() -> aggregation.Fit:
    return aggregation.fit_dawid_skene(votes(), pseudo_count=0.1)


def calls(release: analysis.Release, folder: Path) -> dict[str, Call]:
    """Return a good call of every public function that has arguments, by its public name."""
    known = np.where(np.arange(30) < 9, np.arange(30) % 3, -1)
    rates = fit().error_rates
    prior = fit().class_prior
    scores, truth, images = np.linspace(0, 1, 30), np.arange(30) % 2, np.arange(30) // 2
    table = np.array([[9, 1, 0], [2, 8, 1], [0, 1, 9]])
    labels = release.label_sets
    model = np.asarray(release.original_labels)
    curve = analysis.precision_recall(scores, truth=truth)
    pairs = analysis.pairs_of_fit(fit())
    votes_file, predictions, items = folder / "v.csv", folder / "p.npy", folder / "k.csv"
    votes_file.write_text("item,rater,label\na,x,1\nb,x,2\na,y,1\nb,y,2\n", encoding="utf-8")
    items.write_text("item,class\n0,1\n1,2\n", encoding="utf-8")
    np.save(predictions, model)
    em = {
        "n_classes": 3,
        "truth": known,
        "accelerate": True,
        "tol": 1e-6,
        "max_steps": 5,
        "threads": 1,
        "progress": None,
    }
    of_votes: dict[str, dict[str, Any]] = {
        "bootstrap": {
            "fit": fit(),
            "groups": None,
            "raters": None,
            "replicates": 2,
            "seed": 0,
            "threads": 1,
            "progress": None,
        },
        **{key: {"fit": fit()} for key in ("bic", "n_parameters", "standard_errors")},
        "error_rate_table": {"fit": fit(), "class_names": None},
        "posterior_table": {"fit": fit(), "class_names": None},
        **dict.fromkeys(("fit_mace", "fit_mace_em"), em | {"votes": votes()}),
        "aggregate": {"votes": votes_file},
        "compare_fits": {
            "votes": votes(),
            "models": {"a": {"pseudo_count": 1}, "b": {}},
            "share": 0.1,
            "folds": None,
            "seed": 0,
        },
        "diagonal_pseudo_count": {"off": 0.1, "extra": 0.5, "n_classes": 3},
        "e_step": {"votes": votes(), "error_rates": rates, "class_prior": prior},
        "estimate_class_prior": {"truth": known % 3, "n_classes": 3},
        "estimate_error_rates": {
            "votes": votes(),
            "truth": known,
            "n_classes": 3,
            "pseudo_count": 1.0,
        },
        "expected_counts": {"votes": votes(), "weights": fit().posterior},
        "fit_dawid_skene": em
        | {
            "votes": votes(),
            "truth_role": "clamped",
            "pseudo_count": 0.1,
            "start": None,
            "error_rates": None,
            "class_prior": None,
            "family": "full",
            "hard": False,
            "restarts": 0,
            "leave_zeros": False,
            "seed": 0,
        },
        "fit_ibcc": em
        | {
            "votes": votes(),
            "diagonal": None,
            "own_count": 4.0,
            "other_count": 1.0,
            "class_count": "anchored",
            "learn": False,
            "start": None,
        },
        "fit_one_coin_bayes": em
        | {"votes": votes(), "right_count": 2.0, "wrong_count": 1.0, "start": None},
        "held_out_log_likelihood": {"votes": votes(), "share": 0.1, "folds": None, "seed": 0},
        "normalised_rates": {"counts": rates},
        "read_known_items": {
            "path": items,
            "votes": votes(),
            "item": None,
            "cls": None,
            "n_classes": None,
            "normalise": False,
        },
        "read_votes": {"source": votes_file, "n_classes": None},
        "simulate_votes": {
            "error_rates": rates,
            "class_prior": prior,
            "n_items": 20,
            "votes_per_item": 2,
            "rater_weights": None,
            "seed": 0,
        },
        "start_from": {
            "known": aggregation.KnownItems(known, (0, 1, 2), 0),
            "votes": votes(),
        },
        "vote_share": {"votes": votes(), "ties": "uniform", "weights": None, "seed": 0},
    }
    drawn = {"scale": "nominal", "replicates": 9, "seed": 0, "confidence": 0.9}
    of_release: dict[str, dict[str, Any]] = {
        "agreement_of_two": {"table": table, **drawn},
        "agreement": {"votes": votes(), **drawn},
        **{key: {"data": release.folder} for key in ("load_release", "load_synsets")},
        **{key: {"release": release} for key in ("published_labels", "published_scores")},
        "rater_accuracy": {"release": release},
        **{key: {"table": table, "scale": "nominal"} for key in ("cohen_kappa", "scott_pi")},
        "pairs_of_fit": {"fit": fit()},
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
        "report_on_release": {"release": release, "seed": 0, "progress": None},
        "report_on_votes": {
            "votes": votes(),
            "known": None,
            "scale": "nominal",
            "seed": 0,
            "progress": None,
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
    return {
        f"{face.__name__}.{name}": Call(getattr(face, name), arguments)
        for face, found in ((aggregation, of_votes), (analysis, of_release))
        for name, arguments in found.items()
    }
