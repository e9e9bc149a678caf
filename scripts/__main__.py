"""Where the command begins, as `reassess` or as `python -m reassess`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path


def run() -> None:
    """Run the command with the packages that were installed with it.

    A user's own `analysis` or `aggregation`, in the working folder or on PYTHONPATH, would hide
    them otherwise. Their place is first on the path only until they are found: what else lies
    there, such as an old `dataclasses`, must not hide Python's own modules.
    """
    # Threads of OpenBLAS that have nothing to do sleep at once, where for a while they would keep a
    # processor from others; their number, on which last bits depend, stays. Read with numpy.
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
    place = str(Path(__file__).resolve().parents[1])
    sys.path.insert(0, place)
    for package in ("aggregation", "analysis"):
        import_module(package)
    sys.path.remove(place)
    from .main import run as run_command

    run_command()


if __name__ == "__main__":
    run()
