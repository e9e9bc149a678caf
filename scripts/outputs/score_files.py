"""What `reassess score` writes: labels, raters and posteriors, and what they were scored with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..terminal.files import write_set
from ..terminal.messages import print_result, say, warn
from .fit_files import print_labels
from .streams import streamed

if TYPE_CHECKING:
    from aggregation import Scores, StoreScores


def write_scores(
    scores: Scores | StoreScores, out: Path, form: str, threads: int | None, made: dict[str, Any]
) -> None:
    """Write all tables, score.json last; say what was found."""
    from aggregation import Table, posterior_table
    from aggregation.models.store_tables import StoreTables
    from analysis.release.files.writing import HASHES, with_hashes
    from analysis.tables import json_text

    tables, impossible = StoreTables(cast("Any", scores)), 0
    posteriors_file = f"posteriors.{form}"
    with streamed(out / "labels.csv") as labels, streamed(out / posteriors_file) as posteriors:
        for part in parts_of(scores, threads):
            tables.add(part)
            impossible += part.n_impossible
            labels.write(part.labels())
            posteriors.write(Table(posterior_table(part)))
        finished = [labels.finished(), posteriors.finished()]
        contents = {"raters.csv": tables.rater_table().to_csv().encode()}
        whole = with_hashes(made | {"n_impossible": impossible}, contents)
        whole[HASHES] |= {part.path.name: part.sha256() for part in finished}
        contents["score.json"] = json_text(whole).encode()
        write_set(out, contents, finished=finished)
    warn_of_impossible(impossible)
    say().print(tables.summary(), markup=False)
    names = f"labels.csv, raters.csv, {posteriors_file}, score.json"
    say().print(f"wrote {names} to {out}", markup=False)


def print_scores(scores: Scores | StoreScores, threads: int | None) -> None:
    """Print labels as csv, or the first of those in memory on a terminal; say what was found."""
    from aggregation import Scores
    from aggregation.models.store_tables import StoreTables

    tables, impossible = StoreTables(cast("Any", scores)), 0
    for number, part in enumerate(parts_of(scores, threads)):
        tables.add(part)
        impossible += part.n_impossible
        if isinstance(scores, Scores):
            print_labels(part.labels())
        else:
            text = part.labels().to_csv()
            print_result(text.partition("\n")[2] if number else text)
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
