"""What `reassess fit` writes of a store: the same files, partition by partition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from ..terminal.inputs import print_notes
from ..terminal.messages import UsageError, print_result, say, warn
from ..terminal.method_options import Choice
from ..terminal.progress import shares_shown
from ..terminal.votes_options import VotesOptions
from .fit_files import described, fit_numbers_json
from .fit_results import fitted, started
from .streams import streamed

if TYPE_CHECKING:
    from aggregation import Fit, Scores, StoreFit

Tell = Callable[[str, float], None]
Part = TypeVar("Part", bound="Fit | Scores")
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

    check_unread(folder, said)
    if choice.classifier:
        raise UsageError("--classifier goes with votes in files, not in a store")
    method, options, because = choice.made()
    store = VoteStore.open(folder)
    earlier, because_of_start = started(options, store, None)
    beside = kept(wanted, options) | earlier
    result, doubts = fitted(method, store, None, options | beside, wanted.threads)
    fit = cast("StoreFit", result)
    provenance = {
        "versions": versions(),
        "inputs": {"votes": described(folder / "manifest.json")},
        "method": method.name,
        "options": options,
        "warnings": doubts,
    }
    print_notes(because + because_of_start)
    for doubt in doubts:
        warn(doubt)
    if wanted.as_json:
        print_result(fit_numbers_json(fit, None, provenance))
    if wanted.out is not None:
        with shares_shown() as tell:
            summary = write_store_files(fit, wanted, provenance, tell)
        (wanted.out / CHECKPOINT).unlink(missing_ok=True)
    elif not wanted.as_json:
        summary = print_store_labels(fit, wanted.threads)
    else:
        return
    say().print(summary, markup=False)


def check_unread(folder: Path, said: VotesOptions) -> None:
    """Refuse options of reading where votes have been read."""
    if said != VotesOptions():
        raise UsageError(
            f"{folder} is a store, whose votes were read when it was made: leave the options of "
            "votes and of known items out"
        )


def kept(wanted: Wanted, options: dict[str, Any]) -> dict[str, Any]:
    """Return where the fit is kept while it climbs, as an option; nowhere without a folder."""
    if wanted.out is None or options.get("restarts"):
        if wanted.resume:
            raise UsageError("--resume needs -o DIR, and no --restarts")
        return {}
    path = wanted.out / CHECKPOINT
    if not wanted.resume:
        path.unlink(missing_ok=True)
    elif not path.exists():
        say().print(f"there is no {path} to go on from: the fit starts anew", markup=False)
    return {"checkpoint": path}


def write_store_files(fit: StoreFit, wanted: Wanted, provenance: dict[str, Any], tell: Tell) -> str:
    """Write labels and posteriors partition by partition, then all else; return the summary."""
    from aggregation.models.store_tables import StoreTables
    from analysis.release.files.download import sha256_of
    from analysis.release.files.writing import HASHES, with_hashes, write_files
    from analysis.tables import to_csv

    tables = StoreTables(fit)
    out = cast("Path", wanted.out)
    posteriors_file = f"posteriors.{wanted.form}"
    parts = fit.parts(threads=wanted.threads)
    for number, part in enumerate(written_parts(parts, out, posteriors_file), 1):
        tables.add(part)
        tell("writing", number / fit.votes.n_partitions)
    contents = {
        "raters.csv": tables.rater_table().to_csv().encode(),
        "error_rates.csv": to_csv(tables.error_rate_table()).encode(),
    }
    made = with_hashes(provenance, contents)
    made[HASHES] |= {name: sha256_of(out / name) for name in ("labels.csv", posteriors_file)}
    contents["fit.json"] = fit_numbers_json(fit, None, made).encode()
    write_files({out / name: content for name, content in contents.items()})
    names = f"labels.csv, raters.csv, {posteriors_file}, error_rates.csv, fit.json"
    say().print(f"wrote {names} to {out}, in the store's order", markup=False)
    return tables.summary()


def written_parts(parts: Iterable[Part], out: Path, posteriors_file: str) -> Iterator[Part]:
    """Write labels and posteriors of one part after the other, and hand each on."""
    from aggregation import Table, posterior_table

    with streamed(out / "labels.csv") as labels, streamed(out / posteriors_file) as posteriors:
        for part in parts:
            labels.write(part.labels())
            posteriors.write(Table(posterior_table(part)))
            yield part


def print_store_labels(fit: StoreFit, threads: int | None) -> str:
    """Print labels as csv, partition by partition; return the summary."""
    from aggregation.models.store_tables import StoreTables

    tables = StoreTables(fit)
    for part in printed_parts(fit.parts(threads=threads)):
        tables.add(part)
    return tables.summary()


def printed_parts(parts: Iterable[Part]) -> Iterator[Part]:
    """Print labels of one part after the other as csv, and hand each on."""
    for number, part in enumerate(parts):
        text = part.labels().to_csv()
        print_result(text.partition("\n")[2] if number else text)
        yield part
