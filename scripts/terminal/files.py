"""Where results go: standard output, or sets of files that belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis.release.files.writing import Part, not_of_one_run, write_files

from .messages import warn

STANDARD_OUTPUT = Path("-")


def write_set(
    folder: Path, contents: Mapping[str, bytes], *, finished: Sequence[Part] = ()
) -> None:
    """Write a set of files, its manifest last, and say where what was there was no whole set.

    Parameters
    ----------
    folder : Path
    contents : mapping from str to bytes
        Files by name; the last is the manifest (see `analysis.release.files.writing.with_hashes`).
    finished : sequence of Part
        Files of the set that are written already.
    """
    *names, manifest = contents
    unlike = not_of_one_run(folder, manifest, [*(part.path.name for part in finished), *names])
    write_files({folder / name: content for name, content in contents.items()}, finished=finished)
    if unlike:
        warn(
            f"{', '.join(unlike)} in {folder} and {manifest} there were not of one run that ended: "
            "all have been written anew"
        )
