"""The options of every command that takes a user's votes, and how a command gets them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_type_hints

import typer

if TYPE_CHECKING:
    from aggregation import ReadOptions

VOTES = "Votes"
WRITTEN = "How the file is written"
KNOWN = "Known items"
# Options of a file with known items.
OF_KNOWN_ITEMS = "truth", "cls"


class Duplicates(StrEnum):
    """What becomes of further votes of a rater on an item; see `Votes.read`."""

    KEEP = "keep"
    FIRST = "first"
    LAST = "last"
    ERROR = "error"


class Multiple(StrEnum):
    """What becomes of an answer of several choices; see `Votes.read`."""

    ERROR = "error"
    FIRST = "first"
    SPLIT = "split"


class InputFormat(StrEnum):
    """Kinds of file that votes are read from."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"
    FEATHER = "feather"
    XLSX = "xlsx"
    NPZ = "npz"


def option(*names: str, panel: str, text: str, metavar: str | None = None) -> Any:
    """Make an option whose default is not worth showing."""
    return typer.Option(
        *names, help=text, metavar=metavar, show_default=False, rich_help_panel=panel
    )


def column(what: str, usual: str) -> Any:
    """Make the option that names the column of a role; several columns name it together."""
    text = f"Column of the {what}, by default {usual}."
    return option(panel=VOTES, text=text, metavar="COLUMN")


@dataclass(frozen=True)
class VotesOptions:
    """What is said of a user's own votes, and of items of known class."""

    item: Annotated[
        list[str] | None,
        column("items", "one called item, task, question, ...; several may name it together"),
    ] = None
    rater: Annotated[
        list[str] | None,
        column("raters", "one called rater, worker, annotator, ..."),
    ] = None
    answer: Annotated[
        list[str] | None, column("answers", "one called answer, label, response, ...")
    ] = None
    answers: Annotated[
        list[str] | None,
        option(
            panel=VOTES,
            metavar="A,B,...",
            text="All answers, in their order. Default: those there are, sorted, numbers as "
            "numbers.",
        ),
    ] = None
    missing: Annotated[
        list[str] | None,
        option(
            panel=VOTES,
            metavar="A,B,...",
            text="Words that stand for nothing as item, rater or answer: such votes are left out. "
            "'' stands for empty cells.",
        ),
    ] = None
    where: Annotated[
        list[str] | None,
        option(
            panel=VOTES,
            metavar="COLUMN=VALUE",
            text="Take these rows only; may be said again.",
        ),
    ] = None
    duplicates: Annotated[
        Duplicates | None,
        option(
            panel=VOTES,
            text="Further votes of a rater on an item. Default: keep each as a vote, and say so.",
        ),
    ] = None
    normalise: Annotated[
        bool,
        option(
            "--normalise",
            panel=VOTES,
            text="Make one name of those that differ in case, blanks, unicode form or number "
            "format.",
        ),
    ] = False
    wide: Annotated[
        bool,
        option(
            "--wide",
            panel=VOTES,
            text="A row an item, a column for each rater; or the other way round: --item 'Q*'.",
        ),
    ] = False
    count: Annotated[
        str | None,
        option(panel=VOTES, metavar="COLUMN", text="How many votes a row stands for."),
    ] = None
    export: Annotated[
        str | None,
        option(
            panel=VOTES,
            metavar="NAME",
            text="Which platform's export it is (docs/exports.md). Default: as it looks; NONE: "
            "plain columns.",
        ),
    ] = None
    multiple: Annotated[
        Multiple | None, option(panel=VOTES, text="What becomes of answers of several choices.")
    ] = None
    keep_rejected: Annotated[
        bool, option("--keep-rejected", panel=VOTES, text="Keep votes that were rejected.")
    ] = False
    input_format: Annotated[
        InputFormat | None, option(panel=WRITTEN, text="Default: as its name or content says.")
    ] = None
    separator: Annotated[
        str | None,
        option(panel=WRITTEN, metavar="CHARACTER", text="Between cells. Default: is found."),
    ] = None
    encoding: Annotated[
        str | None,
        option(panel=WRITTEN, metavar="NAME", text="Such as latin-1 or utf-16. Default: UTF-8."),
    ] = None
    header: Annotated[
        bool,
        option(
            "--header/--no-header",
            panel=WRITTEN,
            text="Without a header, columns are 1, 2, ...; three are item, rater, answer.",
        ),
    ] = True
    quotes: Annotated[
        bool | None,
        option(
            "--quotes/--no-quotes",
            panel=WRITTEN,
            text="Whether quotes enclose cells. Default: not where tabs separate them.",
        ),
    ] = None
    truth: Annotated[
        Path | None,
        option(
            panel=KNOWN,
            metavar="FILE",
            text="Items of known class: any kind of file, columns item and class.",
        ),
    ] = None
    cls: Annotated[
        str | None,
        option(
            "--class",
            panel=KNOWN,
            metavar="COLUMN",
            text="Column of the classes in that file. Default: one called class, truth, gold, ...",
        ),
    ] = None
    truth_column: Annotated[
        str | None,
        option(
            panel=KNOWN,
            metavar="COLUMN",
            text="Known classes beside the votes. Default: an export's; NONE: none.",
        ),
    ] = None
    without_golden: Annotated[
        bool,
        option("--without-golden", panel=KNOWN, text="Leave out votes on test questions."),
    ] = False

    def reading(self) -> ReadOptions:
        """Return the options as `Votes.read` takes them."""
        from aggregation.reading.options import split_names

        answers, missing = (
            None if texts is None else [name for text in texts for name in split_names(text)]
            for texts in (self.answers, self.missing)
        )
        return {
            "item": self.item,
            "rater": self.rater,
            "answer": self.answer,
            "answer_names": answers,
            "missing": missing,
            "where": self.where,
            "duplicates": None if self.duplicates is None else self.duplicates.value,
            "normalise": self.normalise,
            "wide": self.wide,
            "count": self.count,
            "export": self.export,
            "multiple": "error" if self.multiple is None else self.multiple.value,
            "keep_rejected": self.keep_rejected,
            "without_golden": self.without_golden,
            "truth_column": self.truth_column,
            "input_format": None if self.input_format is None else self.input_format.value,
            "separator": self.separator,
            "encoding": self.encoding,
            "header": self.header,
            "quotes": self.quotes,
        }


def takes_votes(command: Callable[..., None], unwanted: Sequence[str] = ()) -> Callable[..., None]:
    """Give a command every option of votes, and put them together as its argument `said`."""
    own = inspect.signature(command)
    hints = get_type_hints(command, include_extras=True)
    shared = get_type_hints(VotesOptions, include_extras=True)
    shared |= {name: unlisted(shared[name]) for name in unwanted}
    parameters: list[inspect.Parameter] = []
    for name, parameter in own.parameters.items():
        if name != "said":
            parameters.append(parameter.replace(annotation=hints[name]))
            continue
        parameters += [
            inspect.Parameter(
                one.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=one.default,
                annotation=shared[one.name],
            )
            for one in fields(VotesOptions)
        ]

    @wraps(command)
    def with_votes(**given: Any) -> None:
        names = [one.name for one in fields(VotesOptions) if one.name in given]
        said = VotesOptions(**{name: given.pop(name) for name in names})
        command(**given, said=said)

    with_votes.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_votes.__annotations__ = {one.name: one.annotation for one in parameters}
    return with_votes


def unlisted(annotation: Any) -> Any:
    """Return an option that --help does not list: where it is given, the command says why not."""
    kind, option = get_args(annotation)
    hidden = copy(option)
    hidden.hidden = True
    return Annotated[kind, hidden]


# For commands without known items.
takes_votes_alone = partial(takes_votes, unwanted=OF_KNOWN_ITEMS)
