"""What `reassess score` writes: labels, raters and posteriors, and what they were scored with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..terminal.files import write_set
from ..terminal.messages import say, warn
from .fit_files import print_labels
from .store_files import printed_parts, written_parts

if TYPE_CHECKING:
    from aggregation import Scores, StoreScores


def write_scores(
    scores: Scores | StoreScores, out: Path, form: str, threads: int | None, made: dict[str, Any]
) -> None:
    """Write all tables, score.json last; say what was found."""
    from aggregation.models.store_tables import StoreTables
    from analysis.release.files.download import sha256_of
    from analysis.release.files.writing import HASHES, with_hashes
    from analysis.tables import json_text

    tables, impossible = StoreTables(scores), 0
    posteriors_file = f"posteriors.{form}"
    for part in written_parts(parts_of(scores, threads), out, posteriors_file):
        tables.add(part)
        impossible += part.n_impossible
    contents = {"raters.csv": tables.rater_table().to_csv().encode()}
    streamed = ("labels.csv", posteriors_file)
    whole = with_hashes(made, contents)
    whole[HASHES] |= {name: sha256_of(out / name) for name in streamed}
    numbers = json_text(whole | {"n_impossible": impossible})
    write_set(out, contents | {"score.json": numbers.encode()})
    warn_of_impossible(impossible)
    say().print(tables.summary(), markup=False)
    names = f"labels.csv, raters.csv, {posteriors_file}, score.json"
    say().print(f"wrote {names} to {out}", markup=False)


def print_scores(scores: Scores | StoreScores, threads: int | None) -> None:
    """Print labels, the first ones as a table on a terminal; say what was found."""
    from aggregation import Scores
    from aggregation.models.store_tables import StoreTables

    tables, impossible = StoreTables(scores), 0
    on_terminal = isinstance(scores, Scores) and sys.stdout.isatty()
    parts = parts_of(scores, threads)
    for part in parts if on_terminal else printed_parts(parts):
        tables.add(part)
        impossible += part.n_impossible
        if on_terminal:
            print_labels(part.labels())
    warn_of_impossible(impossible)
    say().print(tables.summary(), markup=False)


def parts_of(scores: Scores | StoreScores, threads: int | None) -> Any:
    """Return the parts of a store's scores; what is in memory is one part."""
    from aggregation import StoreScores

    return scores.parts(threads=threads) if isinstance(scores, StoreScores) else [scores]


def warn_of_impossible(number: int) -> None:
    """Say how many items have votes that the earlier fit rules out."""
    if number:
        items = "1 item has" if number == 1 else f"{number:,} items have"
        warn(
            f"{items} votes that the earlier fit rules out: in each class one of them has the rate "
            "0. They are scored as if each row's zeros shared 0.001 of it"
        )
