"""Figures drawn in a process of their own, while this one goes on computing."""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from aggregation import Votes

# So many letters are named that figures cannot show.
MOST_LETTERS = 10
# A function in `analysis.figures`, and what it takes.
Job = tuple[str, tuple[Any, ...], dict[str, Any]]
Files = dict[str, bytes]

# A figure is a great many objects, most of which last until it is drawn.
OBJECTS_BETWEEN_SEARCHES = 100_000

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
    """A process that imports matplotlib at once, and draws what it is sent, one after the other.

    What cannot be sent is drawn by this one; so is all, where there can be no such process, or it
    has come to an end.
    """

    def __init__(self) -> None:
        self._sent: list[Job] = []
        self._kept: list[Job] = []
        self._process: subprocess.Popen[bytes] | None = None
        start = START.format(place=str(Path(__file__).resolve().parents[2]), name=__name__)
        with suppress(OSError):
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", start],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what goes wrong there goes wrong here again
                start_new_session=True,  # Ctrl-C ends this process, whose end is that of the other
            )

    def begin(self, figure: str, *data: Any, **options: Any) -> None:
        """Have the function of that name in `analysis.figures` draw the data."""
        job = figure, data, options
        try:
            content = pickle.dumps(job)
        except (pickle.PicklingError, AttributeError, TypeError):
            self._kept.append(job)
            return
        self._sent.append(job)
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                pickle.dump(content, self._process.stdin)
                self._process.stdin.flush()

    def files(self) -> Files:
        """Wait for what was begun: each figure as png and as pdf, by file name."""
        made = [drawn(*job) for job in self._kept]
        received = self._received()
        if len(received) == len(self._sent):
            made += received
        else:
            made += [drawn(*job) for job in self._sent]
        return {name: content for files in made for name, content in files.items()}

    def _received(self) -> list[Files]:
        """Return what the process has drawn, job by job, told that this was all; else nothing."""
        received: list[Files] = []
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            return received
        with suppress(OSError):
            self._process.stdin.close()
        with suppress(Exception):  # whatever else may have been printed there can raise anything
            received = pickle.load(self._process.stdout)
        return received

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, whatever it is at."""
        if self._process is not None:
            with suppress(OSError), self._process as process:  # what is not sent yet, cannot be
                process.kill()


def unshown(votes: Votes) -> list[str]:
    """Say which letters of raters' and answers' names no font here has, if there are any."""
    names = [*map(str, votes.rater_names), *map(str, votes.answer_names)]
    if all(map(str.isascii, names)):  # matplotlib takes a while to import
        return []
    from analysis.figures.fonts import letters_lacking, list_of_fonts

    lacking = letters_lacking(names)
    if not lacking:
        return []
    more = len(lacking) - MOST_LETTERS
    first = lacking[:MOST_LETTERS] + (f" and {more:,} more" if more > 0 else "")
    said = f"figures show boxes for letters that no font here has: {first}. A font such as Noto "
    said += f"Sans CJK has many; then remove matplotlib's list of fonts from {list_of_fonts()}"
    return [said]


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Draw what is sent until its end, and then send all figures back."""
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
    sent: SimpleQueue[bytes | None] = SimpleQueue()
    # Who sends need not wait until this process has imported, or drawn, something.
    Thread(target=receive, args=(source, sent), daemon=True).start()
    import matplotlib.backends.backend_agg
    import matplotlib.backends.backend_pdf  # noqa: F401

    made = [drawn(*pickle.loads(content)) for content in iter(sent.get, None)]
    with suppress(BrokenPipeError):
        sink.write(pickle.dumps(made))


def receive(source: IO[bytes], sent: SimpleQueue[bytes | None]) -> None:
    """Hand on what is sent, still pickled, and None at its end."""
    with suppress(EOFError, pickle.UnpicklingError):
        while True:
            sent.put(pickle.load(source))
    sent.put(None)


def drawn(figure: str, data: tuple[Any, ...], options: dict[str, Any]) -> Files:
    """Draw, by the function of that name in `analysis.figures`; the file is not called a figure."""
    from analysis import figures

    made = getattr(figures, figure)(*data, **options)
    return figures.figure_files({figure.removesuffix("_figure"): made})
