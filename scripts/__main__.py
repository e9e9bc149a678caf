"""Where the command begins, as `reassess` or as `python -m reassess`."""

from __future__ import annotations

import sys
from pathlib import Path


def run() -> None:
    """Run the command with the packages that were installed with it.

    A user's own `analysis` or `aggregation`, in the working folder or on PYTHONPATH, would hide
    them otherwise.
    """
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from .main import run as run_command

    run_command()


if __name__ == "__main__":
    run()
