"""docs/scale.md: a store beside its rivals, and the curve as a table and a picture."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .. import report
from ..methods.markdown import filled
from ..results import Result
from ..runner import ROOT, environment
from .measure import MEMORY, Report, Size, as_sizes, curve, rivals
from .picture import megabytes, ns

PAGE, PICTURE = ROOT / "docs" / "scale.md", ROOT / "docs" / "scale.png"
BEGIN, END = "<!-- scale: begin -->", "<!-- scale: end -->"
SIZES = (1.0, 3.0, 10.0, 30.0, 100.0)
BESIDE, RUNS = 10_000_000, 3
QUICK_SIZES, QUICK_BESIDE = (0.05, 0.1), 50_000
MILLION = 1_000_000


def run(*, quick: bool, sizes: Sequence[float] | None, out: Path | None) -> None:
    """Measure, write the numbers, and renew the page unless it is to be left alone.

    Parameters
    ----------
    quick : bool
        Few votes, once, to see it work.
    sizes : sequence of float, optional
        Of the curve, in millions of votes.
    out : Path, optional
        A folder for the numbers, the picture and the table; with it, or with `quick`, the page is
        left alone.
    """
    asked = [round(size * MILLION) for size in sizes or (QUICK_SIZES if quick else SIZES)]
    folder = out or (report.RESULTS / "quick" if quick else report.RESULTS)
    folder.mkdir(parents=True, exist_ok=True)
    machine = environment()
    with tempfile.TemporaryDirectory(prefix="scale-bench-") as place:
        found = rivals(
            Path(place) / "rivals", QUICK_BESIDE if quick else BESIDE, 1 if quick else RUNS
        )
        found = replace(found, environment=machine)
        report.write(folder, found)
        print("\n".join(report.lines(found)), flush=True)
        measured = []
        for size in curve(Path(place), asked):
            measured.append(size)
            print(row(size), flush=True)
    numbers = [size._asdict() for size in measured]
    (folder / "scale-curve.json").write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")
    renewed = not quick and out is None
    draw(measured, PICTURE if renewed else folder / PICTURE.name)
    text = "\n".join(lines(found, measured))
    if renewed:
        PAGE.write_text(report.between_marks(PAGE, text, BEGIN, END), encoding="utf-8")
    else:
        (folder / PAGE.name).write_text(text + "\n", encoding="utf-8")


def draw(sizes: Sequence[Size], path: Path) -> None:
    """Draw the curve to a file."""
    from analysis.figures.drawing import figure_bytes

    from .picture import scale_figure

    path.write_bytes(figure_bytes(scale_figure(sizes), "png"))


def lines(found: Result, sizes: Sequence[Size]) -> Iterator[str]:
    """Yield the page's part: rivals, the curve, and where it was measured."""
    yield from report.sections([found])
    least, most = millions(sizes[0]), millions(sizes[-1])
    yield f"![Time a vote and peak memory of {least} to {most} million votes]({PICTURE.name})"
    yield ""
    yield filled(
        f"From {least} to {most} million votes of 1,000 raters, five an item, in random order, 5 "
        f"answers; `--memory {MEMORY // 10**6}M`; processor time a vote, of one run, and of a step "
        "the median of seven:"
    )
    yield ""
    yield f"| {' | '.join(HEADINGS)} |"
    yield "|---" * len(HEADINGS) + "|"
    yield from map(row, sizes)
    yield ""
    yield filled(growth(sizes))
    yield ""
    held = {name: f"{size / 1e9:.2f} GB" for name, size in sizes[-1].bytes.items()}
    yield filled(
        f"{most} million votes are {held['csv']} of csv, {held['parquet']} of Parquet, and a store "
        f"of {held['store']}. Store and memory came to the same bits at each size."
    )


def growth(sizes: Sequence[Size]) -> str:
    """Say how the peak of memory grows to the last size, from that of a tenth of it or more."""
    last = sizes[-1]
    first = next(size for size in sizes if 10 * size.n_votes >= last.n_votes)
    grown = [
        100 * (megabytes(b) / megabytes(a) - 1)
        for a, b in zip(each_of(first), each_of(last), strict=True)
    ]
    return (
        f"From {millions(first)} to {millions(last)} million votes the peak changes by "
        f"{grown[0]:+.0f} % (ingest of csv), {grown[1]:+.0f} % (ingest of Parquet) and "
        f"{grown[2]:+.0f} % (fit from the store); that of a fit in memory by {grown[3]:+.0f} %."
    )


def each_of(size: Size) -> list[Report]:
    """Return what was measured, in the order of the table."""
    return [size.ingest["csv"], size.ingest["parquet"], size.steps["store"], size.steps["whole"]]


def millions(size: Size) -> str:
    """Return a number of votes in millions."""
    return f"{size.n_votes / MILLION:g}"


HEADINGS = (
    "million votes",
    "partitions",
    "ingest of csv",
    "of Parquet",
    "step over the store",
    "in memory, at once",
    "peak: ingest of csv",
    "of Parquet",
    "fit from the store",
    "in memory, at once",
)


def row(size: Size) -> str:
    """Return a row of the table."""
    found = each_of(size)
    cells = [
        millions(size),
        f"{size.partitions}",
        *(f"{report.three_digits(ns(size, one))} ns" for one in found),
        *(f"{megabytes(one):,.0f} MB" for one in found),
    ]
    return f"| {' | '.join(cells)} |"


def read(folder: Path) -> list[Size]:
    """Read the curve's numbers."""
    return as_sizes(json.loads((folder / "scale-curve.json").read_text(encoding="utf-8")))
