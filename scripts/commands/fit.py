"""`reassess fit`: aggregate a user's own votes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from aggregation.models.catalogue import DEFAULT_METHOD
from analysis.release.files.writing import with_hashes

from ..outputs.fit_files import (
    described,
    fit_files,
    fit_numbers_json,
    print_labels,
    print_summary,
)
from ..outputs.fit_results import (
    below_majority,
    checked_known,
    fitted,
    started,
    with_a_classifier,
)
from ..outputs.store_files import Wanted, fit_of_store
from ..terminal.files import write_set
from ..terminal.inputs import print_notes, read_inputs
from ..terminal.messages import (
    UsageError,
    announced_compilation,
    print_result,
    quietly,
    say,
)
from ..terminal.method_options import Choice, method_help
from ..terminal.options import Format, VotesOrUrlArgument, out_option
from ..terminal.votes_options import KNOWN, VotesOptions, takes_votes

MODEL = "Model"
OUTPUT = "Output"


class Family(StrEnum):
    """Families of error rates; see `fit_dawid_skene`."""

    FULL = "full"
    ONE_COIN = "one-coin"
    SHARED = "shared"


class TruthRole(StrEnum):
    """What known items are used for; see `fit_dawid_skene`."""

    CLAMPED = "clamped"
    START = "start"


def of_model(text: str, *names: str, show_default: bool = True) -> Any:
    """Make an option of the model and of how it is fitted."""
    return typer.Option(*names, help=text, show_default=show_default, rich_help_panel=MODEL)


@takes_votes
def fit(
    file: VotesOrUrlArgument,
    said: VotesOptions,
    method: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=method_help(), show_default=False, rich_help_panel=MODEL),
    ] = None,
    classifier: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A classifier's probabilities: a table with a row an item and a column an answer, "
            "or a .npy or .npz array in the order of the items. Weighted with the votes by "
            "CROWDLAB or, with --method NAME, one more rater.",
            show_default=False,
            rich_help_panel=MODEL,
        ),
    ] = None,
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
            min=1,
            help="Number of classes. Default: as many as answers.",
            show_default=False,
            rich_help_panel=MODEL,
        ),
    ] = None,
    pseudo_count: Annotated[
        str | None,
        typer.Option(
            metavar="OFF[,EXTRA]",
            help="Votes added to those expected of a rater (shared: of all) for every class and "
            "answer (one-coin: right and wrong), and EXTRA more where the answer is the class: 0.1 "
            "or 0.1,0.5 does well on most votes. Default: 0.",
            show_default=False,
            rich_help_panel=MODEL,
        ),
    ] = None,
    family: Annotated[
        Family | None,
        of_model(
            "full: rates of each rater; the default. one-coin: one a rater. shared: of all.",
            show_default=False,
        ),
    ] = None,
    hard: Annotated[
        bool, of_model("Items count for their likeliest class alone.", "--hard")
    ] = False,
    plain: Annotated[bool, of_model("EM without acceleration.", "--plain")] = False,
    tol: Annotated[float, of_model("Least gain of a step, in nats a vote.")] = 1e-10,
    max_steps: Annotated[int, of_model("Most E-steps from each start.")] = 10_000,
    restarts: Annotated[int, of_model("Further starts by chance.")] = 0,
    seed: Annotated[int, of_model("Of these starts.")] = 0,
    start: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Start from an earlier fit, which was written to this folder with -o: raters and "
            "answers are matched by name, new ones start as the mean of the others.",
            show_default=False,
            rich_help_panel=MODEL,
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Another argument of the method's function, such as own_count=8 of ibcc.",
            show_default=False,
            rich_help_panel=MODEL,
        ),
    ] = None,
    threads: Annotated[
        int | None, of_model("Never changes a result. Default: as many as help.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Of a store: go through it on a Dask cluster, whose workers read it at the same "
            "path; local:N starts N workers here. Never changes a result.",
            show_default=False,
            rich_help_panel=MODEL,
        ),
    ] = None,
    copies: Annotated[
        str | None,
        typer.Option(
            metavar="URL|DIR",
            help="URL: where the store is once more, for a cluster without a disk in common "
            "(s3://...): each worker copies its own partitions. DIR: a folder in which copies are "
            "kept of a store at a URL.",
            show_default=False,
            rich_help_panel=MODEL,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        out_option(
            "Folder to write all tables to. Default: none; labels go to standard output.",
            show_default=False,
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    output_format: Annotated[
        Format,
        typer.Option("--format", help="Of the posteriors' file.", rich_help_panel=OUTPUT),
    ] = Format.PARQUET,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Of a store, with -o: go on with a fit that was broken off.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print fit.json instead of the labels.", rich_help_panel=OUTPUT
        ),
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", help="No messages but warnings and errors.", rich_help_panel=OUTPUT
        ),
    ] = False,
) -> None:
    """Aggregate your own votes, by IBCC or another method.

    Prints each item's label as csv, or the first ones as a table on a terminal. With -o DIR writes
    labels.csv, raters.csv, next_votes.csv (where one more vote is worth most), posteriors.parquet
    or posteriors.csv, error_rates.csv and fit.json instead; a method without a model of the answers
    has no next_votes.csv and no error_rates.csv.

    VOTES may be a store that `reassess ingest` made, on a path or at a URL (s3://...), from where
    it is copied first: it is gone through partition by partition, in memory that does not grow with
    the votes. Labels and posteriors then come in the store's order;
    there is no next_votes.csv. --truth FILE goes by the items' names.
    """
    of_model_said = {
        "n_classes": classes,
        "truth_role": truth_role.value,
        "pseudo_count": None if pseudo_count is None else pseudo_counts_said(pseudo_count),
        "family": None if family is None else family.value,
        "hard": hard,
        "accelerate": not plain,
        "tol": tol,
        "max_steps": max_steps,
        "restarts": restarts,
        "seed": seed,
    } | ({} if start is None else {"start": start})
    from aggregation.votes.store.manifest import is_store  # NumPy takes its time
    from aggregation.votes.store.remote.urls import is_url
    from aggregation.votes.store.remote.urls import said as named

    stored = is_url(file) or is_store(file)
    choice = Choice(method, of_model_said, settings or [], classifier is not None)
    choice.made()  # what cannot be is said before votes are read
    if copies is not None and scheduler is None and (is_url(copies) or not is_url(file)):
        raise UsageError(f"--copies {named(copies)} is for workers: say --scheduler, too")
    wanted = Wanted(out, output_format.value, resume, as_json, threads, scheduler, copies)
    with quietly(quiet), announced_compilation():
        if stored:
            fit_of_store(file, said, choice, wanted)
        else:
            fit_of_file(file, said, choice, classifier, wanted)


def fit_of_file(
    file: Path, said: VotesOptions, choice: Choice, classifier: Path | None, wanted: Wanted
) -> None:
    """Fit the votes of files, and write or print what was found."""
    for option, given in (("--resume", wanted.resume), ("--scheduler", wanted.scheduler)):
        if given:
            raise UsageError(f"{option} goes with a store (reassess ingest), which {file} is not")
    votes, known, notes, doubts = read_inputs(file, said, choice.said["n_classes"])
    chosen, options, because = choice.made(votes, known)
    votes, beside = with_a_classifier(votes, classifier, chosen, said)
    known = checked_known(chosen, known, said)
    earlier, because_of_start = started(chosen, options, votes, known)
    result, of_fit = fitted(chosen, votes, known, options | beside | earlier, wanted.threads)
    doubts += of_fit
    names, out = None if known is None else known.class_names, wanted.out
    notes += because + because_of_start
    if choice.named is None and known is not None and chosen.name == DEFAULT_METHOD:
        doubts += below_majority(chosen, votes, known, options | earlier, wanted.threads)
    made = {"method": chosen.name, "options": options, "warnings": doubts}
    provenance = provenance_of(file, said, classifier) | made
    contents, without = ({}, "") if out is None else fit_files(result, names, wanted.form)
    numbers = fit_numbers_json(result, names, with_hashes(provenance, contents))
    if out is not None:
        contents["fit.json"] = numbers.encode()
        write_set(out, contents)
    print_notes(notes)
    print_summary(result, known, doubts)
    if out is not None:
        say().print(f"wrote {', '.join(contents)} to {out}{without}", markup=False)
    if wanted.as_json:
        print_result(numbers)
    elif out is None:
        print_labels(result.labels(class_names=names))


def pseudo_counts_said(text: str) -> float | list[float]:
    """Return what is added to every count; with a comma, and to that of the class's own answer."""
    try:
        counts = [float(part) for part in text.split(",")]
    except ValueError:
        counts = []
    if len(counts) not in (1, 2):
        raise UsageError(
            f"--pseudo-count {text!r} should be a number, or two with a comma, such as 0.1,0.5"
        )
    return counts[0] if len(counts) == 1 else counts


def provenance_of(file: Path, said: VotesOptions, classifier: Path | None) -> dict[str, Any]:
    """Give the versions of what is used, and name what was read, with the hash of each file."""
    from analysis.release.labels.provenance import versions

    read = {"votes": file, "truth": said.truth, "classifier": classifier}
    inputs = {name: described(path) for name, path in read.items() if path is not None}
    return {"versions": versions(), "inputs": inputs}
