"""What a benchmark is asked and what it finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

Facts = dict[str, float | int | str]


@dataclass(frozen=True)
class Plan:
    """How much to measure.

    Attributes
    ----------
    runs : int
        Runs of what is fast; at least 7 where the numbers are to be published.
    slow_runs : int
        Runs of what takes seconds.
    peer_runs : int
        Runs of the slowest peer, which takes half a minute.
    votes : int
        Simulated votes of a medium-sized case.
    curve : tuple of int
        Numbers of votes along the curve of growth.
    data : Path, optional
        Folder of the published release; what needs it is left out without.
    most_peer_steps : int, optional
        Stop the peers after so many steps, where their time as such is not wanted.
    """

    runs: int
    slow_runs: int
    peer_runs: int
    votes: int
    curve: tuple[int, ...]
    data: Path | None = None
    most_peer_steps: int | None = None


@dataclass(frozen=True)
class Timing:
    """Times of one contender.

    Attributes
    ----------
    what : str
        Who did what, in words for a table.
    seconds : tuple of float
        Time of each run, by the clock on the wall or, where one thread works, the processor's; what
        the first run does in addition is not in them.
    digest : str
        Of the result, the same after each run; empty where there is no result.
    votes : int, optional
        That a run went through.
    peak_bytes : int, optional
        Most memory that a fresh process held.
    above_bytes : int, optional
        Of that, what it took beyond its state when the input arrays were there.
    facts : dict
        Anything else worth keeping: steps, log-likelihood, the time of the first run.
    """

    what: str
    seconds: tuple[float, ...]
    digest: str
    votes: int | None = None
    peak_bytes: int | None = None
    above_bytes: int | None = None
    facts: Facts = field(default_factory=dict)

    @property
    def median(self) -> float:
        """Median of the runs, in seconds."""
        return median(self.seconds)

    @property
    def ns_per_vote(self) -> float | None:
        """Median in nanoseconds a vote."""
        return None if self.votes is None else self.median / self.votes * 1e9

    @property
    def bytes_per_vote(self) -> float | None:
        """Memory above the inputs, in bytes a vote."""
        if self.above_bytes is None or self.votes is None:
            return None
        return self.above_bytes / self.votes


@dataclass(frozen=True)
class Limit:
    """A number that we hold ourselves to."""

    what: str
    value: float
    bound: float
    unit: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the number is on the right side of its bound."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        side = "at least" if self.at_least else "at most"
        return f"{self.what}: {self.value:,.4g}{self.unit} ({side} {self.bound:,.4g}{self.unit})"


@dataclass(frozen=True)
class Result:
    """What one case found; `environment` says on what machine and with what versions."""

    case: str
    title: str
    timings: tuple[Timing, ...]
    limits: tuple[Limit, ...] = ()
    environment: Facts = field(default_factory=dict)


class SkippedError(Exception):
    """A case that cannot be run here; the message says what it needs."""
