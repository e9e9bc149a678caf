"""What `reassess fit` fits: the votes, with what else is known, by the method that is meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..terminal.messages import UsageError, in_options, recorded_doubts, say
from ..terminal.method_options import known_arguments
from ..terminal.votes_options import VotesOptions
from .fit_files import beside_majority

if TYPE_CHECKING:
    from aggregation import Aggregated, KnownItems, Method, Votes, VoteStore


def checked_known(
    method: Method, known: KnownItems | None, said: VotesOptions
) -> KnownItems | None:
    """Return the known items where the method takes them; those of an export are left aside."""
    if known is None or "truth" in method.takes:
        return known
    if said.truth is not None or said.truth_column is not None:
        raise UsageError(f"--method {method.name} takes no known items (--truth)")
    say().print(f"known items are left aside: --method {method.name} takes none")
    return None


def with_a_classifier(
    votes: Votes, file: Path | None, method: Method, said: VotesOptions
) -> tuple[Votes, dict[str, Any]]:
    """Return the votes and the method's argument for a classifier, or votes with its own."""
    if file is None:
        return votes, {}
    from aggregation import read_probabilities, with_classifier

    probabilities = read_probabilities(file, votes=votes, item=said.item)
    if "probabilities" in method.takes:
        return votes, {"probabilities": probabilities}
    return with_classifier(votes, probabilities), {}


def started(
    method: Method, options: dict[str, Any], votes: Votes | VoteStore, known: KnownItems | None
) -> tuple[dict[str, Any], list[str]]:
    """Return the argument for an earlier fit, read from its folder, and what is matched in it."""
    if "start" not in options:
        return {}, []
    from aggregation import read_fit
    from aggregation.errors import apart
    from aggregation.models.earlier import SPARSE
    from aggregation.models.warm_start import matched

    earlier = read_fit(options["start"])
    if known is not None and apart(known.class_names) != apart(votes.answer_names):
        earlier = earlier.of_classes(known.class_names)
    new_as = "the background" if method.name == SPARSE else "their mean"
    return {"start": earlier}, [matched(votes, earlier).said(options["start"], new_as)]


def fitted(
    method: Method,
    votes: Votes | VoteStore,
    known: KnownItems | None,
    options: dict[str, Any],
    threads: int | None,
    *,
    knowing: bool = True,
) -> tuple[Aggregated, list[str]]:
    """Fit, showing the objective on a terminal; return the result and its warnings.

    Where it is not to know the known items, they have a say in which classes there are alone.
    """
    arguments = dict(options)
    if known is None and options.get("truth_role") == "start":
        raise UsageError("--truth-role start needs items of known class: give them with --truth")
    if known is not None:
        arguments |= known_arguments(method, known, votes, options.get("truth_role", ""))
        if not knowing:
            del arguments["truth"]
        if "start" in options:
            arguments["start"] = options["start"]
    if isinstance(options.get("pseudo_count"), list):
        arguments["pseudo_count"] = spread_over_cells(method, arguments, votes.n_answers)
    kind = method.objective_kind.replace("log likelihood", "log-likelihood")
    with say().status("fitting") as status, recorded_doubts() as doubts:

        def tell(step: int, objective: float) -> None:
            status.update(f"step {step:,}: {kind} {objective:,.4f}")

        further = {"threads": threads, "progress": tell}
        taken = {name: value for name, value in further.items() if name in method.takes}
        result = method(votes, **arguments | taken)
    return result, [*map(in_options, doubts)]


def below_majority(
    method: Method,
    votes: Votes,
    known: KnownItems,
    options: dict[str, Any],
    threads: int | None,
) -> list[str]:
    """Say so where a method that does not know the known items does worse on them than the votes.

    That is not known where no class is called like an answer.
    """
    from aggregation.models.fit_tables import right_beside_majority

    if set(map(str, known.class_names)).isdisjoint(map(str, votes.answer_names)):
        return []
    alone, _ = fitted(method, votes, known, options, threads, knowing=False)
    right = right_beside_majority(alone, known.truth, class_names=known.class_names)
    return [beside_majority(method.name, right)] if right.result < right.majority else []


def spread_over_cells(method: Method, arguments: dict[str, Any], n_answers: int) -> Any:
    """Return the pseudo-counts that OFF,EXTRA stands for, in the terms of the family."""
    from aggregation import diagonal_pseudo_count

    off, extra = arguments["pseudo_count"]
    family = (arguments | dict(method.fixed))["family"]
    if family == "one-coin":
        return [off + extra, off]
    return diagonal_pseudo_count(off, extra, arguments["n_classes"] or n_answers)
