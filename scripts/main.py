"""The `reassess` command: its subcommands, and how it ends when input cannot be used."""

from __future__ import annotations

import atexit
import gc
import logging
import sys
from typing import Annotated

import typer

from .commands import (
    accuracy,
    compare,
    curve,
    diff,
    fetch,
    fit,
    ingest,
    labels,
    pick,
    raters,
    reproduce,
    simulate,
)
from .terminal import messages

OBJECTS_BETWEEN_SEARCHES = 100_000

app = typer.Typer(
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


for subcommand in (
    reproduce.reproduce,
    fetch.fetch,
    raters.raters,
    curve.curve,
    compare.compare,
    pick.pick,
    labels.labels,
    diff.diff,
    accuracy.accuracy,
    fit.fit,
    ingest.ingest,
    simulate.simulate,
):
    app.command()(subcommand)


def run() -> None:
    """Run the command; unusable input is one line on standard error and exit status 2."""
    # Results are large and hardly ever hold each other in circles: searching them for circles
    # often, and once more at the end, would take a sixth of a short command's time.
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
    atexit.register(gc.freeze)
    logging.basicConfig(format="reassess: %(message)s", level=logging.WARNING, stream=sys.stderr)
    try:
        app()
    except (ValueError, messages.UsageError) as error:
        # ours are ValueErrors; any other one is a bug and keeps its traceback
        from aggregation import VoteError
        from analysis import AnalysisError

        if not isinstance(error, VoteError | AnalysisError | messages.UsageError):
            raise
        messages.fail(str(error))
    except OSError as error:
        messages.fail(f"{error.filename or 'input or output'}: {error.strerror or error}")
