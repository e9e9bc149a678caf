"""Where a label file comes from: enough to trace it, and to make it again."""

from __future__ import annotations

import hashlib
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from ..files.questions import N_ANIMALS
from ..release import Release
from .label_sets import threshold_interval


def label_file_provenance(
    release: Release,
    label_sets: list[list[int]],
    text: str,
    *,
    threshold: float,
    animal_threshold: float | None = None,
    scores_sha256: str | None = None,
) -> dict[str, Any]:
    """Gather what a label file was made from; the same inputs give the same.

    Parameters
    ----------
    release : Release
    label_sets : list of 50,000 lists of int
        From :func:`analysis.make_labels`.
    text : str
        The file's content.
    threshold : float
    animal_threshold : float, optional
        The threshold of the animal labels, where it is another one.
    scores_sha256 : str, optional
        Hash of the file of scores, where they are not the published ones.

    Returns
    -------
    dict
        Of strings, numbers and dicts.
    """
    own = scores_sha256 is not None
    found = {
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "method": f"{'scores of a file' if own else 'published scores'} at or above a threshold",
        "threshold": threshold,
        "labels": sum(map(len, label_sets)),
        "images_with_labels": sum(map(bool, label_sets)),
        "images": len(label_sets),
        "simulated": release.simulated,
        "input_sha256": release.sha256 | ({"scores": scores_sha256} if own else {}),
        "version": versions()["reassess"],
    }
    if animal_threshold is not None:
        found[f"threshold_of_labels_below_{N_ANIMALS}"] = animal_threshold
    elif not own:
        interval = threshold_interval(release, label_sets)
        # Infinity is no JSON; None where every threshold down to 0 gives the same.
        found["same_labels_for_thresholds"] = {
            "above": None if interval.low < 0 else interval.low,
            "up_to": min(interval.high, 1.0),
        }
    return found


def provenance_path(label_file: Path) -> Path:
    """Return the place beside a label file: ``real.provenance.json`` beside ``real.json``."""
    return label_file.with_name(f"{label_file.name.removesuffix('.json')}.provenance.json")


def versions() -> dict[str, str]:
    """Return the versions of Python, of this package and of what its numbers rest on."""
    packages = ("reassess", "numpy", "scipy", "numba", "matplotlib")
    return {"python": platform.python_version()} | {
        package: metadata.version(package) for package in packages
    }
