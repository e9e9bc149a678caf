"""What error rates of many classes cost: a step beside that of one-coin raters, and memory."""

from __future__ import annotations

import json
import time
import warnings
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes, fit_dawid_skene
from aggregation.kernels.threads import Threads
from aggregation.models.sparse.background import (
    Background,
    background_of,
    class_prior,
    right_votes,
    step_of_coins,
)
from aggregation.models.sparse.candidates import Candidates, Task, checked_known
from aggregation.models.sparse.problem import SparseProblem, problem_of
from aggregation.models.sparse.tables import RowEnds

from .data import VOTES_PER_ITEM, neighbours
from .results import Limit, Plan, Result, Timing
from .runner import Contender, alternate, digest, run_python, same

# As many votes, raters and classes as are asked for; and so many that dense tables have room, too.
MOST_VOTES, N_RATERS, N_CLASSES = 1_000_000, 10_000, 1_000
DENSE_RATERS, DENSE_CLASSES = 500, 200
# A step in units of that of one-coin raters: in dense tables, and without any; and memory.
MOST_DENSE_STEPS, MOST_STEPS, MOST_GB = 5, 5, 2
ROW_COUNT, FURTHER = 10.0, 2
DENSE_STEPS = 4
# What else a fresh process says of the fit.
FOUND = ("steps", "accuracy", "outside")


def many_classes(plan: Plan) -> Result:
    """One step in cells that occur, beside one-coin raters without tables and with dense ones."""
    n_votes = min(plan.votes, MOST_VOTES)
    large, _ = neighbours(n_votes // VOTES_PER_ITEM, N_RATERS, N_CLASSES, VOTES_PER_ITEM)
    timings = steps_of(large, plan.runs, "10,000 raters, 1,000 classes")
    few = DENSE_RATERS, DENSE_CLASSES, VOTES_PER_ITEM
    small, _ = neighbours(n_votes // VOTES_PER_ITEM, *few)
    timings += steps_of(small, plan.runs, "500 raters, 200 classes")
    timings.append(dense_steps(small))
    timings.append(whole_fit(n_votes))
    coins, sparse, _, sparse_small, dense, whole = timings
    limits = (
        Limit(
            "sparse / one-coin step in dense tables",
            sparse_small.median / dense.median,
            MOST_DENSE_STEPS,
        ),
        Limit("sparse / one-coin step without tables", sparse.median / coins.median, MOST_STEPS),
        Limit("peak memory", (whole.peak_bytes or 0) / 1e9, MOST_GB, " GB"),
    )
    title = f"{n_votes / 1e6:g} M votes on many classes, one thread"
    return Result("many-classes", title, tuple(timings), limits)


def steps_of(votes: Votes, runs: int, words: str) -> list[Timing]:
    """Time a step of one-coin raters over the answered classes, and one of sparse error rates.

    That of one-coin raters is the package's own: its background takes 20 of them.
    """
    n_classes, threads = votes.n_answers, Threads(1)
    task = Task(votes, checked_known(None, votes.n_items, n_classes), n_classes)
    background = background_of(task, threads)
    problem = problem_of(task, background, ROW_COUNT, FURTHER, threads)
    x = problem.start()
    coins = partial(coin_step, task, background, threads, *task.answered())
    both = {"one-coin": coins, "dawid-skene-sparse": partial(sparse_step, problem, x)}
    return alternate(
        [
            Contender(
                *(f"{who}, a step: {words}", call, digest, runs),
                votes=votes.n_votes,
                clock=time.process_time,
            )
            for who, call in both.items()
        ]
    )


def coin_step(
    task: Task, background: Background, threads: Threads, found: Candidates, shares: Any
) -> Any:
    """M-step and E-step of one-coin raters, without any table, from vote shares."""
    posterior = shares.copy()
    right = right_votes(task, found, posterior)
    prior = class_prior(found, posterior, background.class_count)
    step_of_coins(task, found, right, prior, threads, posterior)
    return posterior


def sparse_step(problem: SparseProblem, x: Any) -> Any:
    """M-step and E-step of sparse error rates."""
    return problem.step(x).next


def one_coin_accuracy(votes: Votes, truth: NDArray[np.int64]) -> float:
    """Return the share of items that one-coin raters have right, after 20 steps of EM."""
    threads, n_classes = Threads(1), votes.n_answers
    task = Task(votes, checked_known(None, votes.n_items, n_classes), n_classes)
    background = background_of(task, threads)
    found, posterior = task.answered()
    model = background.right, background.class_prior
    step_of_coins(task, found, *model, threads, posterior)
    best = found.classes[RowEnds(found.places).first_of_largest(posterior)]
    return float((best == truth).mean())


def majority_accuracy(votes: Votes, truth: NDArray[np.int64]) -> float:
    """Return the share of items whose most frequent answer is right; k that tie count 1/k."""
    found, shares = Task(
        votes, checked_known(None, votes.n_items, votes.n_answers), votes.n_answers
    ).answered()
    largest = np.repeat(RowEnds(found.places).largest(shares), np.diff(found.places))
    winners = shares == largest
    right = winners & (found.classes == truth[found.items])
    return float((found.item_sums(right) / found.item_sums(winners)).mean())


def dense_steps(votes: Votes) -> Timing:
    """Time the steps of one-coin raters in dense tables: `progress` is called after each."""
    times: list[float] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = fit_dawid_skene(
            votes,
            family="one-coin",
            accelerate=False,
            tol=0,
            max_steps=DENSE_STEPS,
            threads=1,
            progress=lambda _step, _value: times.append(time.process_time()),
        )
    return Timing(
        "one-coin in dense tables, a step: 500 raters, 200 classes",
        tuple(np.diff(times).tolist()),
        digest(fit.posterior),
        votes=votes.n_votes,
    )


def whole_fit(n_votes: int) -> Timing:
    """Fit in a fresh process, where memory can be measured; the time is that of the fit."""
    process = run_python("-m", "benchmarks.fresh", "many-classes", str(n_votes))
    ended = json.loads(process.out)
    return Timing(
        "dawid-skene-sparse, converged: 10,000 raters, 1,000 classes",
        (ended["seconds"],),
        same("sparse", ended["digest"], ""),
        votes=n_votes,
        peak_bytes=ended["peak_bytes"],
        above_bytes=ended["above_bytes"],
        facts={name: value for name, value in ended.items() if name.startswith(FOUND)},
    )
