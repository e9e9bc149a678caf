"""Results as files, as lines on the terminal, and as tables in the README and in a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from .results import Limit, Result, Timing
from .runner import ROOT

RESULTS = ROOT / "benchmarks" / "results"
README = ROOT / "README.md"
PAGE = ROOT / "docs" / "benchmarks.md"
# All that the README shows: the comparison with others.
IN_README = "release"
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"
# Above each case.
MARK = "<!-- case: {} -->"
HEADINGS = ("what", "median", "least to most", "ns a vote", "peak memory", "bytes a vote", "digest")


def write(folder: Path, result: Result) -> Path:
    """Write a result as json."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.case}.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(result), indent=2) + "\n", encoding="utf-8")
    part.replace(path)
    return path


def lines(result: Result) -> Iterator[str]:
    """Return a result in lines for the terminal."""
    yield f"{result.case}: {result.title}"
    for timing in result.timings:
        yield "  " + "  ".join(cell for cell in cells(timing) if cell)
        for what, value in timing.facts.items():
            number = f"{value:.6g}" if isinstance(value, float) else str(value)
            yield f"      {what}: {number}"
    for limit in result.limits:
        yield f"  {'ok ' if limit.met else 'NOT MET'} {limit}"


def cells(timing: Timing) -> tuple[str, ...]:
    """Return a timing as the cells of a row."""
    return (
        timing.what,
        in_words(timing.median),
        f"{in_words(min(timing.seconds))} to {in_words(max(timing.seconds))}"
        if len(timing.seconds) > 1
        else "one run",
        "" if timing.ns_per_vote is None else three_digits(timing.ns_per_vote),
        "" if timing.peak_bytes is None else f"{timing.peak_bytes / 1e6:,.0f} MB",
        "" if timing.bytes_per_vote is None else three_digits(timing.bytes_per_vote),
        timing.digest and f"`{timing.digest[:8]}`",
    )


def in_words(seconds: float) -> str:
    """Return a time with a unit that fits it, and three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{three_digits(seconds / size)} {unit}"
    return f"{three_digits(seconds / 1e-9)} ns"


def three_digits(value: float) -> str:
    """Return a number with three digits, or with all before the point where there are more.

    Examples
    --------
    >>> three_digits(1234.5), three_digits(61.27), three_digits(0.000123456)
    ('1,234', '61.3', '0.000123')
    """
    if abs(value) < 1:
        return f"{value:.3g}"
    whole = len(str(int(abs(value))))
    return f"{value:,.{max(0, 3 - whole)}f}"


def sections(results: Iterable[Result]) -> Iterator[str]:
    """Yield cases in lines of Markdown, each with its table and where it ran."""
    for result in results:
        yield from _section(result)


def _section(result: Result) -> Iterator[str]:
    """Yield a case: its table, what follows from it, and where it ran."""
    yield f"**{result.title[:1].upper()}{result.title[1:]}**"
    yield ""
    rows = [cells(timing) for timing in result.timings]
    used = [k for k in range(len(HEADINGS)) if any(row[k] for row in rows)]
    yield _row(HEADINGS[k] for k in used)
    yield "|---" * len(used) + "|"
    for row in rows:
        yield _row(row[k] for k in used)
    yield ""
    if result.limits:
        yield "; ".join(map(_outcome, result.limits)) + "."
        yield ""
    yield f"<sub>{', '.join(_machine(result))}</sub>"
    yield ""


def _row(row: Iterable[str]) -> str:
    return f"| {' | '.join(row)} |"


def _outcome(limit: Limit) -> str:
    return f"{limit}{'' if limit.met else ', not met'}"


def _machine(result: Result) -> Iterator[str]:
    found = result.environment
    yield str(found.get("date", ""))
    yield f"{found.get('processor')}, {found.get('processors available')} processors"
    for package in ("python", "numpy", "scipy", "numba", "pandas", "crowd-kit", "polars", "duckdb"):
        if package in found:
            yield f"{package} {found[package]}"


def update_pages(
    results: Iterable[Result], order: Sequence[str], readme: Path = README, page: Path = PAGE
) -> None:
    """Renew the cases that were measured, between marks in the README and in the page.

    Others stay on the page as they are; `order` is that of all.
    """
    found = {result.case: "\n".join(_section(result)).strip() for result in results}
    tables = cases_in(page) | found
    parts = (f"{MARK.format(case)}\n{tables[case]}" for case in order if case in tables)
    new = {page: between_marks(page, "\n\n".join(parts))}
    if IN_README in found:
        new[readme] = between_marks(readme, found[IN_README])
    for path, text in new.items():
        path.write_text(text, encoding="utf-8")


def cases_in(path: Path) -> dict[str, str]:
    """Return the cases on a page, each in lines of Markdown."""
    between = path.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    _, *parts = re.split(MARK.format("(.+)"), between)
    return {case: text.strip() for case, text in zip(parts[::2], parts[1::2], strict=True)}


def between_marks(path: Path, new: str, begin: str = BEGIN, end: str = END) -> str:
    """Return a page's text with something new between its marks, each of which is there once."""
    text = path.read_text(encoding="utf-8")
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"{path} must have {begin} and {end} once each")
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    return f"{before}{begin}\n{new}\n{end}{after}"
