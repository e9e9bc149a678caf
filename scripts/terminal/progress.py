"""Progress on the terminal: of a download, or of stages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from .messages import say
from .options import DataOption

if TYPE_CHECKING:
    from analysis.release.files.training_list import TrainingList
    from analysis.release.files.transfer import ProgressBar


def fetch_with_progress(data: DataOption) -> str:
    """Download with a progress bar a file on standard error; return the folder."""
    from analysis.release.files.download import fetch_release

    with download_bars() as bar:
        return str(fetch_release(data, progress=bar))


def fetch_list_with_progress(data: DataOption) -> TrainingList:
    """Download the list of training files with a progress bar; return what it names."""
    from analysis.release.files.training_list import fetch_training_list

    with download_bars() as bar:
        return fetch_training_list(data, progress=bar)


@contextmanager
def download_bars() -> Iterator[Callable[[str], ProgressBar]]:
    """Yield what makes a bar for a file of a given name, drawn where there is a terminal."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    console = say()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:

        class Bar:
            """One file's bar, as a transfer drives it: it sets `total`, then counts."""

            def __init__(self, name: str) -> None:
                self.task = bars.add_task(name, total=None)
                self.total = 0

            def update(self, n: int) -> None:
                bars.update(self.task, total=self.total or None, advance=n)

            def close(self) -> None:
                bars.stop_task(self.task)

        yield Bar


@contextmanager
def stages(total: int) -> Iterator[Callable[[str], None]]:
    """Show which of so many stages is at work, on standard error if it is a terminal.

    Yields
    ------
    callable
        Called with the name of each stage as it begins.
    """
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console, begun = say(), count()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        task = bars.add_task("", total=total)

        def begin(what: str) -> None:
            bars.update(task, description=what, completed=next(begun))

        yield begin


@contextmanager
def shares_shown() -> Iterator[Callable[[str, float], None]]:
    """Show how much of each stage is done and how long it will take, if there is a terminal.

    Yields
    ------
    callable
        Called with a stage and the share of it that is done, 0..1.
    """
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), Left())
    console = say()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        tasks = {}

        def tell(stage: str, share: float) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=1.0)
            bars.update(tasks[stage], completed=share)

        yield tell
