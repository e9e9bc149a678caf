"""Ways up: EM's own sequence of steps, and SQUAREM, which extrapolates it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .tables.lines import Line, PlainLine

Progress = Callable[[int, float], object]
Settled = Callable[[NDArray[np.float64], NDArray[np.float64]], bool]
# Where a climb starts, or what returns that, so that nobody else need hold it.
Start = NDArray[np.float64] | Callable[[], NDArray[np.float64]]
# How far an extrapolation may go at first, in EM steps, and by what this grows and shrinks.
FIRST_REACH = 4.0
REACH_FACTOR = 4.0
# Sums of so many terms are not exact: a fall of the objective within this share of it is rounding.
ROUNDING = 1e-12
# A small step is no end if what follows it may gain as much as so many of what is enough.
STEPS_AHEAD = 1000
# After so many steps it shows whether anything is gained beyond a plateau.
STEPS_BEYOND = 5


class Step(NamedTuple):
    """One EM step: where it leads, and the values where it started.

    `scale` is the size of what the objective is a difference of, in nats, where that is larger:
    rounding is a share of it.
    """

    next: NDArray[np.float64]
    objective: float
    log_likelihood: float
    scale: float = 0.0

    @property
    def rounding(self) -> float:
        """How far the objective may be off, in nats."""
        return ROUNDING * max(abs(self.objective), self.scale)


class Problem(Protocol):
    """What can be climbed: parameters are one flat vector, and a step from any of them leads up."""

    @property
    def n_votes(self) -> int:
        """Number of votes: what `tol` is a gain per."""

    def step(self, x: NDArray[np.float64]) -> Step:
        """Take one EM step from `x`; the objective there is at least that at `x`."""

    def project(self, x: NDArray[np.float64], inside: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring an extrapolated vector back among the parameters; `inside` is one of them."""

    def outlooks(
        self, before: NDArray[np.float64], x: NDArray[np.float64]
    ) -> Iterable[NDArray[np.float64]]:
        """Return points to which EM may come long after the step from `before` to `x`, if any."""


@dataclass(eq=False)
class Path:
    """Where a climb has come to.

    Attributes
    ----------
    x : ndarray
        Parameters, one flat vector.
    objectives, log_likelihoods : list of float
        At the parameters that entered each E-step; rejected extrapolations leave no entry.
    n_steps : int
        Evaluations of the E-step, rejected extrapolations included; looks beyond a plateau are not.
    converged : bool
        Whether the gain of an EM step, and of those ahead, fell below what is enough.
    """

    x: NDArray[np.float64]
    objectives: list[float] = field(default_factory=list)
    log_likelihoods: list[float] = field(default_factory=list)
    n_steps: int = 0
    converged: bool = False

    def record(self, step: Step) -> None:
        """Keep the values of an accepted step."""
        self.objectives.append(step.objective)
        self.log_likelihoods.append(step.log_likelihood)


class State(NamedTuple):
    """Where a climb stands between two steps: what it needs to go on as if nothing had been.

    Attributes
    ----------
    x : ndarray
        Where the last step was taken from.
    here : Step
        That step.
    reach : float
        How far the next extrapolation may go.
    before : float or None
        Gain of the step before, if it counts.
    path : Path
        What came before.
    """

    x: NDArray[np.float64]
    here: Step
    reach: float
    before: float | None
    path: Path


class Keeper(Protocol):
    """What keeps the state of a climb, and has perhaps kept that of one that was broken off."""

    def kept(self) -> State | None:
        """Return what was kept, None where there is nothing."""

    def keep(self, state: State) -> object:
        """Keep a state, or leave it."""


def climb(
    problem: Problem,
    start: Start,
    *,
    accelerate: bool,
    tol: float,
    max_steps: int,
    progress: Progress | None = None,
    settled: Settled | None = None,
    keeper: Keeper | None = None,
    line: Line | None = None,
) -> Path:
    """Climb from `start` until an EM step gains at most `tol` nats a vote, and those ahead little.

    What lies ahead is at most a thousand times `tol`, by Aitken's limit of the gains; and no entry
    that is next to nothing grows to where it gains something (a plateau). With `accelerate`,
    SQUAREM extrapolates from two EM steps along their curvature; an extrapolation that does not
    gain is dropped, so that the objective never falls. `settled`, if it is given, is asked before
    the climb ends: with the parameters before and after the last step. `keeper`, if it is given, is
    told each state; where it has kept one, the climb goes on from that. `line` is asked for
    extrapolations, where the problem's vectors are too large for plain ones. No more than four
    vectors are held at a time, beside `start`.

    Raises
    ------
    ArithmeticError
        If an EM step makes the objective fall by more than rounding can.

    References
    ----------
    Varadhan & Roland (2008), Simple and globally convergent methods for accelerating the
    convergence of any EM algorithm, Scandinavian Journal of Statistics 35(2): step length S3, with
    a reach that grows.
    """
    enough = tol * problem.n_votes
    line = line or PlainLine(problem.project)
    begun = None if keeper is None else keeper.kept()
    if begun is None and max_steps <= 0:
        return Path(start() if callable(start) else start)
    x, here, reach, before, path = begun or _first(problem, start, progress)
    del begun  # which would hold two vectors
    while path.n_steps < max_steps and not path.converged:
        if keeper is not None:
            keeper.keep(State(x, here, reach, before, path))
        ahead = _evaluate(problem, here.next, path, progress)
        gain = checked_gain(ahead.objective, here.objective, here.scale)
        path.record(ahead)
        path.x = ahead.next
        # what is no more than rounding is no gain, and tells nothing of those ahead
        seen = gain if gain > ahead.rounding else 0.0
        small = gain <= enough and limit_of_gains(before, seen) <= STEPS_AHEAD * enough
        there, far = None, None
        if small and (settled is None or settled(here.next, ahead.next)):
            x = here.next
            if path.n_steps < max_steps:
                there, far = _beyond_plateau(problem, x, ahead, enough)
            path.converged = far is None
            path.n_steps += far is not None
        else:
            if accelerate and path.n_steps < max_steps and (gain > enough or before is not None):
                there, reach = _extrapolate(line, x, here.next, ahead.next, reach)
            x = here.next  # lets go of the first point before the last one is made
            if there is not None:
                far = _evaluate(problem, there, path, progress)
                if not far.objective >= ahead.objective:
                    far, reach = None, max(1.0, reach / REACH_FACTOR**2)
        if far is None or there is None:
            here, before = ahead, gain
        else:
            path.record(far)
            x, here, path.x, before = there, far, far.next, None
    return path


def _first(problem: Problem, start: Start, progress: Progress | None) -> State:
    """Take the first step."""
    x = start() if callable(start) else start
    path = Path(x)
    here = _evaluate(problem, x, path, progress)
    path.record(here)
    path.x = here.next
    return State(x, here, FIRST_REACH, None, path)


def limit_of_gains(before: float | None, gain: float) -> float:
    """Sum the gains that follow two in a row if they go on to shrink as they did (Aitken).

    Infinite where they do not shrink, or where only one is known.

    Examples
    --------
    >>> limit_of_gains(1.0, 0.5)
    0.5
    """
    if gain <= 0:
        return 0.0
    if before is None or before <= gain:
        return np.inf
    return gain * gain / (before - gain)


def _beyond_plateau(
    problem: Problem, x: NDArray[np.float64], ahead: Step, enough: float
) -> tuple[NDArray[np.float64] | None, Step | None]:
    """Look where EM comes to hundreds of steps later, from `x` and a step later ``ahead.next``.

    Returned are a point and its step, or None if nothing is gained.
    """
    least = ahead.objective + STEPS_BEYOND * enough + ahead.rounding
    for outlook in problem.outlooks(x, ahead.next):
        there = outlook
        del outlook  # which would hold a vector
        for _ in range(STEPS_BEYOND):
            far = problem.step(there)
            if far.objective > least:
                return there, far
            there = far.next
            del far
    return None, None


def _extrapolate(
    line: Line,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    z: NDArray[np.float64],
    reach: float,
) -> tuple[NDArray[np.float64] | None, float]:
    """Return the point ``x + 2 a r + a^2 v``, None where it is no farther, and the new reach."""
    squares, curvature = line.bend(x, y, z)
    length = np.sqrt(squares / curvature) if curvature > 0 else np.inf
    length, reach = min(length, reach), reach * (REACH_FACTOR if length >= reach else 1)
    if length <= 1:
        return None, reach
    return line.beyond(x, y, z, length), reach


def _evaluate(
    problem: Problem, x: NDArray[np.float64], path: Path, progress: Progress | None
) -> Step:
    step = problem.step(x)
    path.n_steps += 1
    if progress is not None:
        progress(path.n_steps, step.log_likelihood)
    return step


def checked_gain(objective: float, before: float, scale: float = 0.0) -> float:
    """Return the gain of an EM step, which cannot be below 0 but for rounding."""
    gain = objective - before
    if gain < -ROUNDING * max(1.0, abs(before), scale):
        raise ArithmeticError(
            f"EM made the objective fall from {before!r} to {objective!r}: this is an error of the "
            "implementation, please report it with the votes"
        )
    return gain
