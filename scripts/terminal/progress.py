"""Progress on the terminal: of a download, or of stages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from .messages import say
from .options import DataOption

if TYPE_CHECKING:
    from analysis.release.files.download import ProgressBar


def fetch_with_progress(data: DataOption) -> str:
    """Download with a progress bar a file on standard error; return the folder."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from analysis.release.files.download import fetch_release

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    console = say()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:

        class Bar:
            """One file's bar, as pooch drives it: it sets `total`, then counts."""

            def __init__(self, name: str) -> None:
                self.task = bars.add_task(name, total=None)
                self.total = 0

            def update(self, n: int) -> None:
                bars.update(self.task, total=self.total, advance=n)

            def reset(self) -> None:
                bars.reset(self.task, total=self.total)

            def close(self) -> None:
                bars.stop_task(self.task)

        def bar(name: str) -> ProgressBar:
            return Bar(name)

        return str(fetch_release(data, progress=bar))


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
