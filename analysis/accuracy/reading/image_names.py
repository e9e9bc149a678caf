"""Numbers of the validation images, by the names that their files go by."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import AnalysisError
from ...release.files.questions import N_IMAGES, image_name

# Some copies of the images have the label's WordNet id behind the number, or another ending.
NAME = re.compile(
    r"(?:.*[/\\])?ILSVRC2012_val_([0-9]{8})(?:_n[0-9]{8})?(?:\.[a-z0-9]+)?",
    re.DOTALL | re.IGNORECASE | re.ASCII,
)


def image_numbers(
    names: Sequence[Any], n_images: int = N_IMAGES, *, partial: bool = False
) -> NDArray[np.int64]:
    """Return the number of each image, 1..n_images, by its file name.

    Parameters
    ----------
    names : sequence of str, bytes or path
        ``ILSVRC2012_val_00000001.JPEG`` and so on, in any order, each once. Folders before it, a
        WordNet id behind the number (``_n01751748``), the ending, and case are of no account.
    n_images : int
        Number of images.
    partial : bool
        Whether images may be missing.

    Returns
    -------
    ndarray of int64, shape (len(names),)

    Raises
    ------
    AnalysisError
        If a name is unknown, occurs twice, or is missing.
    """
    numbers = np.fromiter(map(_image_number, names), dtype=np.int64, count=len(names))
    unknown = (numbers < 1) | (numbers > n_images)
    if unknown.any():
        entry = int(np.argmax(unknown))
        raise AnalysisError(
            f"entry {entry} has the image name {names[entry]!r:.80}: names are "
            f"{image_name(1)} to {image_name(n_images)}"
        )
    counts = np.bincount(numbers, minlength=n_images + 1)[1:]
    if (counts > 1).any():
        image = int(np.argmax(counts > 1)) + 1
        first, second = np.flatnonzero(numbers == image)[:2]
        raise AnalysisError(f"entries {first} and {second} are both for {image_name(image)}")
    if (counts == 0).any() and not partial:
        raise AnalysisError(
            f"{image_name(int(np.argmin(counts)) + 1)} is missing: there are {len(names):,} image "
            f"names, not {n_images:,}; a part of the images is measured where --partial, or "
            "partial=True, asks for it"
        )
    return numbers


def is_image_name(name: Any) -> bool:
    """Say whether something is a validation image's file name."""
    return _image_number(name) > 0


def _image_number(name: Any) -> int:
    """Return the number in a file name, 0 where it is no validation image's."""
    try:
        found = NAME.fullmatch(os.fsdecode(name))
    except TypeError:
        return 0
    return int(found[1]) if found else 0
