"""Methods side by side in words: the cells of tables, and what they do not say."""

from __future__ import annotations

import math

from ..statistics.estimates import Estimate
from .comparison import MethodOnVotes, VotesComparison

OF_VOTES = ("left-out votes", "behind the best", "majority", "confidence", "time")
OF_KNOWN = ("accuracy, %", "less the first", "F1, %", "log loss", "too sure")
CAVEAT = (
    "The likelihood of left-out votes says which model describes the raters; it does not rank "
    "accuracy."
)


def vote_cells(method: MethodOnVotes) -> tuple[str, ...]:
    """Return what is said of a method without any truth."""
    held_out = method.held_out
    return (
        "" if held_out is None else f"{held_out.log_likelihood:.4f}",
        behind_in_words(method.behind, method.standard_error),
        percent(method.majority_agreement),
        percent(method.mean_confidence),
        seconds_in_words(method.seconds),
    )


def known_cells(method: MethodOnVotes) -> tuple[str, ...]:
    """Return what is said of a method on known items."""
    if method.rightness is None or method.difference is None:
        return ("",) * len(OF_KNOWN)
    found, less = method.rightness, method.difference
    return (
        with_ends(found.accuracy, "{:.1f}"),
        with_ends(less.accuracy, "{:+.1f}"),
        f"{100 * found.macro_f1.value:.1f}",
        f"{found.log_loss.value:.3f}",
        f"{100 * found.overconfidence.value:+.1f} %",
    )


def with_ends(measured: Estimate, form: str) -> str:
    """Write a share and the ends of its interval in per cent."""
    value, low, high = (form.format(100 * share) for share in measured)
    return f"{value} [{low}, {high}]"


def behind_in_words(behind: float, error: float) -> str:
    """Write how far a method is behind, with two digits of its standard error."""
    if not math.isfinite(behind):
        return "" if math.isnan(behind) else "-inf"
    return "best" if behind == 0 else f"{round(behind, 4) + 0.0:.4f} ± {error:.4f}"


def percent(share: float) -> str:
    """Write a share as per cent, 0/0 as nothing."""
    return "" if math.isnan(share) else f"{100 * share:.1f} %"


def seconds_in_words(seconds: float) -> str:
    """Write a time with a unit that fits it."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms"


def votes_caption(data: VotesComparison) -> str:
    """Say what the columns of votes are, and which cells are blank."""
    without = [one.name for one in data.methods if one.held_out is None]
    blank = f" Blank: {', '.join(without)} {have(without)} no model of the answers."
    impossible = [
        one for one in data.methods if one.held_out is not None and one.behind == -math.inf
    ]
    zero = f" -inf: under {', '.join(one.name for one in impossible)} some of them are impossible."
    return (
        f"Nats a vote, each of {data.votes.n_votes:,} left out once in {data.folds} parts; ± one "
        f"standard error, paired over items. {CAVEAT}"
        + (blank if without else "")
        + (zero if impossible else "")
        + " Majority: labels that are the answer of most votes, ties apart. Confidence: mean of "
        "the largest posterior."
    )


def have(names: list[str]) -> str:
    """Return the verb for one or several."""
    return "has" if len(names) == 1 else "have"


def known_caption(data: VotesComparison) -> str:
    """Say what the columns of known items are."""
    return (
        f"On {data.n_known:,} items of known class, which no method was told. In brackets: "
        f"{100 * data.confidence:g} % intervals by a bootstrap over items, paired for the "
        f"difference to {data.methods[0].name}. Labels that tie count by halves, thirds, ... F1 is "
        "the mean over classes, log loss in nats. Too sure: mean confidence less accuracy."
    )
