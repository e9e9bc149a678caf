"""Coverage as a table in docs/statistics.md, with the reason where it is off."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..report import RESULTS, between_marks
from ..runner import ROOT
from .reasons import reason_of
from .study import Row, Study, measure

PAGE = ROOT / "docs" / "statistics.md"
BEGIN, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"
SETS, QUICK_SETS = 500, 4
# Of 95 %; what is covered less or more often has a reason.
LEAST, MOST = 0.93, 0.97


@dataclass(frozen=True)
class Measured:
    """A study and its rows."""

    study: Study
    rows: list[Row]


def run(*, quick: bool, out: Path | None) -> None:
    """Measure all studies, print and write them, and renew the page unless it is to be left alone.

    `out` is a folder for the numbers; with it, or with `quick`, the page is left alone.
    """
    measured = []
    for number, study in enumerate(studies()):
        rows = measure(study, number, (QUICK_SETS if quick else SETS) * study.sets)
        measured.append(Measured(study, rows))
        print("\n".join(lines(measured[-1])), flush=True)
    folder = out or (RESULTS / "quick" if quick else RESULTS)
    folder.mkdir(parents=True, exist_ok=True)
    numbers = [row._asdict() for one in measured for row in one.rows]
    (folder / "coverage.json").write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
    if not quick and out is None:
        renew(measured, PAGE)


def studies() -> tuple[Study, ...]:
    """Return all designs; the number of one is part of its seeds."""
    from . import fits, statistics

    return (*fits.STUDIES, *statistics.STUDIES)


def lines(measured: Measured) -> Iterator[str]:
    """Return a study in lines for the terminal."""
    yield f"{measured.study.name}: {measured.study.design}"
    for row in measured.rows:
        off = "" if is_near(row) else reason_of(row) or "NO REASON GIVEN"
        yield f"  {row.interval:60} {percent(row)} %  {row.n_sets:,} sets  {off}".rstrip()


def is_near(row: Row) -> bool:
    """Say whether an interval covers as often as it says."""
    return LEAST <= round(row.covered, 3) <= MOST


def percent(row: Row) -> str:
    """Return the coverage and its standard error in percent."""
    return f"{100 * row.covered:.1f} ± {100 * row.error:.1f}"


def table(measured: Sequence[Measured]) -> Iterator[str]:
    """Return the designs and the table, in lines of Markdown."""
    yield "| design | what is drawn |"
    yield "|---|---|"
    for one in measured:
        yield f"| {one.study.name} | {one.study.design} |"
    yield ""
    yield "| design | interval or test | covered, % | sets | why it is off |"
    yield "|---|---|---|---|---|"
    for one in measured:
        for row in one.rows:
            off = "" if is_near(row) else reason_of(row)
            yield f"| {row.study} | {row.interval} | {percent(row)} | {row.n_sets:,} | {off} |"


def renew(measured: Sequence[Measured], page: Path) -> None:
    """Put the tables between the marks of a page."""
    text = between_marks(page, "\n".join(table(measured)), BEGIN, END)
    page.write_text(text, encoding="utf-8")
