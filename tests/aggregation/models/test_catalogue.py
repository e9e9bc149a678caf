"""The catalogue: names, and that listing them loads nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aggregation import METHODS, VoteError, Votes, read_known_items
from aggregation.models.catalogue import method_of

ROOT = Path(__file__).parents[3]


def test_each_method_has_a_function_of_its_name() -> None:
    for name, method in METHODS.items():
        assert method.name == name
        assert method.fixed.keys() <= {*method.takes, *method.fixed}
        assert method.function.__doc__
        assert method.title
        assert not method.title.endswith(".")


def test_names_are_listed_at_once() -> None:
    code = "import sys, aggregation; list(aggregation.METHODS); print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert "aggregation" in loaded
    assert not loaded & {"numba", "scipy"}


def test_accuracies_on_bluebird(datasets: Path) -> None:
    # Of an independent implementation; where two answers tie, each has half an item.
    votes = Votes.read(datasets / "bluebird_votes.csv")
    truth = read_known_items(datasets / "bluebird_gold.csv", votes=votes).truth
    accuracies = {
        "vote-share": 0.7593,
        "dawid-skene": 0.8981,
        "one-coin-bayes": 0.7222,
        "ibcc": 0.8889,
        "ibcc-learned": 0.8981,
        "mace": 0.8611,
    }
    for name, accuracy in accuracies.items():
        posterior = METHODS[name](votes).posterior
        best = posterior >= posterior.max(axis=1, keepdims=True) - 1e-9
        right = best[range(len(truth)), truth] / best.sum(axis=1)
        assert right.mean() == pytest.approx(accuracy, abs=5e-5), name


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(VoteError, match="method 'ibc' is not one of vote-share, wawa, "):
        method_of("ibc")


def test_an_option_that_is_not_taken() -> None:
    votes = Votes.from_triples([0], [0], [0])
    with pytest.raises(VoteError, match="one-coin takes no family=; it takes accelerate, "):
        METHODS["one-coin"](votes, family="full")
    with pytest.raises(VoteError, match="vote-share takes no priors="):
        METHODS["vote-share"](votes, priors=1)
