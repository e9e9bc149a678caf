"""`reassess fetch`: download the release and check its hashes."""

from __future__ import annotations

from typing import Annotated

import typer

from ..terminal.messages import print_result, say
from ..terminal.options import DataOption
from ..terminal.progress import fetch_list_with_progress, fetch_with_progress


def fetch(
    training_list: Annotated[
        bool,
        typer.Option(
            "--training-list",
            help="Fetch the list of cleaner training files, too (Section 6 of the paper).",
        ),
    ] = False,
    data: DataOption = None,
) -> None:
    """Download the six files into the per-user cache, or --data, and check their hashes."""
    folder = fetch_with_progress(data)
    if training_list:
        found = fetch_list_with_progress(data)
        say().print(f"{len(found.names):,} training files, SHA-256 {found.sha256}", markup=False)
    print_result(f"{folder}\n")
