"""`reassess simulate`: write a simulated release."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..terminal.messages import say

if TYPE_CHECKING:
    from analysis import Release


def simulate(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="A new or empty folder, or an earlier simulated release, which is replaced.",
            show_default=False,
        ),
    ],
    images: Annotated[int, typer.Option(help="Images with questions, 1 to 50,000.")] = 2000,
    golden_images: Annotated[
        int | None,
        typer.Option(
            help="Images with golden questions. Default: 150, or a third of the images.",
            show_default=False,
        ),
    ] = None,
    raters: Annotated[int, typer.Option(help="Raters, 5 or more.")] = 40,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 0,
) -> None:
    """Write a simulated release: the six files of the real one, and the truth behind them.

    Questions and votes are drawn from the Dawid & Skene model; scores.npz and real.json are made of
    them by the recipe of the published ones. It says nothing about ImageNet.
    """
    from analysis.release.simulated.drawn_release import write_simulated_release

    simulated = write_simulated_release(
        folder, n_images=images, n_golden_images=golden_images, n_raters=raters, seed=seed
    )
    console = say()
    console.print(
        f"wrote a SIMULATED release to {folder}: {contents(simulated.release)}", markup=False
    )
    console.print("truth.npz holds the truth and the error rates it was drawn from", markup=False)
    command = f"reassess reproduce --data {shlex.quote(str(folder))}"
    console.print(f"use it like the real one: {command}", markup=False)


def contents(release: Release) -> str:
    """Say in one line what a release holds."""
    import numpy as np

    votes, golden = release.votes, release.golden
    return (
        f"{votes.n_votes:,} votes of {votes.n_raters:,} raters on {votes.n_items:,} questions "
        f"about {len(np.unique(release.questions.images)):,} images; {len(golden.questions):,} "
        f"golden questions, answered by {golden.experts.n_raters} experts"
    )
