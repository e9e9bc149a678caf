"""Options that several commands take."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from .messages import UsageError


class Format(StrEnum):
    """Kinds of file that posteriors are written to."""

    PARQUET = "parquet"
    CSV = "csv"


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


# What is called so is meant to be a file, of that kind.
OF_FILES = (".csv", ".json", ".jsonl", ".parquet", ".xlsx", ".html", ".png", ".pdf")


def out_option(what: str, **more: Any) -> Any:
    """Make the option that names a folder for several files."""
    names = "-o", "--out", "--output"
    return typer.Option(*names, metavar="DIR", help=what, callback=folder_of, **more)


def folder_of(out: Path | None) -> Path | None:
    """Refuse a file where a folder is to be written to, before anything is computed."""
    if not isinstance(out, Path) or out.is_dir():
        return out
    if out.exists():
        raise UsageError(f"{out} is a file: name a folder to write to")
    if out.suffix.lower() in OF_FILES:
        raise UsageError(
            f"{out} is called like a file: name a folder to write to; what is printed goes to a "
            "file by > FILE"
        )
    return out


def output_option(what: str, kind: str | None = None, **more: Any) -> Any:
    """Make the option that names one file, of a kind if there is one, or standard output."""

    def of_kind(output: Path | None) -> Path | None:
        suffix = output.suffix.lower() if isinstance(output, Path) else ""
        if kind is not None and suffix != f".{kind}" and suffix in OF_FILES:
            raise UsageError(f"{output}: what is written is {kind}: name a .{kind} file")
        return output

    help_text = f"{what} - is standard output."
    return typer.Option(
        "-o", "--output", "--out", metavar="FILE", help=help_text, callback=of_kind, **more
    )


def place_of(text: str) -> Path | str:
    """Return a path, or a URL as it was said: a path would make one slash of two."""
    from aggregation.votes.store.remote.urls import is_url

    return text if is_url(text) else Path(text)


VOTES_HELP = (
    "Votes in a file (csv, JSON, Parquet, Excel, npz, or a platform's export), in the files of a "
    "folder or of a pattern such as 'votes/*.csv', or - for standard input."
)
VotesArgument = Annotated[
    Path, typer.Argument(metavar="VOTES", help=VOTES_HELP, show_default=False)
]
# A path, or the URL of a store.
VotesOrUrlArgument = Annotated[
    Any,
    typer.Argument(
        metavar="VOTES",
        help=f"{VOTES_HELP} Or a store, on a path or at a URL.",
        show_default=False,
        parser=place_of,
    ),
]
VotesOption = Annotated[
    Path | None,
    typer.Option(
        "--votes",
        metavar="VOTES",
        help="Your own votes instead of the release's: a file, a folder, a pattern, or -.",
        show_default=False,
    ),
]
