"""What `reassess fit` writes of a store: the same files, partition by partition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from aggregation.models.catalogue import DEFAULT_METHOD

from ..terminal.files import write_set
from ..terminal.inputs import print_notes, read_truth
from ..terminal.messages import UsageError, print_result, say, warn
from ..terminal.method_options import Choice
from ..terminal.progress import shares_shown
from ..terminal.votes_options import VotesOptions
from .fit_files import (
    NO_MODEL,
    beside_majority,
    described,
    fit_numbers_json,
    kept_line,
    right_line,
)
from .fit_results import checked_known, fitted, started
from .streams import streamed

if TYPE_CHECKING:
    from aggregation import KnownItems, Method, StoreAggregation, StoreFit, VoteStore
    from aggregation.models.store_tables import StoreTables

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
    scheduler : str or None
        Of the Dask cluster that goes through the votes.
    copies : str or None
        Where its workers copy the store from; or a folder, for copies of a store at a URL.
    """

    out: Path | None
    form: str
    resume: bool
    as_json: bool
    threads: int | None
    scheduler: str | None = None
    copies: str | None = None


def opened_store(place: Path | str, wanted: Wanted | None = None) -> VoteStore:
    """Open a store; of one at a URL, files are copied later: see :func:`fetched`."""
    from aggregation import VoteStore
    from aggregation.engine.cluster.connection import prepare
    from aggregation.votes.store.remote.urls import is_url

    scheduler, copies = (None, None) if wanted is None else (wanted.scheduler, wanted.copies)
    if scheduler is not None:
        prepare(scheduler)
    kept_in = None if is_url(copies) or not is_url(place) else copies
    store = VoteStore.open(place, copies=kept_in)
    if scheduler is not None:
        return store.on(scheduler, copies=None if kept_in == copies else copies)
    return store


def fetched(store: VoteStore) -> VoteStore:
    """Copy the files of a store at a URL that are not here, unless workers do so themselves."""
    if store.copies is not None:
        return store
    with shares_shown() as tell:
        return store.fetch(progress=tell)


def manifest_of(place: Path | str, store: VoteStore) -> dict[str, str]:
    """Name the manifest of a store that was opened at a place, with its hash."""
    from aggregation.votes.store.manifest import MANIFEST
    from aggregation.votes.store.remote.urls import is_url, said

    found = described(store.folder / MANIFEST)
    return found | {"path": f"{said(str(place))}/{MANIFEST}"} if is_url(place) else found


def fit_of_store(place: Path | str, said: VotesOptions, choice: Choice, wanted: Wanted) -> None:
    """Fit the votes of a store, and write or print what was found."""
    from aggregation.models.store_tables import StoreTables
    from analysis.release.labels.provenance import versions

    check_unread(place, said)
    if choice.classifier:
        raise UsageError("--classifier goes with votes in files, not in a store")
    store = opened_store(place, wanted)
    known = None
    if said.truth is not None:
        known = read_truth(said.truth, fetched(store), said, choice.said["n_classes"])
    method, options, because = choice.made(store, known)
    known = checked_known(method, known, said)
    earlier, because_of_start = started(method, options, store, known)
    beside = kept(wanted, method) | earlier
    store = fetched(store)  # what could be wrong is known before much is copied
    result, doubts = fitted(method, store, known, options | beside, wanted.threads)
    if choice.named is None and known is not None and method.name == DEFAULT_METHOD:
        doubts += below_majority_of_store(method, store, known, options | earlier, wanted.threads)
    inputs = {"votes": manifest_of(place, store)}
    inputs |= {} if said.truth is None else {"truth": described(said.truth)}
    made = {"method": method.name, "options": options, "warnings": doubts}
    print_notes(because + because_of_start)
    for doubt in doubts:
        warn(doubt)
    tables = StoreTables(cast("StoreResult", result), known)
    give(tables, known, wanted, {"versions": versions(), "inputs": inputs} | made)


def give(
    tables: StoreTables, known: KnownItems | None, wanted: Wanted, provenance: dict[str, Any]
) -> None:
    """Write or print what was found, and a summary."""
    from aggregation.engine.checkpoint import forget

    if wanted.as_json:
        print_result(fit_numbers_json(tables.fit, tables.names, provenance))
    if wanted.out is not None:
        with shares_shown() as tell:
            write_store_files(tables, wanted, provenance, tell)
        forget(wanted.out / CHECKPOINT)
    elif not wanted.as_json:
        print_store_labels(tables, wanted.threads)
    else:
        return
    print_store_summary(tables, known)


def below_majority_of_store(
    method: Method,
    store: VoteStore,
    known: KnownItems,
    options: dict[str, Any],
    threads: int | None,
) -> list[str]:
    """Say what :func:`below_majority` does, partition by partition."""
    from aggregation.models.store_tables import StoreTables

    if set(map(str, known.class_names)).isdisjoint(map(str, store.answer_names)):
        return []
    alone, _ = fitted(method, store, known, options, threads, knowing=False)
    tables = StoreTables(cast("StoreResult", alone), known)
    for part in tables.fit.parts(threads=threads):
        tables.add(part)
    below = tables.right.result < tables.right.majority
    return [beside_majority(method.name, tables.right)] if below else []


def check_unread(place: Path | str, said: VotesOptions) -> None:
    """Refuse options of reading votes, which have been read."""
    from aggregation.votes.store.remote.urls import said as without_password

    place = without_password(str(place))
    if replace(said, truth=None, cls=None, item=None, normalise=False) != VotesOptions():
        raise UsageError(
            f"{place} is a store, whose votes were read when it was made: leave the options of "
            "votes out (--truth FILE, its --item, --class and --normalise can be said)"
        )
    if said.truth is None and said != VotesOptions():
        raise UsageError(
            f"{place} is a store: --item, --class and --normalise go with --truth FILE"
        )


def print_store_summary(tables: StoreTables, known: KnownItems | None) -> None:
    """Say on standard error what was fitted, and what came of known items."""
    if known is not None and known.n_without_votes:
        say().print(f"known items without votes, left out: {known.n_without_votes:,}")
    say().print(tables.summary(), markup=False)
    if known is not None:
        _, majority, n_known = tables.right
        held_out = right_line(tables.n_right, n_known, majority)
        line = held_out if tables.fit.clamped is None else kept_line(n_known)
        say().print(line, markup=False)


def kept(wanted: Wanted, method: Method) -> dict[str, Any]:
    """Return where the fit is kept while it climbs, as an option; nowhere without a folder."""
    from aggregation.engine.checkpoint import forget

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
        forget(path)
    elif not path.exists():
        say().print(f"there is no {path} to go on from: the fit starts anew", markup=False)
    return {"checkpoint": path}


def write_store_files(
    tables: StoreTables, wanted: Wanted, provenance: dict[str, Any], tell: Tell
) -> None:
    """Write labels and posteriors partition by partition, then all else."""
    from aggregation import Table, posterior_table
    from analysis.release.files.writing import HASHES, with_hashes

    fit, names = tables.fit, tables.names
    out = cast("Path", wanted.out)
    posteriors_file = f"posteriors.{wanted.form}"
    with streamed(out / "labels.csv") as labels, streamed(out / posteriors_file) as posteriors:
        for number, part in enumerate(fit.parts(threads=wanted.threads), 1):
            tables.add(part)
            labels.write(part.labels(class_names=names))
            posteriors.write(Table(posterior_table(part, class_names=names)))
            tell("writing", number / fit.votes.n_partitions)
        finished = [labels.finished(), posteriors.finished()]
        contents, without = other_files(tables)
        made = with_hashes(provenance, contents)
        made[HASHES] |= {part.path.name: part.sha256() for part in finished}
        contents["fit.json"] = fit_numbers_json(fit, names, made).encode()
        write_set(out, contents, finished=finished)
    written = ", ".join(["labels.csv", posteriors_file, *contents])
    say().print(f"wrote {written} to {out}, in the store's order{without}", markup=False)


def other_files(tables: StoreTables) -> tuple[dict[str, bytes], str]:
    """Return the tables of raters, and what to say where there is none of error rates."""
    from aggregation import VoteError
    from analysis.tables import to_csv

    contents = {"raters.csv": tables.rater_table().to_csv().encode()}
    try:
        contents["error_rates.csv"] = to_csv(tables.error_rate_table()).encode()
    except VoteError:
        return contents, f"; there is no error_rates.csv: {NO_MODEL}"
    return contents, ""


def print_store_labels(tables: StoreTables, threads: int | None) -> None:
    """Print labels as csv, partition by partition."""
    for number, part in enumerate(tables.fit.parts(threads=threads)):
        tables.add(part)
        text = part.labels(class_names=tables.names).to_csv()
        print_result(text.partition("\n")[2] if number else text)
