"""What the subcommands share: options, messages, and files that are never half-written."""

from __future__ import annotations

import errno
import io
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


class UsageError(Exception):
    """Input that cannot be used, in one line; ends the command with exit status 2."""


# Columns of names are not narrower than so many letters, if they hold longer words; there is so
# much between two columns.
LEAST_NAME, BETWEEN = 12, 1
# What a message calls an argument of Python's, and how a command says the same.
AS_OPTIONS = {
    "precision, recall, f_beta, costs and threshold": "--precision, --recall, --f-beta, --costs "
    "and --threshold",
    "f_beta": "--f-beta",
    "a pseudo_count, such as": "--pseudo-count",
    "family='one-coin' or 'shared'": "--family one-coin or shared",
    "leave_zeros=True": "--set leave_zeros=True",
    "a larger max_steps, or a larger tol": "a larger --max-steps, or a larger --tol",
}
QUIET = ContextVar("quiet", default=False)


class Closed(io.TextIOBase):
    """Standard output where there is none: what is written to it fails, and says why."""

    @property
    def buffer(self) -> Closed:
        """The same for bytes."""
        return self

    def write(self, _content: object, /) -> int:
        """Refuse whatever it is."""
        raise OSError(errno.EBADF, "is closed: -o writes to a file", "standard output")


def prepare_streams() -> None:
    """See to it that whatever names there are can be printed, and that both streams are there."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a terminal of another language than the names' shows them written out
            stream.reconfigure(errors="backslashreplace")
    if sys.stdout is None:
        sys.stdout = Closed()
    if sys.stderr is None:  # messages have no place
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 (stays open to the end)


def console(**options: Any) -> Console:
    """Return a console that shows names as they are, and obeys none of them."""
    from rich.console import Console
    from rich.text import Text

    from aggregation.errors import printable

    class Shown(Console):
        """What prints text of the user's: a name may hold what moves the cursor."""

        def on_broken_pipe(self) -> None:
            end_unheard()

        def render_str(self, text: str, **arguments: Any) -> Text:
            return super().render_str(printable(text, kept="\n\t"), **arguments)

    return Shown(highlight=False, **options)


def print_whole(table: Table, **options: Any) -> None:
    """Print a table, wider than a terminal that would cut its numbers: a part of one is another.

    Cells are broken between words; names alone, which stand to the left, within one, too.
    """
    from rich.cells import cell_len

    shown = console(**options)
    cells = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    for column, texts in zip(table.columns, cells, strict=True):
        longest = max(map(cell_len, " ".join(texts).split()), default=0)
        column.overflow = "fold"
        column.width = longest if column.justify == "right" else min(longest, LEAST_NAME)
    least = sum((column.width or 0) + BETWEEN for column in table.columns)
    room = shown.width - least + (0 if table.pad_edge else BETWEEN)
    for column, texts in zip(table.columns[::-1], cells[::-1], strict=True):
        natural = max(map(cell_len, "\n".join(texts).split("\n")))
        more = max(min(natural - (column.width or 0), room), 0)
        column.width, room = (column.width or 0) + more, room - more
    console(**options, width=shown.width - min(room, 0)).print(table)


def in_options(message: str) -> str:
    """Say in a command's options what a message says in arguments."""
    for argument, option in AS_OPTIONS.items():
        message = message.replace(argument, option)
    return message


def say() -> Console:
    """Return the console for messages: standard error, so that results can be piped."""
    return console(stderr=True, soft_wrap=True, quiet=QUIET.get())


def warn(doubt: str) -> None:
    """Say what is doubtful, in a line, however quiet the command is to be."""
    loud = console(stderr=True, soft_wrap=True)
    loud.print(f"warning: {doubt}", style="yellow", markup=False)


@contextmanager
def quietly(quiet: bool) -> Iterator[None]:
    """Say nothing but warnings and errors, if so wished."""
    before = QUIET.set(quiet)
    try:
        yield
    finally:
        QUIET.reset(before)


def print_result(result: str | bytes) -> None:
    """Write a result to standard output: in UTF-8, whatever the terminal's language.

    A terminal gets what it can show. Where the reader has gone, end as SIGPIPE would.
    """
    if isinstance(result, str) and sys.stdout.isatty():
        from aggregation.errors import printable

        result = printable(result, kept="\n\t").encode(sys.stdout.encoding, "backslashreplace")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(result.encode() if isinstance(result, str) else result)
        sys.stdout.flush()
    except BrokenPipeError:
        end_unheard()


def end_unheard() -> NoReturn:
    """End as SIGPIPE would: nobody reads what is printed."""
    # keeps the interpreter from flushing into the pipe at exit
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nowhere, number)
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


def fail(message: str, status: int = 2) -> NoReturn:
    """Print one line on standard error and end the command."""
    from aggregation.errors import brief, printable

    print(f"reassess: {printable(brief(' '.join(message.split())))}", file=sys.stderr)
    raise SystemExit(status)
