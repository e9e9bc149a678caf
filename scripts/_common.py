"""What the subcommands share: options, messages, and files that are never half-written."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Folder of the release's six files. Default: $REASSESS_DATA, else the cache that "
        "`reassess fetch` fills.",
        show_default=False,
    ),
]


class UsageError(Exception):
    """Input that cannot be used, in one line; ends the command with exit status 2."""


def say() -> Console:
    """Return the console for messages: standard error, so that results can be piped."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_result(text: str) -> None:
    """Write a result to standard output; where the reader has gone, end as SIGPIPE would."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # keeps the interpreter from flushing into the pipe at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file beside its place, then rename it: a file is whole or as it was."""
    write_files({path: content.encode() if isinstance(content, str) else content})


def write_files(contents: dict[Path, bytes]) -> None:
    """Write several files: each beside its place, and renamed only when all of them are written.

    What is there and is no file, such as /dev/null or a pipe, is written to as it is.
    """
    parts: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            if path.exists() and not path.is_file():
                path.write_bytes(content)  # fails on a folder, while nothing is renamed yet
                continue
            with _named(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                handle, name = tempfile.mkstemp(
                    dir=path.parent, prefix=f".{path.name}.", suffix=".part"
                )
                parts[path] = Path(name)
                with os.fdopen(handle, "wb") as stream:
                    stream.write(content)
                parts[path].chmod(0o666 & ~_umask())
        for path, part in parts.items():
            with _named(path):
                part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Have an error name the file that was asked for, not the one beside it."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


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
