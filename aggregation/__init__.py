"""Votes of raters on items, and Dawid & Skene's model of them."""

from .datasets.anesthesia import load_anesthesia
from .datasets.simulate import simulate_votes
from .errors import ConvergenceWarning, IdentifiabilityWarning, VoteError
from .models.dawid_skene.fitting import fit_dawid_skene
from .models.fit import Fit, Optimum
from .models.fit_tables import error_rate_table, posterior_table
from .models.known_truth import Expectation, e_step, estimate_class_prior, estimate_error_rates
from .models.vote_share import VoteShare, vote_share
from .uncertainty.bootstrap import Bootstrap, bootstrap
from .uncertainty.model_comparison import (
    ComparedFit,
    HeldOut,
    bic,
    compare_fits,
    held_out_log_likelihood,
    n_parameters,
)
from .uncertainty.standard_errors import Intervals, StandardErrors, standard_errors
from .votes.known_items import KnownItems, read_known_items
from .votes.votes import Votes

__all__ = [
    "Bootstrap",
    "ComparedFit",
    "ConvergenceWarning",
    "Expectation",
    "Fit",
    "HeldOut",
    "IdentifiabilityWarning",
    "Intervals",
    "KnownItems",
    "Optimum",
    "StandardErrors",
    "VoteError",
    "VoteShare",
    "Votes",
    "bic",
    "bootstrap",
    "compare_fits",
    "e_step",
    "error_rate_table",
    "estimate_class_prior",
    "estimate_error_rates",
    "fit_dawid_skene",
    "held_out_log_likelihood",
    "load_anesthesia",
    "n_parameters",
    "posterior_table",
    "read_known_items",
    "simulate_votes",
    "standard_errors",
    "vote_share",
]
