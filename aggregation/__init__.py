"""Votes of raters on items, and Dawid & Skene's model of them."""

from importlib import import_module
from typing import Any

# Each public name and the module that has it, which is imported when the name is first used:
# `__init__.pyi` says the same to type checkers and editors.
MODULES = {
    "Aggregated": "models.aggregated",
    "Aggregation": "models.aggregated",
    "Bootstrap": "uncertainty.bootstrap",
    "ComparedFit": "uncertainty.model_comparison",
    "ConvergenceWarning": "errors",
    "Expectation": "models.known_truth",
    "Family": "models.dawid_skene.families",
    "FamilyName": "models.dawid_skene.families",
    "Fit": "models.fit",
    "HeldOut": "uncertainty.model_comparison",
    "IdentifiabilityWarning": "errors",
    "Intervals": "uncertainty.standard_errors",
    "KnownItems": "votes.known_items",
    "METHODS": "models.catalogue",
    "Method": "models.catalogue",
    "Optimality": "models.fit",
    "Optimum": "models.fit",
    "Options": "models.fit",
    "ReadOptions": "reading.options",
    "SimulatedVotes": "datasets.simulate",
    "StandardErrors": "uncertainty.standard_errors",
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
    "bic": "uncertainty.model_comparison",
    "bootstrap": "uncertainty.bootstrap",
    "compare_fits": "uncertainty.model_comparison",
    "diagonal_pseudo_count": "votes.given",
    "e_step": "models.known_truth",
    "error_rate_table": "models.fit_tables",
    "estimate_class_prior": "models.known_truth",
    "estimate_error_rates": "models.known_truth",
    "expected_counts": "models.known_truth",
    "fit_dawid_skene": "models.dawid_skene.fitting",
    "fit_ibcc": "models.ibcc",
    "fit_mace": "models.mace",
    "fit_mace_em": "models.mace",
    "fit_one_coin_bayes": "models.one_coin",
    "held_out_log_likelihood": "uncertainty.model_comparison",
    "load_anesthesia": "datasets.anesthesia",
    "n_parameters": "uncertainty.model_comparison",
    "normalised_rates": "models.known_truth",
    "posterior_table": "models.fit_tables",
    "read_known_items": "votes.known_items",
    "read_votes": "votes.read",
    "simulate_votes": "datasets.simulate",
    "standard_errors": "uncertainty.standard_errors",
    "start_from": "models.dawid_skene.starts",
    "vote_share": "models.vote_share",
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
