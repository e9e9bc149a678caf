"""GLAD as a function to maximise: L-BFGS from the priors' means, then Newton's method."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.climb import ROUNDING, Progress
from ..engine.patterns import distinct_patterns, each_its_own
from ..kernels.glad import glad_curvature, glad_product, glad_value
from ..kernels.threads import Threads, thread_count
from ..votes.votes import Votes

Array = NDArray[np.float64]

# Of the normal priors of ability and ease (Whitehill et al. 2009, section 3).
PRIOR_MEAN = 1.0
HALF_LOG_2_PI = 0.5 * np.log(2 * np.pi)
# L-BFGS leads to where Newton's steps are good: so many iterations, or a gain of so little a vote.
LBFGS_ITERATIONS = 25
LBFGS_ENOUGH = 1e-5
LBFGS_PAIRS = 10
# A step is taken if it gains so much of what the slope promises.
SUFFICIENT = 1e-4
# No ability and no ease moves by more in a step: ease is a logarithm.
LONGEST_STEP = 2.0
# Items whose ease curves up, or hardly down, are moved as if they curved by so much.
LEAST_CURVATURE = 0.05
# Most conjugate directions of a Newton step, and halvings of one that does not gain.
MOST_DIRECTIONS = 200
MOST_HALVINGS = 30
MOST_BLOCKS, VOTES_PER_COUNT = 16, 4


class Height(NamedTuple):
    """The log posterior at some point, and its gradient there."""

    value: float
    gradient: Array


class Glad:
    """The log posterior density of abilities and of the ease of items, linear in votes.

    A point is one vector: the abilities, and for each pattern of votes its ease times the root of
    the number of items that share it. So lengths are as if each item had an ease of its own.
    """

    def __init__(
        self, votes: Votes, clamped: Array | None, n_classes: int, threads: int | None
    ) -> None:
        self.threads = Threads(thread_count(threads, votes.n_votes))
        known = clamped if clamped is not None and clamped.any() else None
        found = distinct_patterns(votes, self.threads) if known is None else each_its_own(votes)
        self.of_item, self.n_raters, self.n_votes = found.of_item, votes.n_raters, votes.n_votes
        self.weights = found.weights.astype(np.float64)
        self.roots = np.sqrt(self.weights)
        raters, answers = np.divmod(found.codes, np.int32(votes.n_answers))
        self.borders = _borders(found.starts, votes.n_raters)
        known = np.empty((0, n_classes)) if known is None else known
        self.votes = found.starts, raters, answers, self.weights
        self.known = known, self.borders
        self.of_raters = np.empty((len(self.borders) - 1, votes.n_raters))
        self.margins, self.slopes = np.empty((2, len(raters)))
        self.posterior = np.empty((found.n_patterns, n_classes))

    def start(self) -> Array:
        """Return the means of the priors."""
        return np.concatenate((np.full(self.n_raters, PRIOR_MEAN), PRIOR_MEAN * self.roots))

    def split(self, x: Array) -> tuple[Array, Array]:
        """Return abilities, and the ease of each pattern."""
        return x[: self.n_raters], x[self.n_raters :] / self.roots

    def of_items(self, rows: Array) -> Array:
        """Return each item's row or entry, that of its pattern."""
        return rows.copy() if self.of_item is None else rows[self.of_item]

    def height(self, x: Array) -> Height:
        """Compute the log posterior and its gradient; posteriors and slopes are left for others."""
        ability, ease = self.split(x)
        values, of_patterns = np.empty(len(self.of_raters)), np.empty(len(ease))
        left = self.of_raters, of_patterns, self.margins, self.slopes, self.posterior

        def work(first: int, last: int) -> None:
            glad_value(*self.votes, ability, ease, *self.known, first, last, values, *left)

        with np.errstate(over="ignore"):
            self.threads.share(work, len(values))
        off_ability, off_ease = ability - PRIOR_MEAN, ease - PRIOR_MEAN
        value = values.sum() - 0.5 * dot(off_ability, off_ability)
        value -= 0.5 * dot(self.weights * off_ease, off_ease)
        value -= HALF_LOG_2_PI * (len(ability) + self.weights.sum())
        slope = self.of_raters.sum(axis=0) - off_ability
        gradient = np.concatenate((slope, of_patterns / self.roots - self.roots * off_ease))
        if not np.isfinite(value):  # so far out that an exponential left the range
            return Height(-np.inf, np.zeros(len(x)))
        return Height(float(value), gradient)

    def direction(self, x: Array, gradient: Array) -> Array:
        """Newton's direction from `x`, where :meth:`height` was computed last; it leads up.

        An item's ease has second derivatives with itself and with its raters alone: it is
        eliminated (Schur complement), and conjugate gradients find the abilities.
        """
        starts, raters, *_ = self.votes
        _, ease = self.split(x)
        cross, curvature, diagonal = self._curvature(ease)
        product = self._complement(ease, cross, curvature)
        of_ability, of_ease = gradient[: self.n_raters], gradient[self.n_raters :] * self.roots
        back = np.repeat(self.weights * of_ease / curvature, np.diff(starts))
        right = of_ability - np.bincount(raters, cross * back, self.n_raters)
        move = conjugate_gradients(product, right, diagonal, self.n_votes)
        sums = np.concatenate(([0.0], np.cumsum(cross * move[raters])))
        along = self.weights * (sums[starts[1:]] - sums[starts[:-1]])
        return np.concatenate((move, (of_ease - along) / curvature * self.roots))

    def _curvature(self, ease: Array) -> tuple[Array, Array, Array]:
        """Return minus the second derivatives in both, vote by vote, in the ease, in abilities.

        Those in the ease are mended where they would lead down; of those in abilities these are the
        diagonal, mended too.
        """
        cross, curvature = np.empty(len(self.margins)), np.empty(len(ease))
        data = *self.votes, ease, *self.known
        results = self.margins, self.slopes, self.posterior, cross, curvature, self.of_raters

        def work(first: int, last: int) -> None:
            glad_curvature(*data, first, last, *results)

        self.threads.share(work, len(self.of_raters))
        curvature += self.weights  # the prior's
        curvature = np.where(curvature < LEAST_CURVATURE * self.weights, self.weights, curvature)
        return cross, curvature, np.maximum(1.0 + self.of_raters.sum(axis=0), 1.0)

    def _complement(self, ease: Array, cross: Array, curvature: Array) -> Callable[[Array], Array]:
        """Return the Schur complement of the items as a function of a direction of abilities."""
        moves, curved = np.empty((2, len(self.margins)))
        data = *self.votes, ease, *self.known
        inner = self.slopes, self.posterior, cross, curvature

        def product(along: Array) -> Array:
            results = along, moves, curved, self.of_raters

            def work(first: int, last: int) -> None:
                glad_product(*data, first, last, *inner, *results)

            self.threads.share(work, len(self.of_raters))
            return np.asarray(along + self.of_raters.sum(axis=0))

        return product


def conjugate_gradients(
    product: Callable[[Array], Array], right: Array, diagonal: Array, n_votes: int
) -> Array:
    """Solve ``product(x) = right`` about as well as a Newton step is worth (Dembo & Steihaug 1983).

    It ends where the product curves down, with what it has: whatever it returns leads up. Nearer to
    the top it is more exact.
    """
    x, rest = np.zeros(len(right)), right.copy()
    scaled = rest / diagonal
    direction, size = scaled.copy(), dot(rest, scaled)
    enough = size * min(0.1, np.sqrt(size / max(n_votes, 1))) ** 2
    for turn in range(MOST_DIRECTIONS):
        if size <= enough or size == 0.0:
            break
        curved = product(direction)
        bend = dot(direction, curved)
        if bend <= 0.0:
            return direction if turn == 0 else x
        x += size / bend * direction
        rest -= size / bend * curved
        scaled = rest / diagonal
        before, size = size, dot(rest, scaled)
        direction = scaled + size / before * direction
    return x


def _borders(starts: NDArray[np.int64], n_raters: int) -> NDArray[np.int64]:
    """Cut patterns into blocks of about as many votes each, whatever the number of threads."""
    ends = starts[1:] + np.arange(1, len(starts))
    work = int(ends[-1]) if len(ends) else 0
    n_blocks = int(np.clip(work // (VOTES_PER_COUNT * n_raters), 1, MOST_BLOCKS))
    borders = np.searchsorted(ends, np.arange(n_blocks + 1) * (work / n_blocks))
    borders[-1] = len(ends)
    return borders


def dot(one: Array, other: Array) -> float:
    """Multiply two vectors; without BLAS, whose threads would have to be woken each time."""
    return float(np.einsum("i,i", one, other))


def along_pairs(gradient: Array, pairs: Sequence[tuple[Array, Array]]) -> Array:
    """Turn a gradient into L-BFGS's direction (Nocedal & Wright 2006, algorithm 7.4)."""
    direction, shares = gradient.copy(), []
    for move, bend in reversed(pairs):
        shares.append(dot(move, direction) / dot(move, bend))
        direction -= shares[-1] * bend
    if pairs:
        move, bend = pairs[-1]
        direction *= dot(move, bend) / dot(bend, bend)
    for (move, bend), share in zip(pairs, reversed(shares), strict=True):
        direction += (share - dot(bend, direction) / dot(move, bend)) * move
    return direction


class OutOfSteps(Exception):  # noqa: N818 -- an end, not an error
    """Steps ran out in the midst of a search."""


class Ascent:
    """The best point so far, and how it was come to; each evaluation is a step."""

    def __init__(self, model: Glad, max_steps: int, progress: Progress | None) -> None:
        self.model, self.max_steps, self.progress = model, max_steps, progress
        self.x, self.best = model.start(), model.height(model.start())
        self.trace: list[float] = []
        self.n_steps = 0
        self.converged = False

    def look(self, x: Array) -> Height:
        """Evaluate a point, and stay there if it is the highest."""
        if self.n_steps >= self.max_steps:
            raise OutOfSteps
        here = self.model.height(x)
        self.n_steps += 1
        if self.progress is not None:
            self.progress(self.n_steps, here.value)
        if here.value > self.best.value or not self.trace:
            self.x, self.best = x.copy(), here
            self.trace.append(here.value)
        return here

    def climb(self, tol: float) -> None:
        """Climb by L-BFGS, and on by Newton's method until a step gains and moves no more.

        Newton's method alone ends on lower tops of some votes.
        """
        try:
            self._by_lbfgs()
            while not self.converged:
                self._by_newton(tol)
        except OutOfSteps:
            pass

    def _by_lbfgs(self) -> None:
        """Climb by L-BFGS; SciPy's is the same, and waits for threads of its own."""
        x, here = self.x, self.look(self.x)
        pairs: deque[tuple[Array, Array]] = deque(maxlen=LBFGS_PAIRS)
        size = float(np.sqrt(dot(here.gradient, here.gradient)))
        for _ in range(LBFGS_ITERATIONS):
            direction = along_pairs(here.gradient, pairs)
            if not pairs:
                direction = direction * min(1.0, 1.0 / max(size, 1.0))
            slope, share = dot(here.gradient, direction), 1.0
            while (there := self.look(x + share * direction)).value < (
                here.value + SUFFICIENT * share * slope
            ):
                share /= 2
                if share * slope <= ROUNDING * abs(here.value):
                    return
            pair = share * direction, here.gradient - there.gradient
            if dot(*pair) > 0:
                pairs.append(pair)
            gain = there.value - here.value
            x, here = x + pair[0], there
            if gain <= LBFGS_ENOUGH * self.model.n_votes:
                return

    def _by_newton(self, tol: float) -> None:
        before, height = self.x, self.best
        self.model.height(before)
        posterior = self.model.posterior.copy()
        direction = self.model.direction(before, height.gradient)
        direction *= min(1.0, LONGEST_STEP / max(np.abs(direction).max(initial=0.0), LONGEST_STEP))
        promised = dot(height.gradient, direction)
        rounding = ROUNDING * max(abs(height.value), 1.0)
        share = 1.0
        for _ in range(MOST_HALVINGS):
            if promised * share <= rounding or self.look(before + share * direction) is self.best:
                break
            share /= 2
        gain = self.best.value - height.value
        self.model.height(self.x)
        move = np.abs(self.model.posterior - posterior).max(initial=0.0)
        settled = move <= max(np.sqrt(tol), 1e-12)
        self.converged = gain <= rounding or (gain <= tol * self.model.n_votes and bool(settled))
