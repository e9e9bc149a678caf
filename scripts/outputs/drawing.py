"""Figures drawn in a process of their own, while this one goes on computing."""

from __future__ import annotations

import pickle
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

Files = dict[str, bytes]

# Packages are found where this one's are, whatever a user's own are called; see `__main__`.
START = """
import sys
from importlib import import_module
sys.path.insert(0, {place!r})
import aggregation, analysis
sys.path.remove({place!r})
import_module({name!r}).serve(sys.stdin.buffer, sys.stdout.buffer)
"""


class Drawing:
    """A process that imports matplotlib at once, and draws what it is sent.

    Where there can be no such process, or it has come to an end, this one draws.
    """

    def __init__(self) -> None:
        self._job: tuple[str, tuple[Any, ...]] = "", ()
        self._process: subprocess.Popen[bytes] | None = None
        start = START.format(place=str(Path(__file__).resolve().parents[2]), name=__name__)
        with suppress(OSError):
            self._process = subprocess.Popen(
                [sys.executable, "-c", start],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what goes wrong there goes wrong here again
                start_new_session=True,  # Ctrl-C ends this process, whose end is that of the other
            )

    def begin(self, figure: str, *data: Any) -> None:
        """Have the function of that name in `analysis.figures` draw the data."""
        self._job = figure, data
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError), self._process.stdin as sink:
                pickle.dump(self._job, sink)

    def files(self) -> Files:
        """Wait for what was begun: each figure as png and as pdf, by file name."""
        if self._process is not None and self._process.stdout is not None:
            with suppress(EOFError, OSError, pickle.UnpicklingError):
                files: Files = pickle.load(self._process.stdout)
                return files
        return drawn(*self._job)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, whatever it is at."""
        if self._process is not None:
            with self._process as process:
                process.kill()


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Draw what is sent, once."""
    import matplotlib.backends.backend_agg
    import matplotlib.backends.backend_pdf  # noqa: F401

    with suppress(EOFError, BrokenPipeError):
        figure, data = pickle.load(source)
        sink.write(pickle.dumps(drawn(figure, data)))


def drawn(figure: str, data: tuple[Any, ...]) -> Files:
    """Draw, by the function of that name in `analysis.figures`."""
    from analysis import figures

    made = getattr(figures, figure)(*data)
    return figures.figure_files(made if isinstance(made, dict) else {figure: made})
