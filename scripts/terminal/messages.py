"""What the subcommands share: options, messages, and files that are never half-written."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


class UsageError(Exception):
    """Input that cannot be used, in one line; ends the command with exit status 2."""


QUIET = ContextVar("quiet", default=False)


def say() -> Console:
    """Return the console for messages: standard error, so that results can be piped."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True, quiet=QUIET.get())


def warn(doubt: str) -> None:
    """Say what is doubtful, in a line, however quiet the command is to be."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"warning: {doubt}", style="yellow", markup=False)


@contextmanager
def quietly(quiet: bool) -> Iterator[None]:
    """Say nothing but warnings and errors, if so wished."""
    before = QUIET.set(quiet)
    try:
        yield
    finally:
        QUIET.reset(before)


def print_result(result: str | bytes) -> None:
    """Write a result to standard output; where the reader has gone, end as SIGPIPE would."""
    try:
        if isinstance(result, bytes):
            sys.stdout.buffer.write(result)
        else:
            sys.stdout.write(result)
        sys.stdout.flush()
    except BrokenPipeError:
        # keeps the interpreter from flushing into the pipe at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None


@contextmanager
def announced_compilation() -> Iterator[None]:
    """Say so, once, if a kernel has to be compiled: only the first run after installation does."""
    from numba.core import event

    class Announcer(event.Listener):  # type: ignore[misc]
        said = False

        def on_start(self, _event: object) -> None:
            if not self.said:
                self.said = True
                say().print(
                    "compiling numerical kernels, which are kept for the next runs ...", style="dim"
                )

        def on_end(self, _event: object) -> None:
            pass

    with event.install_listener("numba:compile", Announcer()):
        yield


@contextmanager
def recorded_doubts() -> Iterator[list[str]]:
    """Collect the fit's warnings; any other one is passed on."""
    from aggregation import ConvergenceWarning, IdentifiabilityWarning

    doubts: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        for category in (ConvergenceWarning, IdentifiabilityWarning):
            warnings.simplefilter("always", category)
        yield doubts
    for warning in caught:
        if isinstance(warning.message, ConvergenceWarning | IdentifiabilityWarning):
            doubts.append(str(warning.message))
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )


def fail(message: str, status: int = 2) -> None:
    """Print one line on standard error and end the command."""
    print(f"reassess: {' '.join(message.split())}", file=sys.stderr)
    raise SystemExit(status)
