"""A fit by any method, shown on the terminal while it is at work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..terminal.messages import recorded_doubts, say
from ..terminal.method_options import known_arguments

if TYPE_CHECKING:
    from aggregation import Aggregated, KnownItems, Method, Votes, VoteStore

ONE_COIN = "one-coin"


def fitted(
    method: Method,
    votes: Votes | VoteStore,
    known: KnownItems | None,
    options: dict[str, Any],
    threads: int | None,
) -> tuple[Aggregated, list[str]]:
    """Fit, showing the objective on a terminal; return the result and its warnings."""
    arguments = dict(options)
    if known is not None:  # of votes in memory
        arguments |= known_arguments(
            method, known, cast("Votes", votes), options.get("truth_role", "")
        )
    if isinstance(options.get("pseudo_count"), list):
        arguments["pseudo_count"] = spread_over_cells(method, arguments, votes.n_answers)
    kind = method.objective_kind.replace("log likelihood", "log-likelihood")
    with say().status("fitting") as status, recorded_doubts() as doubts:

        def tell(step: int, objective: float) -> None:
            status.update(f"step {step:,}: {kind} {objective:,.4f}")

        further = {"threads": threads, "progress": tell}
        taken = {name: value for name, value in further.items() if name in method.takes}
        result = method(votes, **arguments | taken)
    return result, doubts


def spread_over_cells(method: Method, arguments: dict[str, Any], n_answers: int) -> Any:
    """Return the pseudo-counts that OFF,EXTRA stands for, in the terms of the family."""
    from aggregation import diagonal_pseudo_count

    off, extra = arguments["pseudo_count"]
    family = (arguments | dict(method.fixed))["family"]
    if family == ONE_COIN:
        return [off + extra, off]
    return diagonal_pseudo_count(off, extra, arguments["n_classes"] or n_answers)
