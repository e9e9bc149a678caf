"""What `reassess fit` prints and writes: labels, raters, next votes, posteriors, and numbers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..terminal.messages import print_result, say, warn

if TYPE_CHECKING:
    from aggregation import Aggregated, KnownItems, StoreAggregation, StoreFit, Table
    from aggregation.models.fit_tables import Right

# Labels that a terminal shows; all of them are written, or piped on.
SHOWN_LABELS = 20
NO_MODEL = "the method has no model of the answers"


def fit_numbers_json(
    result: Aggregated | StoreFit | StoreAggregation,
    names: Sequence[Any] | None,
    provenance: dict[str, Any],
) -> str:
    """Return fit.json: what was fitted, by what, to what, and all that it says in numbers."""
    from aggregation.models.fit_tables import fit_numbers
    from analysis.tables import json_text

    return json_text(provenance | fit_numbers(result, class_names=names))


def fit_files(
    result: Aggregated, names: Sequence[Any] | None, form: str
) -> tuple[dict[str, bytes], str]:
    """Return the files beside fit.json, by name, and words on those that there cannot be.

    `form` is that of the posteriors.
    """
    from aggregation import VoteError, error_rate_table, posterior_table
    from analysis.diagnostics.next_vote import gain_of_fit, next_vote_columns
    from analysis.tables import to_csv, to_parquet

    posteriors = posterior_table(result, class_names=names)
    files = {
        "labels.csv": result.labels(class_names=names).to_csv().encode(),
        "raters.csv": result.rater_table(class_names=names).to_csv().encode(),
        f"posteriors.{form}": (
            to_parquet(posteriors) if form == "parquet" else to_csv(posteriors).encode()
        ),
    }
    try:
        result.answer_probabilities()
    except VoteError:
        return files, "; there is no next_votes.csv and no error_rates.csv: " + NO_MODEL
    next_votes = next_vote_columns(result, gain_of_fit(result), class_names=names)
    files["next_votes.csv"] = to_csv(next_votes).encode()
    files["error_rates.csv"] = to_csv(error_rate_table(result, class_names=names)).encode()
    return {name: files[name] for name in in_order(form)}, ""


def in_order(form: str) -> list[str]:
    """Name the tables, those first that are looked into first."""
    return ["labels.csv", "raters.csv", "next_votes.csv", f"posteriors.{form}", "error_rates.csv"]


def print_labels(labels: Table) -> None:
    """Print the first labels on a terminal, and all of them as csv where they are piped on."""
    print_result(labels.to_text(SHOWN_LABELS) + "\n" if sys.stdout.isatty() else labels.to_csv())


def described(path: Path) -> dict[str, str]:
    """Name an input and give its hash, if it is a file."""
    from analysis.release.files.download import sha256_of

    return {"path": str(path)} | ({"sha256": sha256_of(path)} if path.is_file() else {})


def print_summary(result: Aggregated, known: KnownItems | None, doubts: list[str]) -> None:
    """Say on standard error what was fitted and what is doubtful, with a row for each class."""
    for doubt in doubts:
        warn(doubt)
    if known is not None and known.n_without_votes:
        say().print(f"known items without votes, left out: {known.n_without_votes:,}")
    names = None if known is None else known.class_names
    say().print(result.summary(class_names=names), markup=False)
    if known is not None:
        say().print(known_line(result, known), markup=False)


def known_line(result: Aggregated, known: KnownItems) -> str:
    """Say how many items are known and, where they were held out, how many came out right."""
    from aggregation.models.fit_tables import right_beside_majority, right_of_known

    right, n_known = right_of_known(result, known.truth)
    if getattr(result, "clamped", None) is not None:
        return kept_line(n_known)
    majority = right_beside_majority(result, known.truth, class_names=known.class_names).majority
    return right_line(right, n_known, majority)


def kept_line(n_known: int) -> str:
    """Say how many items kept their class."""
    return f"{n_known:,} items were known and kept their class"


def right_line(right: int, n_known: int, majority: float) -> str:
    """Say how many items came out right that were held out."""
    return (
        f"{right:,} of {n_known:,} known items came out right, and {counted(majority)} by the "
        "majority of votes"
    )


def beside_majority(method: str, right: Right) -> str:
    """Say how many known items a method has right that does not know them, and the votes alone."""
    return (
        f"without known items {method} has {counted(right.result)} of {right.known:,} of them "
        f"right, the majority of votes {counted(right.majority)}"
    )


def counted(number: float) -> str:
    """Write a number of items, in which ties count in parts."""
    return f"{number:,.1f}".removesuffix(".0")
