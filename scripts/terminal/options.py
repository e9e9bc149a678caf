"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

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


def column_option(what: str, usual: str) -> Any:
    """Make the option that names a column."""
    return typer.Option(
        metavar="COLUMN", help=f"Column of the {what}. Default: {usual}.", show_default=False
    )
