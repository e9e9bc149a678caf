"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Folder of the release's six files. Default: $REASSESS_DATA, else the cache that "
        "`reassess fetch` fills.",
        show_default=False,
    ),
]


def out_option(what: str, **more: Any) -> Any:
    """Make the option that names a folder for several files."""
    return typer.Option("-o", "--out", "--output", metavar="DIR", help=what, **more)


def output_option(what: str, **more: Any) -> Any:
    """Make the option that names one file."""
    return typer.Option("-o", "--output", "--out", metavar="FILE", help=what, **more)


def column_option(what: str, usual: str) -> Any:
    """Make the option that names a column."""
    return typer.Option(
        metavar="COLUMN", help=f"Column of the {what}. Default: {usual}.", show_default=False
    )


ItemOption = Annotated[str | None, column_option("items", "item, task, patient, question")]
RaterOption = Annotated[str | None, column_option("raters", "rater, worker, observer, annotator")]
AnswerOption = Annotated[str | None, column_option("answers", "answer, label, response, rating")]
AnswersOption = Annotated[
    str | None,
    typer.Option(
        metavar="A,B,...",
        help="All answers, in their order. Default: those in the file, sorted.",
        show_default=False,
    ),
]
TruthOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Known items: csv or Parquet, columns item (or --item) and class.",
        show_default=False,
    ),
]


class VotesOptions(NamedTuple):
    """What is said of a user's own votes: the columns, all answers, and known items."""

    item: str | None
    rater: str | None
    answer: str | None
    answers: str | None
    truth: Path | None

    @property
    def columns(self) -> dict[str, str | None]:
        """The column of each role."""
        return {"item": self.item, "rater": self.rater, "answer": self.answer}
