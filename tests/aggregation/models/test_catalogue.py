"""The catalogue: names, and that listing them loads nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aggregation import METHODS, VoteError, Votes
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


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(VoteError, match="method 'ibc' is not one of vote-share, dawid-skene, "):
        method_of("ibc")


def test_an_option_that_is_not_taken() -> None:
    votes = Votes.from_triples([0], [0], [0])
    with pytest.raises(VoteError, match="one-coin takes no family=; it takes accelerate, "):
        METHODS["one-coin"](votes, family="full")
    with pytest.raises(VoteError, match="vote-share takes no priors="):
        METHODS["vote-share"](votes, priors=1)
