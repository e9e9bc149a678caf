"""The `reassess` command: its subcommands, and how it ends when input cannot be used."""

from __future__ import annotations

import atexit
import errno
import gc
import logging
import sys
from inspect import cleandoc
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from .commands import (
    accuracy,
    compare,
    curve,
    diff,
    explore,
    fetch,
    fit,
    ingest,
    labels,
    pick,
    raters,
    report,
    reproduce,
    score,
    simulate,
)
from .terminal import messages
from .terminal.files import keeping_inputs

OBJECTS_BETWEEN_SEARCHES = 100_000


class Commands(TyperGroup):
    """The subcommands: what is raised in one is ours to judge, before typer takes it for its own.

    typer takes an EOFError for an abortion by the user, and a pipe that nobody reads for a failure.
    """

    def invoke(self, context: Any) -> Any:
        """Run a subcommand."""
        try:
            return super().invoke(context)
        except BrokenPipeError:
            messages.end_unheard()
        except EOFError as error:
            raise RuntimeError("an end of input that no reader has foreseen") from error


app = typer.Typer(
    cls=Commands,
    name="reassess",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        from importlib.metadata import version

        messages.print_result(f"reassess {version('reassess')}\n")
        raise typer.Exit


@app.callback()
def reassess(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Aggregate crowd labels with Dawid & Skene EM; reproduce the ReaL labels bit for bit.

    Exit status: 0 done, 1 a comparison failed, 2 unusable input, 130 interrupted.
    """


def flowing(text: str) -> str:
    """Return a docstring's paragraphs without line breaks, which a narrow terminal breaks again."""
    return "\n\n".join(" ".join(part.split()) for part in cleandoc(text).split("\n\n"))


for subcommand in (
    reproduce.reproduce,
    fetch.fetch,
    raters.raters,
    curve.curve,
    compare.compare,
    pick.pick,
    explore.explore,
    labels.labels,
    diff.diff,
    accuracy.accuracy,
    fit.fit,
    ingest.ingest,
    score.score,
    report.report,
    simulate.simulate,
):
    app.command(help=flowing(subcommand.__doc__ or ""))(keeping_inputs(subcommand))


def run() -> None:
    """Run the command; unusable input is one line on standard error and exit status 2."""
    # Results are large and hardly ever hold each other in circles: searching them for circles
    # often, and once more at the end, would take a sixth of a short command's time.
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
    atexit.register(gc.freeze)
    messages.prepare_streams()
    logging.basicConfig(format="reassess: %(message)s", level=logging.WARNING, stream=sys.stderr)
    try:
        app()
    except (ValueError, messages.UsageError) as error:
        # ours are ValueErrors; any other one is a bug and keeps its traceback
        from aggregation.errors import BriefError

        if not isinstance(error, BriefError | messages.UsageError):
            raise
        messages.fail(str(error))
    except MemoryError:
        messages.fail("there is not enough memory for this")
    except OSError as error:
        if error.errno == errno.ENOMEM:
            messages.fail("there is not enough memory for this")
        messages.fail(f"{error.filename or 'input or output'}: {error.strerror or error}")
