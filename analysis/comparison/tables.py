"""Methods side by side as csv."""

from __future__ import annotations

from typing import Any

from ..statistics.estimates import estimate_cells
from ..tables import to_csv
from .comparison import MethodOnVotes, VotesComparison
from .measures import MEASURES


def methods_csv(data: VotesComparison) -> str:
    """Return the comparison as csv, one row a method.

    Parameters
    ----------
    data : VotesComparison

    Returns
    -------
    str
        Columns: method; held_out (nats a left-out vote, -inf where some are impossible, empty where
        a method has no model of the answers), held_out_behind the best and the standard_error of
        that, impossible_items (with such votes); with known items, accuracy, macro_f1, log_loss,
        brier, mean_confidence_known and overconfidence, each x with x_low and x_high, the ends of
        its interval, and x_difference to the first method with the ends of its paired interval;
        majority_agreement, mean_confidence; objective, objective_kind, objective_behind (the
        largest that it can be compared with; empty where there is none); n_steps, converged,
        seconds.
    """
    rows = [_row(method) for method in data.methods]
    return to_csv({name: [row[name] for row in rows] for name in rows[0]})


def _row(method: MethodOnVotes) -> dict[str, Any]:
    held_out, result = method.held_out, method.result
    row: dict[str, Any] = {
        "method": method.name,
        "held_out": None if held_out is None else held_out.log_likelihood,
        "held_out_behind": method.behind,
        "standard_error": method.standard_error,
        "impossible_items": None if held_out is None else len(held_out.impossible),
    }
    if method.rightness is not None and method.difference is not None:
        for name in MEASURES:
            column = "mean_confidence_known" if name == "mean_confidence" else name
            row |= estimate_cells(column, getattr(method.rightness, name))
            row |= estimate_cells(f"{column}_difference", getattr(method.difference, name))
    return row | {
        "majority_agreement": method.majority_agreement,
        "mean_confidence": method.mean_confidence,
        "objective": result.objective,
        "objective_kind": result.objective_kind,
        "objective_behind": method.objective_behind,
        "n_steps": result.n_steps,
        "converged": result.converged,
        "seconds": method.seconds,
    }
