"""What `reassess fit` writes of a store: the same files, partition by partition."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..terminal.inputs import print_notes
from ..terminal.messages import UsageError, print_result, say, warn
from ..terminal.method_options import Choice
from ..terminal.progress import shares_shown
from ..terminal.votes_options import VotesOptions
from .fit_files import NO_MODEL, described, fit_numbers_json
from .fit_results import fitted
from .streams import streamed

if TYPE_CHECKING:
    from aggregation import Method, StoreAggregation, StoreFit

    StoreResult = StoreFit | StoreAggregation

Tell = Callable[[str, float], None]
CHECKPOINT = "checkpoint.npz"


class Wanted(NamedTuple):
    """What is to be made of a fit to a store.

    Attributes
    ----------
    out : Path or None
        The folder that is written to; None to print labels.
    form : str
        Of the posteriors' file.
    resume : bool
        Whether to go on with what was broken off.
    as_json : bool
        Whether to print fit.json instead of the labels.
    threads : int or None
    """

    out: Path | None
    form: str
    resume: bool
    as_json: bool
    threads: int | None


def fit_of_store(folder: Path, said: VotesOptions, choice: Choice, wanted: Wanted) -> None:
    """Fit the votes of a store, and write or print what was found."""
    from aggregation import VoteStore
    from analysis.release.labels.provenance import versions

    if said != VotesOptions():
        raise UsageError(
            f"{folder} is a store, whose votes were read when it was made: leave the options of "
            "votes and of known items out"
        )
    if choice.classifier:
        raise UsageError("--classifier goes with votes in files, not in a store")
    store = VoteStore.open(folder)
    method, options, because = choice.made(store)
    result, doubts = fitted(method, store, None, options | kept(wanted, method), wanted.threads)
    fit = cast("StoreResult", result)
    provenance = {
        "versions": versions(),
        "inputs": {"votes": described(folder / "manifest.json")},
        "method": method.name,
        "options": options,
        "warnings": doubts,
    }
    print_notes(because)
    for doubt in doubts:
        warn(doubt)
    if wanted.as_json:
        print_result(fit_numbers_json(fit, None, provenance))
    if wanted.out is not None:
        with shares_shown() as tell:
            summary = write_store_files(fit, wanted, provenance, tell)
        forget(wanted.out)
    elif not wanted.as_json:
        summary = print_store_labels(fit, wanted.threads)
    else:
        return
    say().print(summary, markup=False)


def kept(wanted: Wanted, method: Method) -> dict[str, Any]:
    """Return where the fit is kept while it climbs, as an option; nowhere without a folder."""
    if wanted.resume and wanted.out is None:
        raise UsageError("--resume needs -o DIR")
    if "checkpoint" not in method.takes:
        if wanted.resume:
            raise UsageError(f"--method {method.name} does not climb: leave --resume out")
        return {}
    if wanted.out is None:
        return {}
    path = wanted.out / CHECKPOINT
    if not wanted.resume:
        forget(wanted.out)
    elif not path.exists():
        say().print(f"there is no {path} to go on from: the fit starts anew", markup=False)
    return {"checkpoint": path}


def forget(out: Path) -> None:
    """Delete the checkpoints of all starts."""
    for path in (out / CHECKPOINT, *out.glob("checkpoint-*.npz")):
        path.unlink(missing_ok=True)


def write_store_files(
    fit: StoreResult, wanted: Wanted, provenance: dict[str, Any], tell: Tell
) -> str:
    """Write labels and posteriors partition by partition, then all else; return the summary."""
    from aggregation import Table, VoteError, posterior_table
    from aggregation.models.store_tables import StoreTables
    from analysis.release.files.download import sha256_of
    from analysis.release.files.writing import HASHES, with_hashes, write_files
    from analysis.tables import to_csv

    tables = StoreTables(fit)
    out = cast("Path", wanted.out)
    posteriors_file = f"posteriors.{wanted.form}"
    with streamed(out / "labels.csv") as labels, streamed(out / posteriors_file) as posteriors:
        for number, part in enumerate(fit.parts(threads=wanted.threads), 1):
            tables.add(part)
            labels.write(part.labels())
            posteriors.write(Table(posterior_table(part)))
            tell("writing", number / fit.votes.n_partitions)
    contents = {"raters.csv": tables.rater_table().to_csv().encode()}
    without = ""
    try:
        contents["error_rates.csv"] = to_csv(tables.error_rate_table()).encode()
    except VoteError:
        without = f"; there is no error_rates.csv: {NO_MODEL}"
    made = with_hashes(provenance, contents)
    made[HASHES] |= {name: sha256_of(out / name) for name in ("labels.csv", posteriors_file)}
    contents["fit.json"] = fit_numbers_json(fit, None, made).encode()
    write_files({out / name: content for name, content in contents.items()})
    names = ", ".join(["labels.csv", posteriors_file, *contents])
    say().print(f"wrote {names} to {out}, in the store's order{without}", markup=False)
    return tables.summary()


def print_store_labels(fit: StoreResult, threads: int | None) -> str:
    """Print labels as csv, partition by partition; return the summary."""
    from aggregation.models.store_tables import StoreTables

    tables = StoreTables(fit)
    for number, part in enumerate(fit.parts(threads=threads)):
        tables.add(part)
        text = part.labels().to_csv()
        print_result(text.partition("\n")[2] if number else text)
    return tables.summary()
