"""``python -m benchmarks [CASE ...]``: measure, write the results, and renew the tables.

``python -m benchmarks methods`` is the table of record: every method on every set of votes with
known answers, and docs/methods.md. ``python -m benchmarks scale`` measures a store beside its
rivals, and from 1 to 100 million votes: the numbers and the picture in docs/scale.md.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from . import cases, large_tables, many_classes, process_cases, report
from .coverage import page as coverage_page
from .methods import page, record
from .methods.sets import known_sets
from .results import Plan, Result, SkippedError
from .runner import environment
from .scale import page as scale_page

CASES: dict[str, Callable[[Plan], Result]] = {
    "release": cases.release,
    "step": cases.step,
    "large-tables": large_tables.large_tables,
    "grouping": cases.grouping,
    "threads": cases.threads,
    "many-classes": many_classes.many_classes,
    "curve": process_cases.curve,
    "reading": process_cases.reading,
    "loading": process_cases.loading,
    "reproduce": process_cases.reproduce,
    "raters": process_cases.raters,
    "start": process_cases.start,
}
# Each has a page of its own, and is done only if it is asked for.
COVERAGE, METHODS, SCALE = "coverage", "methods", "scale"
USUAL = Plan(
    runs=9,
    slow_runs=7,
    peer_runs=3,
    votes=5_000_000,
    curve=(1_000_000, 3_000_000, 10_000_000, 30_000_000),
)
LARGEST = 100_000_000
QUICK = Plan(
    runs=3, slow_runs=2, peer_runs=1, votes=500_000, curve=(500_000, 1_000_000), most_peer_steps=3
)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    every = [*CASES, COVERAGE, METHODS, SCALE]
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(every))
    parser.add_argument("--quick", action="store_true", help="few runs of little, to see it work")
    parser.add_argument("--full", action="store_true", help="the curve up to 100 million votes")
    parser.add_argument(
        "--sizes",
        type=lambda text: [float(size) for size in text.split(",")],
        metavar="M,M,...",
        help="millions of votes along the curve of scale; 100 of them take 5 GB of disk",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write the results here, and leave the tables alone; so does --quick",
    )
    parsed = parser.parse_args()
    unknown = set(parsed.cases) - set(every)
    if unknown:
        parser.error(f"no case {', '.join(sorted(unknown))}: there are {', '.join(every)}")
    return parsed


def plan_of(options: argparse.Namespace) -> Plan:
    """Return how much to measure."""
    folder = os.environ.get("REASSESS_DATA")
    plan = replace(QUICK if options.quick else USUAL, data=Path(folder) if folder else None)
    return replace(plan, curve=(*plan.curve, LARGEST)) if options.full else plan


def main() -> None:
    """Run the cases asked for, one after the other."""
    options = arguments()
    plan = plan_of(options)
    out = options.out or (report.RESULTS / "quick" if options.quick else report.RESULTS)
    if COVERAGE in options.cases:
        coverage_page.run(quick=options.quick, out=options.out)
    if SCALE in options.cases:
        scale_page.run(quick=options.quick, sizes=options.sizes, out=options.out)
    if METHODS in options.cases:
        record_methods(out, renew=not options.quick and options.out is None)
    names = [name for name in options.cases or CASES if name in CASES]
    measured = []
    for name in names:
        machine = environment()
        try:
            result = replace(CASES[name](plan), environment=machine)
        except SkippedError as reason:
            print(f"{name}: left out, {reason}", file=sys.stderr)
            continue
        report.write(out, result)
        measured.append(result)
        print("\n".join(report.lines(result)), end="\n\n", flush=True)
    if measured and not options.quick and options.out is None:
        report.update_pages(measured, list(CASES))


def record_methods(out: Path, *, renew: bool) -> None:
    """Fit every method to every set with known answers; write the record, and renew its page."""
    folder = os.environ.get("REASSESS_DATASETS")
    if folder is None:
        print(f"{METHODS}: left out, set REASSESS_DATASETS to a folder of sets", file=sys.stderr)
        return
    kept = out / f"{METHODS}.json"
    earlier, place = record.read(kept), page.PAGE if renew else out / page.PAGE.name
    for found in record.measure_all(known_sets(Path(folder)), environment(), earlier=earlier):
        print(f"{METHODS}: {found.sets[-1].name}", flush=True)
        record.write(kept, found)
    place.write_text(page.page_of(found), encoding="utf-8")
    print(f"wrote {place}")


if __name__ == "__main__":
    main()
