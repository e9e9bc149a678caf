"""What a step takes where tables of error rates are large, beside the E-step in it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from aggregation import Votes, fit_dawid_skene
from aggregation.models.dawid_skene.arguments import FixedParameters, nothing_added
from aggregation.models.dawid_skene.families import FAMILIES
from aggregation.models.dawid_skene.problem import Problem, problem_of
from aggregation.models.given_rows import given_rows

from .data import Columns
from .fits import digest_of_fit
from .results import Limit, Plan, Result, Timing
from .runner import digest

N_ITEMS, N_RATERS, N_CLASSES, PER_ITEM = 20_000, 1000, 100, 5
RIGHT = 0.75
# A step of plain EM, and one with SQUAREM, may take so many times the E-step of a whole table. From
# so many steps on SQUAREM extrapolates in nearly every other one.
STEP_PER_KERNEL = 1.5
FIRST_STEPS = 46


def large_tables(plan: Plan) -> Result:
    """Step through a fit with 100 classes, beside an E-step alone, which fills one table of counts.

    In processor time of one thread: as many votes as there are rows in the table of error rates.
    """
    votes = Votes.from_triples(*many_class_columns())
    timings = [
        Timing(f"an E-step alone, {where}", *e_step_seconds(expect, plan.runs), votes.n_votes)
        for where, expect in e_steps(votes).items()
    ]
    n_steps = FIRST_STEPS + 2 * plan.runs + 1
    for what, accelerate in (("a step of plain EM", False), ("a step with SQUAREM", True)):
        timings.append(
            Timing(what, *step_seconds(votes, n_steps, accelerate=accelerate), votes.n_votes)
        )
    kernel, _, *steps = timings
    limits = [
        Limit(f"{step.what} / {kernel.what}", step.median / kernel.median, STEP_PER_KERNEL)
        for step in steps
    ]
    title = "100 classes, 1,000 raters, 100,000 votes: processor time of one thread"
    return Result("large-tables", title, tuple(timings), tuple(limits))


def e_steps(votes: Votes) -> dict[str, Callable[[], Any]]:
    """Return what counts votes once, by where: in a whole table, and in the rows of answers given.

    Rates have no zeros.
    """
    problem = whole_problem(votes)
    rows = given_rows(problem)
    assert rows is not None  # the table is large
    rng = np.random.default_rng(0)
    rates = rng.dirichlet(np.ones(N_CLASSES), size=(votes.n_raters, N_CLASSES))
    flat = np.ascontiguousarray(rates.transpose(0, 2, 1)).reshape(-1)
    of_given = flat.reshape(-1, N_CLASSES)[rows.given.reshape(-1)].reshape(-1)
    prior = np.full(N_CLASSES, 1 / N_CLASSES)

    def in_given_rows() -> Any:
        counts, class_counts = rows.empty(len(of_given)), np.empty(N_CLASSES)
        rows.by_code.expect(rows.by_code.joint(of_given, prior, False), counts, class_counts)
        return counts

    return {
        "whole table": lambda: problem.blocks.e_step(flat, prior, False).counts,
        "rows that are given": in_given_rows,
    }


def whole_problem(votes: Votes) -> Problem:
    """Return what a fit of these votes climbs, in one thread."""
    return problem_of(
        votes,
        None,
        n_classes=N_CLASSES,
        pseudo_counts=nothing_added(votes.n_raters, votes.n_answers, N_CLASSES),
        family=FAMILIES["full"],
        hard=False,
        fixed=FixedParameters(None, None),
        threads=1,
    )


def e_step_seconds(expect: Callable[[], Any], runs: int) -> tuple[tuple[float, ...], str]:
    """Return the processor time of E-steps, but for the first; and the digest of their counts."""
    seconds = []
    for _ in range(runs + 1):
        begin = time.process_time()
        counts = expect()
        seconds.append(time.process_time() - begin)
    return tuple(seconds[1:]), digest(counts)


def step_seconds(votes: Votes, n_steps: int, *, accelerate: bool) -> tuple[tuple[float, ...], str]:
    """Return the processor time of a fit's later steps, each the mean of two; and its digest."""
    times: list[float] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = fit_dawid_skene(
            votes,
            accelerate=accelerate,
            tol=0,
            max_steps=n_steps,
            threads=1,
            progress=lambda _step, _log_likelihood: times.append(time.process_time()),
        )
    return tuple((np.diff(times[FIRST_STEPS::2]) / 2).tolist()), digest_of_fit(fit)


def many_class_columns() -> Columns:
    """Draw votes on items, three in four of which are right."""
    rng = np.random.default_rng(0)
    truth = rng.integers(N_CLASSES, size=N_ITEMS).repeat(PER_ITEM)
    raters = rng.integers(N_RATERS, size=len(truth))
    wrong = rng.random(len(truth)) < 1 - RIGHT
    answers = np.where(wrong, rng.integers(N_CLASSES, size=len(truth)), truth)
    return Columns(np.arange(N_ITEMS).repeat(PER_ITEM), raters, answers)
