"""Good arguments of every public function of `aggregation`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import aggregation

# What is known of the items of votes(): a class of the first nine.
KNOWN = np.where(np.arange(30) < 9, np.arange(30) % 3, -1)


@cache
def votes() -> aggregation.Votes:  # of 4 raters on 30 items, with 3 answers
    rng = np.random.default_rng(0)
    items, raters = np.divmod(np.arange(120), 4)
    answers = np.where(rng.random(120) < 0.7, items % 3, rng.integers(0, 3, 120))
    return aggregation.Votes.from_triples(items, raters, answers)


@cache
def fit() -> aggregation.Fit:
    return aggregation.fit_dawid_skene(votes(), pseudo_count=0.1)


def written_fit(folder: Path) -> Path:
    """Write what is read back of a fit."""
    from aggregation.models.fit_tables import fit_numbers

    folder.mkdir(exist_ok=True)
    table = aggregation.Table(aggregation.error_rate_table(fit()))
    (folder / "error_rates.csv").write_text(table.to_csv(), encoding="utf-8")
    numbers = {"method": "dawid-skene", **fit_numbers(fit())}
    (folder / "fit.json").write_text(json.dumps(numbers), encoding="utf-8")
    return folder


def of_votes(folder: Path) -> dict[str, dict[str, Any]]:
    """Return good arguments, by the function's name; what they read is written to a folder."""
    rates, prior = fit().error_rates, fit().class_prior
    votes_file, items = folder / "v.csv", folder / "k.csv"
    votes_file.write_text("item,rater,label\na,x,1\nb,x,2\na,y,1\nb,y,2\n", encoding="utf-8")
    items.write_text("item,class\n0,1\n1,2\n", encoding="utf-8")
    sure = folder / "p.csv"
    rows = (f"{item},0.2,0.3,0.5\n" for item in range(30))
    sure.write_text("item,0,1,2\n" + "".join(rows), encoding="utf-8")
    em = {
        "n_classes": 3,
        "truth": KNOWN,
        "accelerate": True,
        "tol": 1e-6,
        "max_steps": 5,
        "threads": 1,
        "progress": None,
    }
    plain = {"votes": votes(), "n_classes": 3, "truth": KNOWN}
    priors = {"diagonal": None, "own_count": 4.0, "other_count": 1.0, "class_count": "anchored"}
    return {
        "bootstrap": {
            "fit": fit(),
            "groups": None,
            "raters": None,
            "replicates": 2,
            "seed": 0,
            "threads": 1,
            "progress": None,
        },
        **{key: {"fit": fit()} for key in ("bic", "n_parameters")},
        "standard_errors": {"fit": fit(), "robust": True, "groups": None, "raters": None},
        "profile_class_prior": {"fit": fit(), "confidence": 0.9, "threads": 1},
        "error_rate_table": {"fit": fit(), "class_names": None},
        "posterior_table": {"fit": fit(), "class_names": None},
        **dict.fromkeys(
            ("fit_bwa", "fit_mace", "fit_mace_em"), em | {"votes": votes(), "checkpoint": None}
        ),
        "fit_glad": {key: em[key] for key in em if key != "accelerate"} | {"votes": votes()},
        **dict.fromkeys(("fit_wawa", "fit_zbs"), plain),
        "fit_catd": plain | {"max_steps": 5},
        "fit_la": plain | {"passes": 2},
        "fit_mean": plain | {"restarts": 0, "seed": 0, "tol": 1e-6, "max_steps": 5, "threads": 1},
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
        "estimate_class_prior": {"truth": KNOWN % 3, "n_classes": 3},
        "estimate_error_rates": {
            "votes": votes(),
            "truth": KNOWN,
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
            "checkpoint": None,
            "seed": 0,
        },
        "fit_ebcc": em
        | priors
        | {
            "votes": votes(),
            "n_groups": 2,
            "group_count": 0.1,
            "start": None,
            "checkpoint": None,
            "restarts": 0,
            "seed": 0,
        },
        "fit_ibcc": em
        | priors
        | {"votes": votes(), "learn": False, "start": None, "checkpoint": None},
        "sample_ibcc": plain
        | priors
        | {"draws": 4, "warmup": 1, "chains": 1, "seed": 0, "threads": 1},
        "fit_one_coin_bayes": em
        | {
            "votes": votes(),
            "right_count": 2.0,
            "wrong_count": 1.0,
            "start": None,
            "checkpoint": None,
        },
        "fit_sparse_dawid_skene": em
        | {"votes": votes(), "candidates": 2, "row_count": 10.0, "start": None},
        "held_out_log_likelihood": {
            "votes": votes(),
            "method": "ibcc",
            "share": 0.1,
            "folds": None,
            "seed": 0,
            "strict": True,
        },
        **{
            name: {"votes": votes(), "probabilities": fit().posterior}
            for name in ("fit_crowdlab", "with_classifier")
        },
        "read_probabilities": {"path": sure, "votes": votes(), "item": None},
        "as_method": {"method": "ibcc", "name": None},
        "objective_difference": {"one": fit(), "other": fit()},
        "predicts": {"result": fit()},
        "normalised_rates": {"counts": rates},
        "read_known_items": {
            "path": items,
            "votes": votes(),
            "item": None,
            "cls": None,
            "n_classes": None,
            "normalise": False,
        },
        "read_fit": {"folder": written_fit(folder / "fit")},
        "read_votes": {"source": votes_file, "n_classes": None},
        "score_votes": {
            "votes": votes(),
            "fit": fit(),
            "unknown_raters": "mean",
            "threads": 1,
        },
        "simulate_votes": {
            "error_rates": rates,
            "class_prior": prior,
            "n_items": 20,
            "votes_per_item": 2,
            "rater_weights": None,
            "seed": 0,
        },
        "start_from": {
            "known": aggregation.KnownItems(KNOWN, (0, 1, 2), 0),
            "votes": votes(),
        },
        "vote_share": {"votes": votes(), "ties": "uniform", "weights": None, "seed": 0},
    }
