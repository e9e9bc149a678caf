"""What is measured in this process: fits, single steps, and grouping votes by item."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from aggregation import ConvergenceWarning, Fit, Votes, fit_dawid_skene

from .data import Columns, release_columns, save, simulated_columns
from .fits import FITTERS, digest_of_fit
from .memory import measured_fit
from .results import Limit, Plan, Result, SkippedError, Timing
from .runner import Contender, UnsteadyError, alternate, digest, same

# Log-likelihood of the release's votes at convergence, 3 classes, in nats, and what is near enough.
PUBLISHED_OPTIMUM, N_PUBLISHED_VOTES = -450_860.1059, 924_810
NEAR = 1e-3
RATERS = (200, 1000)
CLASSES = (2, 6, 10)
MANY_PER_ITEM, AT_MOST_AS_SLOW = 50, 1.3


def release(plan: Plan) -> Result:
    """From the release's votes as three columns to converged posteriors, against the peers.

    The peers run as many plain steps as bring EM as near to the optimum as we come.
    """
    if plan.data is None:
        raise SkippedError("needs the release: set REASSESS_DATA to its folder")
    columns = release_columns(plan.data)
    votes = Votes.from_triples(*columns)
    optimum = _optimum(votes)
    needed = plain_steps(votes, fit_dawid_skene(votes).log_likelihood)
    steps = min(needed, plan.most_peer_steps or needed)
    results: dict[str, Any] = {}
    timings = [
        _with_facts(timing, results, votes, optimum, columns, steps)
        for timing in alternate(list(_fitters(plan, columns, steps, results)))
    ]
    ours, peers = timings[0], {timing.facts["who"]: timing for timing in timings}
    limits = [Limit("nats from the optimum", float(ours.facts["nats from the optimum"]), NEAR)]
    if steps == needed:  # else the peers have not got as far, and their time is not comparable
        for who, factor in (("crowd-kit", 1000), ("scipy.sparse", 50)):
            ratio = peers[who].median / ours.median
            limits.append(Limit(f"times as fast as {who}", ratio, factor, at_least=True))
    title = f"{votes.n_votes:,} votes of the release to converged posteriors, 3 classes"
    return Result("release", title, tuple(timings), tuple(limits))


def _fitters(
    plan: Plan, columns: Columns, steps: int, results: dict[str, Any]
) -> Iterator[Contender]:
    """Return the contenders; each leaves its last result in `results`."""
    small = Columns(*(column[:2000] for column in columns))
    runs = {"scipy.sparse": plan.slow_runs, "crowd-kit": plan.peer_runs}
    for who, fitter in FITTERS.items():
        peer = who in runs
        yield Contender(
            what=f"{who}, {steps} steps" if peer else who,
            call=partial(fitter.fit, columns, steps),
            digest=partial(_keep, results, who),
            runs=runs.get(who, 3 * plan.runs),
            warm_up=partial(fitter.fit, small, 2) if peer else None,
            votes=len(columns.items),
        )


def _keep(results: dict[str, Any], who: str, result: Any) -> str:
    results[who] = result
    return FITTERS[who].digest(result)


def _optimum(votes: Votes) -> float:
    """Return the log-likelihood at convergence: the known one, if these may be the real votes."""
    fit = fit_dawid_skene(votes, tol=1e-14)
    if votes.n_votes == N_PUBLISHED_VOTES and abs(fit.log_likelihood - PUBLISHED_OPTIMUM) < 1:
        return PUBLISHED_OPTIMUM
    return fit.log_likelihood


def plain_steps(votes: Votes, enough: float, most: int = 20_000) -> int:
    """Count the steps of plain EM until the log-likelihood is high enough."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit = fit_dawid_skene(votes, accelerate=False, tol=1e-12, max_steps=most)
    reached = fit.trace >= enough
    return int(np.argmax(reached)) if reached.any() else len(fit.trace)


def _with_facts(
    timing: Timing,
    results: dict[str, Any],
    votes: Votes,
    optimum: float,
    columns: Columns,
    steps: int,
) -> Timing:
    """Add to a fit's timing how near it came, its steps, and its memory in a fresh process."""
    who = timing.what.removesuffix(f", {steps} steps")
    result = results[who]
    gap = optimum - FITTERS[who].log_likelihood(result, votes)
    facts = timing.facts | {
        "who": who,
        "steps": result.n_steps if isinstance(result, Fit) else steps,
        "nats from the optimum": gap,
    }
    with TemporaryDirectory() as folder:
        path = Path(folder) / "votes.npy"
        save(path, columns)
        measured = measured_fit(who, path, min(steps, 3))
    return replace(
        timing, peak_bytes=measured.peak_bytes, above_bytes=measured.above_bytes, facts=facts
    )


def step(plan: Plan) -> Result:
    """One EM step, E-step and M-step, where hardly any two items share their votes."""
    timings = []
    for n_raters in RATERS:
        votes = Votes.from_triples(*simulated_columns(plan.votes, n_raters=n_raters))
        for threads in (1, 2):
            timings.append(_step_timing(plan, votes, 3, threads))
    slowest = max(float(t.ns_per_vote or 0) for t in timings if t.facts["threads"] == 2)
    limits = (Limit("ns a vote, 2 threads", slowest, 3),)
    for n_classes in CLASSES:
        timings.append(_step_timing(plan, votes, n_classes, 2))
    more = Votes.from_triples(*simulated_columns(4 * plan.votes, n_raters=RATERS[-1]))
    timings.append(_step_timing(plan, more, 3, 2))
    return Result("step", "one EM step, no two items with the same votes", tuple(timings), limits)


def _step_timing(plan: Plan, votes: Votes, n_classes: int, threads: int) -> Timing:
    """Time the steps of one fit: `progress` is called after each."""
    times: list[float] = []
    rng = np.random.default_rng(0)
    rates = rng.dirichlet(np.ones(votes.n_answers), size=(votes.n_raters, n_classes))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = fit_dawid_skene(
            votes,
            n_classes=n_classes,
            start=(rates, np.full(n_classes, 1 / n_classes)),
            accelerate=False,
            tol=0,
            max_steps=plan.runs + 2,
            threads=threads,
            progress=lambda _step, _log_likelihood: times.append(time.perf_counter()),
        )
    seconds = np.diff(times)[1:]
    what = f"{votes.n_raters} raters, {n_classes} classes, {votes.n_votes / 1e6:g} M votes"
    return Timing(
        f"{what}, {threads} thread{'s' if threads > 1 else ''}",
        tuple(seconds.tolist()),
        digest_of_fit(fit),
        votes=votes.n_votes,
        facts={
            "threads": threads,
            "ns a vote and class": float(np.median(seconds)) / votes.n_votes / n_classes * 1e9,
        },
    )


def grouping(plan: Plan) -> Result:
    """From three columns of integers to votes grouped by item."""
    grouped = simulated_columns(plan.votes, n_raters=RATERS[0])
    many = simulated_columns(plan.votes, n_raters=RATERS[0], per_item=MANY_PER_ITEM)
    orders = {
        "grouped by item": grouped,
        "any order": grouped.shuffled(1),
        f"grouped, {MANY_PER_ITEM} an item": many,
    }
    timings = alternate(
        [
            Contender(
                f"{plan.votes / 1e6:g} M votes, {order}",
                _grouper(columns),
                lambda votes: digest(votes.starts, votes.codes),
                plan.runs,
                votes=plan.votes,
            )
            for order, columns in orders.items()
        ]
    )
    same("the order of the rows", timings[1].digest, timings[0].digest)
    limits = [
        Limit(f"{order} / grouped by item", timing.median / timings[0].median, AT_MOST_AS_SLOW)
        for order, timing in list(zip(orders, timings, strict=True))[1:]
    ]
    return Result("grouping", "Votes.from_triples", tuple(timings), tuple(limits))


def _grouper(columns: Columns) -> Callable[[], Votes]:
    return lambda: Votes.from_triples(*columns)


def threads(plan: Plan) -> Result:
    """One fit with different numbers of threads, which must agree to the last bit."""
    columns = simulated_columns(plan.votes, n_raters=RATERS[0])
    votes = Votes.from_triples(*columns)
    timings = alternate(
        [
            Contender(
                f"{count} thread{'s' if count > 1 else ''}",
                partial(fit_dawid_skene, votes, threads=count),
                digest_of_fit,
                plan.slow_runs,
                votes=plan.votes,
            )
            for count in (1, 2, 3, 8)
        ]
    )
    if len({timing.digest for timing in timings}) > 1:
        raise UnsteadyError("the number of threads changes the result")
    title = f"fit of {plan.votes / 1e6:g} M votes; the digests must agree"
    return Result("threads", title, tuple(timings))
