"""`reassess fetch`: download the release and check its hashes."""

from __future__ import annotations

from ..terminal.messages import print_result
from ..terminal.options import DataOption
from ..terminal.progress import fetch_with_progress


def fetch(data: DataOption = None) -> None:
    """Download the six files into the per-user cache, or --data, and check their hashes."""
    print_result(f"{fetch_with_progress(data)}\n")
