"""`reassess fit`: aggregate a user's own votes."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..terminal.files import write_files
from ..terminal.inputs import read_inputs
from ..terminal.messages import announced_compilation, recorded_doubts, say
from ..terminal.options import VotesArgument, out_option
from ..terminal.votes_options import KNOWN, VotesOptions, takes_votes

if TYPE_CHECKING:
    from rich.table import Table

    from aggregation import Fit, KnownItems, Votes


class Family(StrEnum):
    """Families of error rates; see `fit_dawid_skene`."""

    FULL = "full"
    ONE_COIN = "one-coin"
    SHARED = "shared"


class TruthRole(StrEnum):
    """What known items are used for; see `fit_dawid_skene`."""

    CLAMPED = "clamped"
    START = "start"


class Format(StrEnum):
    """Kinds of file that posteriors are written to."""

    PARQUET = "parquet"
    CSV = "csv"


@takes_votes
def fit(
    file: VotesArgument,
    out: Annotated[Path, out_option("Folder to write to.")],
    said: VotesOptions,
    truth_role: Annotated[
        TruthRole,
        typer.Option(
            help="clamped: known items keep their class. start: they give the first error rates "
            "and are then held out.",
            rich_help_panel=KNOWN,
        ),
    ] = TruthRole.CLAMPED,
    classes: Annotated[
        int | None,
        typer.Option(
            min=1, help="Number of classes. Default: as many as answers.", show_default=False
        ),
    ] = None,
    pseudo_count: Annotated[
        float, typer.Option(help="Added to every expected count of an answer.")
    ] = 0.0,
    family: Annotated[
        Family,
        typer.Option(help="full: rates of each rater. one-coin: one a rater. shared: of all."),
    ] = Family.FULL,
    hard: Annotated[
        bool, typer.Option("--hard", help="Items count for their likeliest class alone.")
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help="EM without acceleration.")] = False,
    tol: Annotated[float, typer.Option(help="Least gain of a step, in nats a vote.")] = 1e-10,
    max_steps: Annotated[int, typer.Option(help="Most E-steps from each start.")] = 10_000,
    restarts: Annotated[int, typer.Option(help="Further starts by chance.")] = 0,
    seed: Annotated[int, typer.Option(help="Of these starts.")] = 0,
    threads: Annotated[
        int | None, typer.Option(help="Never changes a result. Default: as many as help.")
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--format", help="Of the posteriors' file.")
    ] = Format.PARQUET,
) -> None:
    """Aggregate your own votes: Dawid & Skene's model, fitted by EM.

    Writes posteriors.parquet or posteriors.csv, error_rates.csv and fit.json.
    """
    options = {
        "n_classes": classes,
        "truth_role": truth_role.value,
        "pseudo_count": pseudo_count,
        "family": family.value,
        "hard": hard,
        "accelerate": not plain,
        "tol": tol,
        "max_steps": max_steps,
        "restarts": restarts,
        "seed": seed,
    }
    from analysis.release.labels.provenance import versions

    with announced_compilation():
        votes, known, doubts = read_inputs(file, said, classes)
        result, of_fit = fitted(votes, known, options, threads)
        doubts += of_fit
    provenance = {
        "versions": versions(),
        "inputs": {"votes": described(file)}
        | ({"truth": described(said.truth)} if said.truth else {}),
        "options": options,
        "warnings": doubts,
    }
    contents = output_files(result, known, output_format, provenance)
    write_files({out / name: content for name, content in contents.items()})
    print_summary(result, known, doubts)
    say().print(f"wrote {out}", markup=False)


def fitted(
    votes: Votes, known: KnownItems | None, options: dict[str, Any], threads: int | None
) -> tuple[Fit, list[str]]:
    """Fit, showing the log-likelihood on a terminal; return the fit and its warnings."""
    from aggregation import fit_dawid_skene, start_from

    arguments = dict(options)
    if known is not None:
        arguments |= {"n_classes": len(known.class_names), "truth": known.truth}
        if options["truth_role"] == TruthRole.CLAMPED.value:
            arguments["start"] = start_from(known, votes)
    with say().status("fitting") as status, recorded_doubts() as doubts:

        def tell(step: int, log_likelihood: float) -> None:
            status.update(f"step {step:,}: log-likelihood {log_likelihood:,.4f}")

        result = fit_dawid_skene(votes, threads=threads, progress=tell, **arguments)
    return result, doubts


def output_files(
    result: Fit, known: KnownItems | None, output_format: Format, provenance: dict[str, Any]
) -> dict[str, bytes]:
    """Return the files that are written, by name."""
    from aggregation import error_rate_table, posterior_table
    from aggregation.models.fit_tables import fit_numbers
    from analysis.tables import to_csv, to_parquet

    names = None if known is None else known.class_names
    posteriors = posterior_table(result, class_names=names)
    as_parquet = output_format is Format.PARQUET
    numbers = provenance | fit_numbers(result, class_names=names)
    return {
        f"posteriors.{output_format.value}": (
            to_parquet(posteriors) if as_parquet else to_csv(posteriors).encode()
        ),
        "error_rates.csv": to_csv(error_rate_table(result, class_names=names)).encode(),
        "fit.json": (json.dumps(numbers, indent=1) + "\n").encode(),
    }


def described(path: Path) -> dict[str, str]:
    """Name an input and give its hash, if it is a file."""
    from analysis.release.files.download import sha256_of

    return {"path": str(path)} | ({"sha256": sha256_of(path)} if path.is_file() else {})


def print_summary(result: Fit, known: KnownItems | None, doubts: list[str]) -> None:
    """Say on standard error what was fitted and what is doubtful, with a row for each class."""
    votes = result.votes
    console = say()
    for doubt in doubts:
        console.print(f"warning: {doubt}", style="yellow", markup=False)
    if known is not None and known.n_without_votes:
        console.print(f"known items without votes, left out: {known.n_without_votes:,}")
    console.print(
        f"{votes.n_votes:,} votes of {votes.n_raters:,} raters on {votes.n_items:,} items, "
        f"{votes.n_answers} answers"
    )
    end = "converged" if result.converged else "NOT converged"
    console.print(
        f"log-likelihood {result.log_likelihood:,.4f}, {end} after {result.n_steps:,} steps"
    )
    console.print(class_table(result, known))
    if known is not None:
        print_known(result, known)


def print_known(result: Fit, known: KnownItems) -> None:
    """Say how many items are known and, where they were held out, how many came out right."""
    from aggregation.models.fit_tables import right_of_known

    right, n_known = right_of_known(result, known.truth)
    if result.clamped is not None:
        say().print(f"{n_known:,} items were known and kept their class")
    else:
        say().print(f"{right:,} of {n_known:,} known items came out right")


def class_table(result: Fit, known: KnownItems | None) -> Table:
    """Return a row for each class: its prior, and how many items are likeliest to be of it."""
    import numpy as np
    from rich.table import Table
    from rich.text import Text

    items = np.bincount(result.classes(), minlength=result.n_classes)
    table = Table("class", box=None, padding=(0, 2, 0, 0))
    table.add_column("prior", justify="right")
    table.add_column("items", justify="right")
    names = result.class_names if known is None else known.class_names
    for name, prior, count in zip(names, result.class_prior, items, strict=True):
        table.add_row(Text(str(name)), f"{prior:.5f}", f"{count:,}")
    return table
