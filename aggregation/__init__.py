"""Votes of raters on items, and Dawid & Skene's model of them."""

from importlib import import_module
from typing import Any

# Each public name and the module that has it, which is imported when the name is first used:
# `__init__.pyi` says the same to type checkers and editors.
MODULES = {
    "Aggregated": "models.aggregated",
    "Aggregation": "models.aggregated",
    "Bootstrap": "uncertainty.replicates.bootstrap",
    "ComparedFit": "uncertainty.model_comparison",
    "ConvergenceWarning": "errors",
    "Expectation": "models.known_truth",
    "Family": "models.dawid_skene.families",
    "FamilyName": "models.dawid_skene.families",
    "Fit": "models.fit",
    "HeldOut": "uncertainty.held_out",
    "IdentifiabilityWarning": "errors",
    "Intervals": "uncertainty.boundary",
    "KnownItems": "votes.known_items",
    "LabelStream": "models.la",
    "METHODS": "models.catalogue",
    "Method": "models.catalogue",
    "Optimality": "models.fit",
    "Optimum": "models.fit",
    "Options": "models.fit",
    "OwnMethod": "models.own_method",
    "ReadOptions": "reading.options",
    "SimulatedVotes": "datasets.simulate",
    "StandardErrors": "uncertainty.standard_errors",
    "StoreAggregation": "models.store_fit",
    "StoreFit": "models.store_fit",
    "Table": "table",
    "UNKNOWN": "votes.given",
    "VoteError": "errors",
    "VoteReading": "votes.read",
    "VoteShare": "models.vote_share",
    "VoteStore": "votes.store.store",
    "VoteWarning": "errors",
    "Votes": "votes.votes",
    "aggregate": "models.aggregate",
    "as_method": "models.own_method",
    "bic": "models.criteria",
    "bootstrap": "uncertainty.replicates.bootstrap",
    "compare_fits": "uncertainty.model_comparison",
    "diagonal_pseudo_count": "votes.given",
    "e_step": "models.known_truth",
    "error_rate_table": "models.fit_tables",
    "estimate_class_prior": "models.known_truth",
    "estimate_error_rates": "models.known_truth",
    "expected_counts": "models.known_truth",
    "fit_bwa": "models.bwa",
    "fit_catd": "models.weighted_votes",
    "fit_crowdlab": "models.crowdlab",
    "fit_dawid_skene": "models.dawid_skene.fitting",
    "fit_ebcc": "models.ebcc",
    "fit_glad": "models.glad",
    "fit_ibcc": "models.ibcc",
    "fit_la": "models.la",
    "fit_mace": "models.mace",
    "fit_mace_em": "models.mace",
    "fit_mean": "models.mean",
    "fit_one_coin_bayes": "models.one_coin",
    "fit_wawa": "models.weighted_votes",
    "fit_zbs": "models.weighted_votes",
    "held_out_log_likelihood": "uncertainty.held_out",
    "load_anesthesia": "datasets.anesthesia",
    "n_parameters": "models.criteria",
    "normalised_rates": "models.known_truth",
    "objective_difference": "uncertainty.model_comparison",
    "posterior_table": "models.fit_tables",
    "predicts": "uncertainty.model_comparison",
    "profile_class_prior": "uncertainty.profile",
    "read_known_items": "votes.known_items",
    "read_probabilities": "models.classifier",
    "read_votes": "votes.read",
    "sample_ibcc": "models.gibbs",
    "simulate_votes": "datasets.simulate",
    "standard_errors": "uncertainty.standard_errors",
    "start_from": "models.dawid_skene.starts",
    "vote_share": "models.vote_share",
    "with_classifier": "models.classifier",
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
