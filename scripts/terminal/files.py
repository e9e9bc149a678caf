"""Where results go: standard output, or sets of files that belong together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from analysis.release.files.writing import not_of_one_run, write_files

from .messages import warn

STANDARD_OUTPUT = Path("-")


def write_set(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write a set of files, its manifest last, and say where what was there was no whole set.

    Parameters
    ----------
    folder : Path
    contents : mapping from str to bytes
        Files by name; the last is the manifest (see `analysis.release.files.writing.with_hashes`).
    """
    *names, manifest = contents
    unlike = not_of_one_run(folder, manifest, names)
    write_files({folder / name: content for name, content in contents.items()})
    if unlike:
        warn(
            f"{', '.join(unlike)} in {folder} and {manifest} there were not of one run that ended: "
            "all have been written anew"
        )
