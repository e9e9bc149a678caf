"""Where results go: standard output, or sets of files that belong together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from glob import glob
from pathlib import Path

from analysis.release.files.writing import Part, not_of_one_run, write_files

from .messages import UsageError, warn

STANDARD_OUTPUT = Path("-")
# What is written to a folder and might be what votes or known items are called, too.
TABLES = ("labels", "raters", "next_votes", "posteriors", "error_rates", "pairs", "more_votes")
SUFFIXES = (".csv", ".parquet", ".json")


def keep_inputs(output: Path | str | None, inputs: Iterable[Path | str | None]) -> None:
    """Refuse to write a file, or tables to a folder, over what they are made from.

    Raises
    ------
    UsageError
        If one of the inputs, which may be patterns, would be written over.
    """
    if not isinstance(output, Path) or not output.exists():  # a URL is none of them
        return
    if output.is_dir() and not os.access(output, os.X_OK):  # nothing in it can be looked at
        raise UsageError(f"{output}: permission denied")
    written = [output]
    if output.is_dir():
        written = [output / f"{name}{suffix}" for name in TABLES for suffix in SUFFIXES]
    there = [path for path in written if path.is_file()]
    for given in filter(None, inputs):
        names = glob(str(given), recursive=True)  # noqa: PTH207 (a pattern may begin at the root)
        for found in names or [str(given)]:
            if any(path.samefile(found) for path in there if Path(found).is_file()):
                raise UsageError(f"{found} is read and would be written over: name another output")


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
