"""What is measured in fresh processes: growth to many votes, loading the release, the commands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from .data import write_tables
from .memory import measured_fit
from .results import Limit, Plan, Result, SkippedError, Timing
from .runner import Ended, alternate_commands, run_python, same

PROGRAM = "from reassess.__main__ import run; run()"
IMPORTS = "import numpy, numba, matplotlib.pyplot; numpy.load({!r})['tensor']"
REPRODUCED = ("scores.npz", "real.json", "raters.csv")
OF_RATERS = ("raters.csv", "pairs.csv", "model_check.csv", "more_votes.csv", "raters.png")
MB = 1e6


def curve(plan: Plan) -> Result:
    """Fits of more and more votes, five an item: time and memory a vote."""
    measured_fit("reassess", 10_000, 0)  # compiles, if need be
    timings = []
    for n_votes in plan.curve:
        runs = plan.slow_runs if n_votes < 10_000_000 else 1
        timing = measured_fit("reassess", n_votes, 0, runs)
        timings.append(replace(timing, what=f"{n_votes / 1e6:g} M votes"))
    limits = (Limit("bytes a vote above the columns", float(timings[-1].bytes_per_vote or 0), 16),)
    return Result("curve", "growth to many votes", tuple(timings), limits)


def loading(plan: Plan) -> Result:
    """Load the release in fresh processes: ours, checked and sparse, and NumPy's dense tensor."""
    folder = _folder(plan)
    ours, dense = alternate_commands(
        {
            "load_release": partial(_task, "load-release", folder),
            "np.load of tensor and info": partial(_task, "load-dense", folder),
        },
        plan.slow_runs,
        _digest_in_report,
    )
    same("votes of the release", ours.digest, dense.digest)
    limits = (
        Limit("load_release / np.load", ours.median / dense.median, 0.7),
        Limit("peak memory of load_release", (ours.peak_bytes or 0) / MB, 120, " MB"),
    )
    return Result("loading", "load the release, imports included", (ours, dense), limits)


def _task(*arguments: str | Path) -> Ended:
    """Run a task of benchmarks.fresh; time and memory are as it measured them itself."""
    ended = run_python("-m", "benchmarks.fresh", *arguments)
    report = json.loads(ended.out)
    return Ended(report["seconds"], report["peak_bytes"], ended.out)


def _digest_in_report(ended: Ended) -> str:
    return str(json.loads(ended.out)["digest"])


def reading(plan: Plan) -> Result:
    """Read votes with names of text, in any order: ours coded and grouped, polars' as they are."""
    timings, limits = [], []
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_tables(folder, 2 * plan.votes, n_items=2 * plan.votes // 5, n_raters=5000)
        for suffix, bound in (("parquet", 4), ("csv", 3)):
            path = folder / f"votes.{suffix}"
            ours, polars = alternate_commands(
                {
                    f"Votes.read, {suffix}": partial(_task, "read", "reassess", path),
                    f"polars.read_{suffix}": partial(_task, "read", "polars", path),
                },
                plan.slow_runs,
                _digest_in_report,
            )
            timings += [replace(timing, votes=2 * plan.votes) for timing in (ours, polars)]
            limits.append(Limit(f"{suffix}, times polars", ours.median / polars.median, bound))
    title = f"read {2 * plan.votes / 1e6:g} M votes, five an item, names of text; processor time"
    return Result("reading", title, tuple(timings), tuple(limits))


def reproduce(plan: Plan) -> Result:
    """Run `reassess reproduce`, against importing and reading what it cannot do without."""
    folder = _folder(plan)
    floor = IMPORTS.format(str(folder / "raters.npz"))
    with TemporaryDirectory() as out:
        command = ("-c", PROGRAM, "reproduce", "--data", str(folder), "--out", out)
        ours, imports = alternate_commands(
            {
                "reassess reproduce": partial(run_python, *command),
                "imports and np.load of the tensor": partial(run_python, "-c", floor),
            },
            plan.slow_runs,
            lambda ended: _digest_of_files(Path(out), REPRODUCED) if ended.out else "",
        )
    limits = (
        Limit("reproduce / imports and np.load", ours.median / imports.median, 0.95),
        Limit("peak memory of reproduce", (ours.peak_bytes or 0) / MB, 350, " MB"),
    )
    title = "everything published, recomputed; whole process, second run"
    return Result("reproduce", title, (ours, imports), limits)


def raters(plan: Plan) -> Result:
    """Run `reassess raters` with all its tables, model checks and figures, which a user awaits."""
    folder = _folder(plan)
    with TemporaryDirectory() as out:
        command = ("-c", PROGRAM, "raters", "--data", str(folder), "--out", out)
        timings = alternate_commands(
            {"reassess raters --out": partial(run_python, *command)},
            plan.slow_runs,
            lambda _: _digest_of_files(Path(out), OF_RATERS),
        )
    limits = (Limit("reassess raters --out", timings[0].median, 8, " s"),)
    title = "raters judged, the model checked, six figures; whole process, second run"
    return Result("raters", title, tuple(timings), limits)


def _digest_of_files(folder: Path, names: Sequence[str]) -> str:
    total = hashlib.sha256()
    for name in names:
        total.update((folder / name).read_bytes())
    return total.hexdigest()[:16]


def start(plan: Plan) -> Result:
    """Start: `reassess --help`, and a first fit with and without compiled kernels."""
    timings = alternate_commands(
        {
            "reassess --help": partial(run_python, "-c", PROGRAM, "--help"),
            "python -c pass": partial(run_python, "-c", "pass"),
        },
        plan.runs,
        lambda ended: hashlib.sha256(ended.out.encode()).hexdigest()[:16] if ended.out else "",
    )
    first_fit = partial(run_python, "-m", "benchmarks.fresh", "fit", "reassess", "1000", "0")
    with TemporaryDirectory() as cache:
        compiling = first_fit(env={"NUMBA_CACHE_DIR": cache})
        again = [first_fit(env={"NUMBA_CACHE_DIR": cache}) for _ in range(plan.slow_runs)]
    found = _digest_in_report(compiling)
    for what, runs in (("first fit, compiling", [compiling]), ("first fit, compiled", again)):
        for ended in runs:
            same(what, _digest_in_report(ended), found)
        timings.append(Timing(what, tuple(ended.seconds for ended in runs), found))
    limits = (Limit("reassess --help", timings[0].median, 0.5, " s"),)
    return Result("start", "starting, whole process", tuple(timings), limits)


def _folder(plan: Plan) -> Path:
    if plan.data is None:
        raise SkippedError("needs the release: set REASSESS_DATA to its folder")
    return plan.data
