"""Where results go: standard output, or sets of files that belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from glob import glob
from pathlib import Path
from typing import Any

from analysis.release.files.writing import Part, not_of_one_run, write_files

from .messages import UsageError, warn

STANDARD_OUTPUT = Path("-")
# Commands' arguments by name: what they read, and where they write to.
READ = (
    *("file", "votes", "truth", "classifier", "fitted", "predictions", "labels", "scores"),
    *("before", "after"),
)
WRITTEN = ("output", "out", "by_class", "figure", "curve")
# What is written to a folder and might be what votes or known items are called, too.
TABLES = (
    *("labels", "raters", "next_votes", "posteriors", "error_rates", "fit", "score"),
    *("pairs", "golden_pairs", "more_votes", "model_check", "class_effects", "hard_labels"),
    *("label_pairs", "without", "without_labels", "methods", "comparison", "calibration"),
    *("reliability", "summary", "real", "scores"),
)
SUFFIXES = (".csv", ".parquet", ".json", ".npz")


def keeping_inputs(command: Callable[..., None]) -> Callable[..., None]:
    """Have a command refuse to write over what it reads, before it does anything."""

    @wraps(command)
    def careful(**given: Any) -> None:
        for name in WRITTEN:
            keep_inputs(given.get(name), inputs_of(given))
        command(**given)

    return careful


def inputs_of(given: Mapping[str, Any]) -> Iterator[Path | str]:
    """Yield what a command reads, by its arguments: files, folders, patterns, and the release."""
    for value in filter(None, map(given.get, READ)):
        yield from value if isinstance(value, list) else [value]
    if "data" in given and not given.get("votes"):
        from analysis.release.files.download import FILES, place_of_release

        folder, _ = place_of_release(given["data"])
        yield from (folder / name for name in FILES)


def keep_inputs(output: Path | str | None, inputs: Iterable[Path | str | None]) -> None:
    """Refuse to write a file, or tables to a folder, over what they are made from.

    Raises
    ------
    UsageError
        If one of the inputs, which may be folders or patterns, would be written over.
    """
    if not isinstance(output, Path) or not output.exists():  # a URL is none of them
        return
    written = [output]
    if output.is_dir():
        written = [output / f"{name}{suffix}" for name in TABLES for suffix in SUFFIXES]
    there = [path for path in written if path.is_file()]
    for given in inputs if there else ():
        for found in files_of(given) if given else ():
            if any(path.samefile(found) for path in there):
                raise UsageError(f"{found} is read and would be written over: name another output")


def files_of(given: Path | str) -> Iterator[Path]:
    """Yield the files that an input names: itself, tables in a folder, or those of a pattern."""
    names = glob(str(given), recursive=True)  # noqa: PTH207 (a pattern may begin at the root)
    for place in map(Path, names or [str(given)]):
        inside = (
            [one for one in place.iterdir() if one.suffix in SUFFIXES] if place.is_dir() else []
        )
        yield from filter(Path.is_file, inside or [place])


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
