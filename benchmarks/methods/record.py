"""Fit every method to every set, and hold the posteriors against the known answers."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation import METHODS, ConvergenceWarning, IdentifiabilityWarning, Method
from analysis import measure_rightness, recalibrate_posteriors

from . import crowd_kit
from .sets import KnownSet, SetFacts, facts_of

PLAIN = ("accuracy", "macro_f1", "log_loss", "brier", "overconfidence")
# The log loss at the temperature that other known items tell; see recalibrate_posteriors.
RECALIBRATED = "recalibrated_log_loss"
MEASURES = (*PLAIN, RECALIBRATED)
# What takes less than this is run again, and the fastest run counts.
SHORT, RUNS = 0.5, 5
# Before the clock runs, a method is tried on so many items: its kernels are then compiled.
WARM_UP = 200


@dataclass(frozen=True)
class Outcome:
    """What came of a method on a set: its measures on known items, or why there are none.

    Attributes
    ----------
    seconds : float
        Of processor time, so that what else the machine does is not counted.
    measures : dict of str to float
        By the names of MEASURES.
    converged : bool
    failure : str
        Empty where there is a result.
    """

    seconds: float = float("nan")
    measures: Mapping[str, float] = field(default_factory=dict)
    converged: bool = True
    failure: str = ""


# Outcomes by set, then by method.
Outcomes = dict[str, dict[str, Outcome]]


@dataclass(frozen=True)
class Record:
    """All that was measured.

    Attributes
    ----------
    sets : tuple of SetFacts
    ours, peers : dict
        Outcomes by set, then by our name of the method; peers are crowd-kit's.
    environment : dict
        Versions, processor and date.
    """

    sets: tuple[SetFacts, ...]
    ours: Outcomes
    peers: Outcomes
    environment: Mapping[str, Any]


def measure_all(
    sets: Iterable[KnownSet],
    environment: Mapping[str, Any],
    methods: Mapping[str, Method] = METHODS,
    earlier: Record | None = None,
) -> Iterator[Record]:
    """Fit every method, and crowd-kit's, to every set; yield the record after each set.

    What `earlier` has of the same version of crowd-kit on the same set is not measured again.
    """
    facts: list[SetFacts] = []
    ours: Outcomes = {}
    peers: Outcomes = {}
    for one in sets:
        facts.append(facts_of(one))
        ours[one.name] = {name: outcome(one, method) for name, method in methods.items()}
        known = found_before(earlier, facts[-1], environment)
        wanted = crowd_kit.CLASSES if crowd_kit.is_there() else ()
        peers[one.name] = {name: known.get(name) or peer_outcome(one, name) for name in wanted}
        yield Record(tuple(facts), ours, peers, environment)


def found_before(
    earlier: Record | None, facts: SetFacts, environment: Mapping[str, Any]
) -> dict[str, Outcome]:
    """Return what an earlier record has of this version of crowd-kit on this set."""
    version = environment.get("crowd-kit")
    if earlier is None or earlier.environment.get("crowd-kit") != version:
        return {}
    return earlier.peers.get(facts.name, {}) if facts in earlier.sets else {}


def outcome(one: KnownSet, method: Method) -> Outcome:
    """Fit a method of ours with its defaults."""
    few = one.votes.select(np.arange(min(WARM_UP, one.votes.n_items)))
    with warnings.catch_warnings():
        for category in (ConvergenceWarning, IdentifiabilityWarning):
            warnings.simplefilter("ignore", category)
        try:
            method(few)
            found, seconds = fastest(lambda: method(one.votes))
        except ValueError as error:
            return Outcome(failure=str(error))
    return Outcome(seconds, measures_of(found.posterior, one.truth), bool(found.converged))


def peer_outcome(one: KnownSet, name: str) -> Outcome:
    """Fit crowd-kit's method once; whatever goes wrong in it is its outcome."""
    begun = time.process_time()
    try:
        posterior = crowd_kit.posterior_of(name, one)
    except Exception as error:
        return Outcome(failure=f"{type(error).__name__}: {error}".splitlines()[0][:200])
    seconds = time.process_time() - begun
    return Outcome(seconds, measures_of(posterior, one.truth))


def fastest(call: Callable[[], Any]) -> tuple[Any, float]:
    """Return the result and the least time of some runs, or of one if that takes long."""
    times: list[float] = []
    while len(times) < RUNS and sum(times) < SHORT:
        begun = time.process_time()
        found = call()
        times.append(time.process_time() - begun)
    return found, min(times)


def measures_of(posterior: NDArray[np.float64], truth: NDArray[np.int64]) -> dict[str, float]:
    """Measure posteriors on the known items, as they are and recalibrated."""
    recalibrated = recalibrate_posteriors(posterior, truth=truth).known_out_of_sample
    both = {"": posterior, RECALIBRATED: recalibrated}
    found = measure_rightness(both, truth, replicates=1)[0]
    plain = {name: float(getattr(found[""], name).value) for name in PLAIN}
    return plain | {RECALIBRATED: float(found[RECALIBRATED].log_loss.value)}


def write(path: Path, record: Record) -> None:
    """Write a record as json."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = asdict(record) | {"sets": [one._asdict() for one in record.sets]}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Record | None:
    """Return the record that :func:`write` has written, if there is one."""
    if not path.is_file():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))

    def outcomes(part: Mapping[str, Any]) -> Outcomes:
        return {
            name: {method: Outcome(**one) for method, one in of_set.items()}
            for name, of_set in part.items()
        }

    sets = tuple(SetFacts(**one) for one in content["sets"])
    return Record(
        sets, outcomes(content["ours"]), outcomes(content["peers"]), content["environment"]
    )
