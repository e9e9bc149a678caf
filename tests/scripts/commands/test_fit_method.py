"""`reassess fit --method`: every method's labels and files, and what it cannot take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from aggregation import (
    METHODS,
    Fit,
    VoteError,
    Votes,
    load_anesthesia,
    read_known_items,
    vote_share,
)
from aggregation.models.catalogue import DEFAULT_METHOD

from ...support.commands import Command, refused
from ...support.methods import quietly
from .test_fit import FILES, names_in, patients, table_of, write_simulated  # noqa: F401

# What a sparse fit writes is not a column a class: see test_fit_sparse.
WITH_TABLES = [name for name in METHODS if name != "dawid-skene-sparse"]


@pytest.mark.parametrize("name", WITH_TABLES)
def test_files_of_each_method_are_its_result(
    reassess: Command,
    patients: Path,  # noqa: F811 (the fixture)
    name: str,
) -> None:
    ended = reassess("fit", patients, "--method", name, "-o", "out")
    assert ended.status == 0
    expected = quietly(METHODS[name], load_anesthesia())
    table = parquet.read_table("out/posteriors.parquet").to_pydict()
    found = np.array([table[f"posterior_{n}"] for n in range(1, 5)]).T
    np.testing.assert_array_equal(found, expected.posterior)
    classes = [None if cls < 0 else cls + 1 for cls in expected.classes().tolist()]
    assert table["class"] == classes
    labels = table_of(Path("out/labels.csv"))["label"]
    assert labels == ["" if cls is None else str(cls) for cls in classes]
    numbers = json.loads(Path("out/fit.json").read_text())
    assert numbers["method"] == name
    assert numbers["objective_kind"] == expected.objective_kind
    if np.isnan(expected.objective):
        assert numbers["objective"] is None
    else:
        assert numbers["objective"] == expected.objective
    assert numbers["objective_trace"] == expected.objective_trace.tolist()
    assert ("log_likelihood" in numbers) == isinstance(expected, Fit)
    for parameter, values in getattr(expected, "parameters", {}).items():
        if parameter == "class_prior":
            assert list(numbers["class_prior"].values()) == values.tolist()
        else:
            assert numbers["parameters"][parameter] == values.tolist()


@pytest.mark.parametrize("name", WITH_TABLES)
def test_what_a_method_does_not_have_is_said(
    reassess: Command,
    patients: Path,  # noqa: F811
    name: str,
) -> None:
    ended = reassess("fit", patients, "--method", name, "-o", "out")
    expected = quietly(METHODS[name], load_anesthesia())
    without: set[str] = set()
    try:
        rates = expected.answer_probabilities()
    except VoteError:
        without = {"next_votes.csv", "error_rates.csv"}
    assert set(names_in(Path("out"))) == {*FILES} - without
    assert ("the method has no model of the answers" in ended.err) == bool(without)
    if not without:
        written = table_of(Path("out/error_rates.csv"))["rate"]
        np.testing.assert_array_equal(written, rates.reshape(-1))


def test_the_default_is_ibcc_anchored_to_the_vote_shares(
    reassess: Command,
    patients: Path,  # noqa: F811
) -> None:
    reassess("fit", patients, "-o", "out")
    reassess("fit", patients, "--method", "ibcc", "-o", "named")
    for name in FILES:
        assert Path("out", name).read_bytes() == Path("named", name).read_bytes()
    numbers = json.loads(Path("out/fit.json").read_text())
    assert numbers["method"] == DEFAULT_METHOD == "ibcc"
    assert numbers["objective"] == pytest.approx(-249.44546896, abs=1e-6)


def test_options_of_dawid_and_skene_s_imply_it_in_a_note(
    reassess: Command,
    patients: Path,  # noqa: F811
) -> None:
    ended = reassess("fit", patients, "--pseudo-count", "0", "-o", "out")
    assert "Took --method dawid-skene, not ibcc, because of --pseudo-count." in ended.err
    numbers = json.loads(Path("out/fit.json").read_text())
    assert numbers["method"] == "dawid-skene"
    assert numbers["objective"] == METHODS["dawid-skene"](load_anesthesia()).objective
    ended = reassess("fit", patients, "--classes", "3", "-o", "out")
    assert "not ibcc, because of --classes 3 of 4 answers." in ended.err
    assert "Took --method" not in reassess("fit", patients, "--method", "dawid-skene").err


BELOW = "warning: without known items ibcc has "


def test_where_the_default_falls_below_the_majority_it_is_said(
    reassess: Command, tmp_path: Path
) -> None:
    truth = write_simulated(tmp_path)
    votes = Votes.read("v.csv")
    places = np.arange(40)
    right = (METHODS["ibcc"](votes).posterior.argmax(axis=1) == truth)[:40].sum()
    by_votes = vote_share(votes).decisions[places, truth[:40]].sum()
    ended = reassess("fit", "v.csv", "--truth", "truth.csv", "-o", "out")
    assert right >= by_votes
    assert BELOW not in ended.err
    # the same votes, and a truth that the majority has right wherever IBCC has not
    most = vote_share(votes, ties="first").classes()
    known = "".join(f"{item},{most[item]}\n" for item in range(300))
    Path("truth.csv").write_text(f"item,class\n{known}")
    right = (METHODS["ibcc"](votes).posterior.argmax(axis=1) == most).sum()
    by_votes = vote_share(votes).decisions[np.arange(300), most].sum()
    ended = reassess("fit", "v.csv", "--truth", "truth.csv", "-o", "out", "--quiet")
    (line,) = ended.err.splitlines()
    assert right < by_votes
    assert line.startswith(f"{BELOW}{right} of 300 of them right, the majority of votes ")
    assert float(line.split()[-1]) == pytest.approx(by_votes, abs=0.05)
    assert json.loads(Path("out/fit.json").read_text())["warnings"] == [
        line.removeprefix("warning: ")
    ]
    ended = reassess("fit", "v.csv", "--truth", "truth.csv", "--method", "ibcc")
    assert BELOW not in ended.err  # chosen by name


def test_known_classes_that_are_no_answers(reassess: Command, tmp_path: Path) -> None:
    truth = write_simulated(tmp_path)
    text = Path("truth.csv").read_text()
    for code, name in enumerate(("low", "mid", "high")):
        text = text.replace(f",{code}\n", f",{name}\n")
    Path("truth.csv").write_text(text)
    ended = reassess("fit", "v.csv", "--truth", "truth.csv", "--classes", "3", "-o", "out")
    assert ended.status == 0
    assert BELOW not in ended.err
    table = parquet.read_table("out/posteriors.parquet").to_pydict()
    assert {"posterior_low", "posterior_mid", "posterior_high"} <= set(table)
    named = np.array(["low", "mid", "high"])[truth]
    assert np.mean(np.array(table["class"]) == named) > 0.6


def test_options_of_a_method(
    reassess: Command,
    patients: Path,  # noqa: F811
) -> None:
    reassess("fit", patients, "--method", "ibcc", "--set", "own_count=8", "--plain", "-o", "out")
    expected = METHODS["ibcc"](load_anesthesia(), own_count=8, accelerate=False)
    numbers = json.loads(Path("out/fit.json").read_text())
    assert numbers["objective"] == expected.objective
    assert numbers["options"]["own_count"] == 8
    assert numbers["options"]["accelerate"] is False
    ended = reassess("fit", patients, "--method", "one-coin", "--pseudo-count", "1,2", "--json")
    one_coin = METHODS["one-coin"](load_anesthesia(), pseudo_count=[3, 1])
    assert json.loads(ended.out)["objective"] == one_coin.objective


@pytest.mark.parametrize("name", [name for name in WITH_TABLES if "truth" in METHODS[name].takes])
def test_known_items(reassess: Command, tmp_path: Path, name: str) -> None:
    truth = write_simulated(tmp_path)
    ended = reassess("fit", "v.csv", "--truth", "truth.csv", "--method", name, "-o", "out")
    assert "40 items were known and kept their class" in ended.err
    votes = Votes.read("v.csv")
    known: dict[str, Any] = {"truth": read_known_items("truth.csv", votes=votes).truth}
    expected = quietly(METHODS[name], votes, **known)
    table = parquet.read_table("out/posteriors.parquet").to_pydict()
    np.testing.assert_array_equal(table["posterior_1"], expected.posterior[:, 1])
    np.testing.assert_array_equal(table["class"][:40], truth[:40])


def with_two_classes(folder: Path) -> None:
    """Write votes of three answers, and known items of two of them, in another order."""
    rows = [(item, rater, "no" if item % 2 else "yes") for item in range(12) for rater in "abc"]
    rows += [(12, "a", "maybe"), (12, "b", "yes")]
    text = "".join(f"{item},{rater},{answer}\n" for item, rater, answer in rows)
    (folder / "v.csv").write_text(f"item,rater,answer\n{text}")
    known = "".join(f"{item},{'no' if item % 2 else 'yes'}\n" for item in range(4))
    (folder / "truth.csv").write_text(f"item,class\n{known}")


def test_classes_that_are_some_of_the_answers(reassess: Command, tmp_path: Path) -> None:
    with_two_classes(tmp_path)
    files = ["v.csv", "--truth", "truth.csv", "--classes", "2"]
    ended = reassess("fit", *files, "--method", "ibcc", "-o", "out", "--format", "csv")
    assert ended.status == 0
    table = table_of(Path("out/posteriors.csv"))
    assert list(table) == ["item", "posterior_no", "posterior_yes", "class"]
    assert table["class"][:12] == ["yes", "no"] * 6
    refused(
        reassess("fit", *files, "--method", "mace"),
        "--method mace needs the answers for classes, maybe, no, yes: known items are of no, yes",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--method", "majority"], "method 'majority' is not one of vote-share, wawa"),
        (["--method", "ibcc", "--hard"], "--method ibcc takes no --hard; it takes --classes, "),
        (["--method", "mace", "--family", "shared"], "--method mace takes no --family"),
        (["--method", "mace", "--set", "own_count=2"], "--method mace has no such argument"),
        (["--method", "ibcc", "--set", "own_count=0"], "own_count has 0.0: give 0.01 or more"),
        (["--method", "vote-share", "--truth", "truth.csv"], "takes no known items (--truth)"),
        (["--method", "mace", "--classes", "2"], "there is an answer for each class"),
    ],
)
def test_what_a_method_cannot_take(
    reassess: Command, tmp_path: Path, arguments: list[str], message: str
) -> None:
    write_simulated(tmp_path)
    refused(reassess("fit", "v.csv", *arguments, "-o", "out"), message)
    assert not Path("out").exists()


def test_help_lists_the_methods(reassess: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = " ".join(reassess("fit", "--help").out.replace("│", " ").split())
    for name in METHODS:
        assert f"{name}: " in text
