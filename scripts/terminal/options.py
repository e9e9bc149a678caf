"""Options that several commands take."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


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


def out_option(what: str, **more: Any) -> Any:
    """Make the option that names a folder for several files."""
    return typer.Option("-o", "--out", "--output", metavar="DIR", help=what, **more)


def output_option(what: str, **more: Any) -> Any:
    """Make the option that names one file, or standard output."""
    help_text = f"{what} - is standard output."
    return typer.Option("-o", "--output", "--out", metavar="FILE", help=help_text, **more)


VotesArgument = Annotated[
    Path,
    typer.Argument(
        metavar="VOTES",
        help="Votes in a file (csv, JSON, Parquet, Excel, npz, or a platform's export), in the "
        "files of a folder or of a pattern such as 'votes/*.csv', or - for standard input.",
        show_default=False,
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
