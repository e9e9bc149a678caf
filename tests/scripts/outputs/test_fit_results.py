"""`reassess fit --classifier`: a classifier beside the votes, by CROWDLAB or as one more rater."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pyarrow import parquet

from aggregation import METHODS, Votes, fit_crowdlab, with_classifier

from ...support.commands import Command, refused

VOTES = """item,rater,answer
p2,ann,dog
p2,bob,dog
p1,ann,cat
p1,bob,dog
p3,ann,cat
p3,bob,cat
"""
GUESS = "task,posterior_dog,posterior_cat,note\np1,0.3,0.7,x\np9,1,0,y\np3,0.2,0.8,\np2,0.9,0.1,\n"
# rows as in the votes' codes: p1, p2, p3; columns cat, dog
PROBABILITIES = np.array([[0.7, 0.3], [0.1, 0.9], [0.8, 0.2]])


@pytest.fixture
def votes(tmp_path: Path) -> Votes:
    """Votes and a classifier's probabilities, as files in the current folder."""
    Path("v.csv").write_text(VOTES)
    Path("guess.csv").write_text(GUESS)
    return Votes.read("v.csv")


def posterior() -> NDArray[np.float64]:
    table = parquet.read_table("out/posteriors.parquet").to_pydict()
    assert table["item"] == ["p1", "p2", "p3"]
    return np.array([table["posterior_cat"], table["posterior_dog"]]).T


def test_crowdlab_is_what_is_meant(reassess: Command, votes: Votes) -> None:
    ended = reassess("fit", "v.csv", "--classifier", "guess.csv", "-o", "out")
    assert ended.status == 0
    expected = fit_crowdlab(votes, probabilities=PROBABILITIES)
    np.testing.assert_array_equal(posterior(), expected.posterior)
    numbers = json.loads(Path("out/fit.json").read_text())
    assert numbers["method"] == "crowdlab"
    weight = expected.parameters["classifier_weight"].tolist()
    assert numbers["parameters"]["classifier_weight"] == weight
    digest = hashlib.sha256(GUESS.encode()).hexdigest()
    assert numbers["inputs"]["classifier"] == {"path": "guess.csv", "sha256": digest}
    again = reassess("fit", "v.csv", "--classifier", "guess.csv", "--method", "crowdlab", "--json")
    assert json.loads(again.out)["parameters"] == numbers["parameters"]


@pytest.mark.parametrize("name", ["ibcc", "vote-share"])
def test_it_is_one_more_rater_of_a_method_that_is_named(
    reassess: Command, votes: Votes, name: str
) -> None:
    ended = reassess("fit", "v.csv", "--classifier", "guess.csv", "--method", name, "-o", "out")
    assert "9 votes of 3 raters on 3 items" in ended.err
    expected = METHODS[name](with_classifier(votes, PROBABILITIES))
    np.testing.assert_array_equal(posterior(), expected.posterior)
    assert Path("out/raters.csv").read_text().splitlines()[3].startswith("classifier,3,")


@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_arrays_are_in_the_order_of_the_items(reassess: Command, votes: Votes, kind: str) -> None:
    in_order = PROBABILITIES[[1, 0, 2]]  # p2 comes first in the file
    np.save("g.npy", in_order)
    np.savez("g.npz", probabilities=in_order)
    reassess("fit", "v.csv", "--classifier", f"g.{kind}", "-o", "out")
    expected = fit_crowdlab(votes, probabilities=PROBABILITIES)
    np.testing.assert_array_equal(posterior(), expected.posterior)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("item,cat,dog\np1,0.3,0.7\n", "guess.csv: 2 of 3 items have no row, such as 'p2'"),
        ("item,cat\np1,1\np2,1\np3,1\n", "guess.csv: there is no column 'dog' for the answer"),
        ("item,cat,dog\np1,1,0\np2,1,0\np3,.5,.4\n", "the probabilities of item p3 are"),
        ("item,cat,dog\np1,1,0\np2,1,0\np3,high,0\n", "line 4: 'high' is no probability"),
        ("item,cat,dog\np1,1,0\np1,1,0\n", "item 'p1' is there twice"),
        ("x,cat,dog\np1,1,0\n", "the item"),
    ],
)
def test_files_that_cannot_be_used(
    reassess: Command, votes: Votes, text: str, message: str
) -> None:
    Path("guess.csv").write_text(text)
    refused(reassess("fit", "v.csv", "--classifier", "guess.csv"), message)


def test_arrays_that_cannot_be_used(reassess: Command, votes: Votes) -> None:
    np.save("g.npy", PROBABILITIES[:2])
    refused(reassess("fit", "v.csv", "--classifier", "g.npy"), "its array has shape (2, 2)")
    np.savez("g.npz", a=PROBABILITIES, b=PROBABILITIES)
    refused(reassess("fit", "v.csv", "--classifier", "g.npz"), "one array is wanted")
    Path("g.npy").write_text("no array")
    refused(reassess("fit", "v.csv", "--classifier", "g.npy"), "g.npy: it is no file of NumPy's")
    refused(reassess("fit", "v.csv", "--classifier", "no.csv"), "no.csv: No such file or directory")


def test_what_crowdlab_does_not_take(reassess: Command, votes: Votes) -> None:
    files = ["v.csv", "--classifier", "guess.csv"]
    refused(reassess("fit", *files, "--hard"), "--method crowdlab takes no --hard")
    refused(reassess("fit", "v.csv", "--method", "crowdlab"), "'crowdlab' is not one of")
