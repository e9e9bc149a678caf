"""A release drawn from the model, in the six files of the real one, with the truth behind it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...defaults import THRESHOLD
from ...errors import AnalysisError
from ..files import download
from ..files.questions import N_IMAGES
from ..files.writing import sweep, write_files
from ..labels.label_sets import make_labels
from ..published import EXPERTS_FOR_RATERS, published_scores
from ..release import SIMULATED, Release
from .draws import (
    VOTES_PER_QUESTION,
    draw_crowd,
    draw_golden,
    draw_original_labels,
    draw_questions,
    draw_truth,
    draw_votes,
)
from .writers import npz_file, release_files

TRUTH = "truth.npz"
GOLDEN_IMAGES = 150


@dataclass(frozen=True, eq=False)
class SimulatedRelease:
    """A release drawn from the model, and what it was drawn from.

    Attributes
    ----------
    release : Release
        In memory: its `folder` and `sha256` name no files.
    truth : ndarray of int8, shape (n_questions,)
        1 where the label fits the image, otherwise 0.
    error_rates : ndarray, shape (n_raters, 2, 3)
        Probability of each rater's answers (no, maybe, yes), given whether the label fits.
    expert_error_rates : ndarray, shape (n_experts, 2, 3)
        The same of the experts.
    """

    release: Release
    truth: NDArray[np.int8]
    error_rates: NDArray[np.float64]
    expert_error_rates: NDArray[np.float64]


def write_simulated_release(
    folder: str | os.PathLike[str],
    *,
    n_images: int = 2000,
    n_golden_images: int | None = None,
    n_raters: int = 40,
    n_experts: int = 5,
    seed: int = 0,
) -> SimulatedRelease:
    """Draw a release from the model and write it in the six files of the real one.

    Two more files tell it from the real one: `simulated.json` holds the parameters; `truth.npz`
    holds what the votes were drawn from (`truth`, `error_rates`, `expert_error_rates`), the raters'
    `ids`, the `expert_ids` and the `seed`. The same parameters give the same bytes.

    Parameters
    ----------
    folder : path-like
        A new or empty folder, or one with an earlier simulated release, which is replaced.
    n_images, n_golden_images, n_raters, n_experts, seed
        As for :func:`simulate_release`.

    Returns
    -------
    SimulatedRelease

    Raises
    ------
    AnalysisError
        If a parameter is out of range, or the folder holds other files.
    """
    place = Path(folder).resolve()
    _check_place(place)
    simulated = simulate_release(
        n_images=n_images,
        n_golden_images=n_golden_images,
        n_raters=n_raters,
        n_experts=n_experts,
        seed=seed,
    )
    contents = _all_files(simulated, seed)
    # Without raters.npz nobody takes the folder for a release while the files are exchanged.
    order = (SIMULATED, TRUTH, *reversed(download.FILES))
    write_files({place / name: contents[name] for name in order}, withdrawn=place / download.RATERS)
    return simulated


def _check_place(place: Path) -> None:
    sweep(place)
    if place.exists() and not place.is_dir():
        raise AnalysisError(f"{place} is a file: name a folder for the simulated release")
    if place.is_dir() and any(place.iterdir()) and not (place / SIMULATED).is_file():
        raise AnalysisError(
            f"{place} is not empty and holds no simulated release ({SIMULATED}), so nothing was "
            "written: name a new folder"
        )


def _all_files(simulated: SimulatedRelease, seed: int) -> dict[str, bytes]:
    """Return the six files, the truth and the marker, by name."""
    release = simulated.release
    truth = npz_file(
        truth=simulated.truth,
        error_rates=simulated.error_rates,
        expert_error_rates=simulated.expert_error_rates,
        ids=np.array(release.votes.rater_names),
        expert_ids=np.array(release.golden.experts.rater_names),
        seed=np.array(seed),
    )
    asked, golden = release.questions.images, release.golden
    marker = {
        "simulated": True,
        "seed": int(seed),
        "n_images": len(np.unique(asked)),
        "n_golden_images": len(np.unique(asked[golden.questions])),
        "n_raters": release.votes.n_raters,
        "n_experts": golden.experts.n_raters,
        "n_questions": len(asked),
        "n_golden_questions": len(golden.questions),
    }
    said = (json.dumps(marker, indent=2) + "\n").encode()
    return release_files(release) | {TRUTH: truth, SIMULATED: said}


def simulate_release(
    *,
    n_images: int = 2000,
    n_golden_images: int | None = None,
    n_raters: int = 40,
    n_experts: int = 5,
    seed: int = 0,
) -> SimulatedRelease:
    """Draw a release from the model; its scores and labels follow the recipe of the real ones.

    Parameters
    ----------
    n_images : int
        Images with questions, 1..50000; each has 2 to 15 labels, and 5 votes a question.
    n_golden_images : int, optional
        Images whose questions the experts answer too, 1..n_images. Default: 150, or a third of the
        images where that is less.
    n_raters : int
        At least 5. Their activity differs by orders of magnitude; some have no golden answers.
    n_experts : int
        At least 3, for so many must say yes to a label that fits.
    seed : int
        0 or more; the same seed gives the same release.

    Returns
    -------
    SimulatedRelease

    Raises
    ------
    AnalysisError
        If a parameter is out of range.
    """
    if n_golden_images is None:
        n_golden_images = max(1, min(GOLDEN_IMAGES, n_images // 3))
    _check_range("n_images", n_images, 1, N_IMAGES)
    _check_range("n_golden_images", n_golden_images, 1, n_images)
    _check_range("n_raters", n_raters, VOTES_PER_QUESTION)
    _check_range("n_experts", n_experts, EXPERTS_FOR_RATERS)
    _check_range("seed", seed, 0)
    rng = np.random.default_rng(seed)
    original_labels = draw_original_labels(rng)
    questions = draw_questions(n_images, original_labels, rng=rng)
    truth = draw_truth(questions, original_labels, rng=rng)
    crowd = draw_crowd(n_raters, n_experts, rng=rng)
    release = Release(
        folder=Path(),
        questions=questions,
        votes=draw_votes(crowd, truth, rng=rng),
        golden=draw_golden(crowd, questions, truth, n_golden_images, rng=rng),
        scores=np.empty(0),
        label_sets=[],
        original_labels=original_labels,
        sha256=dict.fromkeys(download.FILES, "in memory"),
        simulated=True,
    )
    release = replace(release, scores=published_scores(release))
    release = replace(release, label_sets=make_labels(release, threshold=THRESHOLD))
    return SimulatedRelease(
        release, truth.astype(np.int8), crowd.error_rates, crowd.expert_error_rates
    )


def _check_range(name: str, value: int, least: int, most: int | None = None) -> None:
    if value < least or (most is not None and value > most):
        allowed = f"{least:,} or more" if most is None else f"{least:,} to {most:,}"
        raise AnalysisError(f"{name}={value}: it must be {allowed}")
