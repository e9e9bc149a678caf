"""The table of record: what is measured is right, and the page says what the record says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aggregation import METHODS, Method, Table, simulate_votes
from aggregation.table import Columns
from analysis import measure_rightness, recalibrate_posteriors
from benchmarks import __main__ as command
from benchmarks.methods import crowd_kit, record
from benchmarks.methods.guide import guide
from benchmarks.methods.page import PAGE, page_of
from benchmarks.methods.record import MEASURES, PLAIN, RECALIBRATED, Outcome, Record
from benchmarks.methods.sets import KnownSet, SetFacts, facts_of, known_sets
from benchmarks.methods.summary import in_short

RATES = [[[0.9, 0.1], [0.2, 0.8]], [[0.8, 0.2], [0.3, 0.7]], [[0.6, 0.4], [0.4, 0.6]]] * 2
NAMES = ("vote-share", "dawid-skene", "ibcc")
SOME = {name: METHODS[name] for name in NAMES}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sets in the two layouts, and votes without answers."""
    folder = tmp_path_factory.mktemp("sets")
    for seed, stem in enumerate(("one/", "other_", "unknown_")):
        (folder / stem).parent.mkdir(exist_ok=True)
        if stem.endswith("/"):
            (folder / stem).mkdir()
        drawn = simulate_votes(
            RATES, class_prior=[0.6, 0.4], n_items=60, votes_per_item=3, seed=seed
        )
        votes = drawn.votes
        columns: Columns = {"task": votes.items, "worker": votes.raters, "label": votes.answers}
        Path(f"{folder}/{stem}votes.csv").write_text(Table(columns).to_csv())
        gold = Table({"task": np.arange(0, 60, 2), "label": drawn.truth[::2]})
        if stem != "unknown_":
            Path(f"{folder}/{stem}gold.csv").write_text(gold.to_csv())
    return folder


@pytest.fixture(scope="module")
def found(folder: Path) -> Record:
    *_, last = record.measure_all(known_sets(folder), {"date": "2025-01-01"}, SOME)
    return last


def test_sets_are_read_and_described(folder: Path) -> None:
    sets = {one.name: one for one in known_sets(folder)}
    assert [*sets] == ["one", "other"]
    facts = facts_of(sets["other"])
    assert facts[:7] == ("other", 180, 6, 60, 2, 30, 0)
    assert (facts.votes_an_item, facts.votes_a_rater) == (3, 30)


def test_every_method_is_measured_on_every_set(folder: Path, found: Record) -> None:
    for one in known_sets(folder):
        for name, method in SOME.items():
            outcome = found.ours[one.name][name]
            posterior = method(one.votes).posterior
            expected = measure_rightness({"": posterior}, one.truth, replicates=1)[0][""]
            recalibrated = recalibrate_posteriors(posterior, truth=one.truth).known_out_of_sample
            after = measure_rightness({"": recalibrated}, one.truth, replicates=1)[0][""]
            numbers = {key: getattr(expected, key).value for key in PLAIN}
            assert outcome.measures == numbers | {RECALIBRATED: after.log_loss.value}
            assert outcome.seconds > 0


def test_a_method_that_cannot_take_the_votes_is_said_to(folder: Path) -> None:
    three = Method("three", "", "ibcc:fit_ibcc", "elbo", "", fixed={"n_classes": 3})
    one = next(known_sets(folder))
    outcome = record.outcome(one, three)
    assert "3 classes, 2 answers" in outcome.failure
    assert not outcome.measures


def test_a_record_survives_a_file(found: Record, tmp_path: Path) -> None:
    assert record.read(tmp_path / "no.json") is None
    record.write(tmp_path / "record.json", found)
    again = record.read(tmp_path / "record.json")
    assert again is not None
    assert page_of(again) == page_of(found)
    assert again.sets == found.sets


def outcome(accuracy: float, log_loss: float, seconds: float) -> Outcome:
    numbers = (accuracy, accuracy - 0.01, log_loss, 0.3, 0.95 - accuracy, 0.6)
    return Outcome(seconds, dict(zip(MEASURES, numbers, strict=True)))


@pytest.fixture
def made_up() -> Record:
    """Four sets, on which ibcc is most accurate but once, and dawid-skene hardly ever."""
    sets = tuple(SetFacts(name, 900, 30, 100, 2 + 2 * (name > "b"), 50, 0, "") for name in "abcd")
    accuracies = {
        "vote-share": (0.80, 0.81, 0.82, 0.83),
        "dawid-skene": (0.70, 0.72, 0.73, 0.76),
        "ibcc": (0.90, 0.91, 0.93, 0.70),
    }
    losses = {"vote-share": 0.9, "dawid-skene": 2.0, "ibcc": 0.5}
    times = {"vote-share": 0.001, "dawid-skene": 0.01, "ibcc": 0.02}
    ours = {
        one.name: {
            name: outcome(values[place], losses[name], times[name])
            for name, values in accuracies.items()
        }
        for place, one in enumerate(sets)
    }
    return Record(sets, ours, {one.name: {} for one in sets}, {"date": "2025-01-01"})


def test_a_record_is_summed_up(made_up: Record) -> None:
    votes, skene, ibcc = in_short(made_up)
    assert ibcc.means["accuracy"] == pytest.approx(0.86)
    assert ibcc.gain.value == pytest.approx(0.045)
    assert ibcc.gain.low < 0 < 0.045 < ibcc.gain.high
    assert ibcc.worst == pytest.approx(-0.13)
    assert ibcc.worst_set == "d"
    assert [votes.times, skene.times, ibcc.times] == pytest.approx([0.1, 1, 2])
    assert set(votes.gain) == {0}
    assert skene.behind.high < 0


def test_the_guide_says_what_the_numbers_say(made_up: Record) -> None:
    right, lose, believe, kinds, everywhere, time, follows = guide(made_up)
    assert (
        "`ibcc` has the largest mean accuracy, 86.00 %: +4.50 points more than the votes" in right
    )
    assert "`vote-share` cannot be told from it; `dawid-skene` is behind it." in right
    assert "`dawid-skene` -10.00 (a), `ibcc` -13.00 (d)" in lose
    assert "Least log loss: `ibcc` 0.500" in believe
    assert "largest: `dawid-skene` 2.000" in believe
    assert "lowers the log loss of 2 of 3 methods" in believe
    assert "with two classes (2 sets) `ibcc` 90.50 %" in kinds
    assert "4 classes or more (2 sets) `vote-share` 82.50 %, `ibcc` 81.50 %" in kinds
    assert "The votes are not beaten on d. Most accurate, alone or with others, of 4" in everywhere
    assert "`ibcc` on 3, `vote-share` on 1" in everywhere
    assert "`vote-share` 0.1, `dawid-skene` 1.00, `ibcc` 2.00" in time
    assert "`ibcc` has the least log loss; `vote-share` has the least to lose" in follows


def test_what_is_missing_is_said(made_up: Record) -> None:
    made_up.ours["c"]["ibcc"] = Outcome(failure="out of memory")
    made_up.peers["a"]["vote-share"] = outcome(0.79, 0.9, 0.1)
    page = page_of(made_up)
    assert "Left out, for want of a result on some set: `ibcc` on c (out of memory)." in page
    assert "crowd-kit was not installed" in page
    assert "Left out: the set D_Product is not there." in page
    for name in "bcd":
        made_up.peers[name]["vote-share"] = Outcome(failure="KeyError: 3")
    page = page_of(made_up)
    assert "| `vote-share` | MajorityVote | 80.00 / 79.00 | 81.00 / — | 82.00 / — |" in page
    assert "Without a result in crowd-kit: `vote-share` on b, c, d (KeyError: 3)." in page


def test_crowd_kits_tables_are_put_in_our_order(folder: Path) -> None:
    one = next(known_sets(folder))
    order = np.random.default_rng(1).permutation(60)
    probas = pd.DataFrame({1: np.arange(60.0), 0: -np.arange(60.0)}).loc[order]
    found = crowd_kit.aligned(probas, None, one)
    np.testing.assert_array_equal(found, np.column_stack((-np.arange(60.0), np.arange(60.0))))
    labels = pd.Series(np.arange(60) % 2, index=np.arange(60)).loc[order]
    np.testing.assert_array_equal(
        crowd_kit.aligned(None, labels, one).argmax(axis=1), np.arange(60) % 2
    )


def test_crowd_kits_majority_is_ours(folder: Path) -> None:
    pytest.importorskip("crowdkit", reason="needs the bench extra")
    one = next(known_sets(folder))
    expected = METHODS["vote-share"](one.votes).posterior
    np.testing.assert_allclose(crowd_kit.posterior_of("vote-share", one), expected, atol=1e-12)


def test_a_fit_that_takes_long_is_given_up() -> None:
    def forever() -> None:
        while True:
            pass

    with pytest.raises(TimeoutError, match="more than 1 s"), crowd_kit.at_most(1):
        forever()


def test_the_command_writes_record_and_page(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = PAGE.read_bytes()
    monkeypatch.setenv("REASSESS_DATASETS", str(folder))
    monkeypatch.setattr(sys, "argv", ["benchmarks", "methods", "--out", str(tmp_path)])
    command.main()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["methods.json", "methods.md"]
    assert "| `ibcc` |" in (tmp_path / "methods.md").read_text()
    assert PAGE.read_bytes() == before


def rows_under(title: str) -> dict[str, list[str]]:
    """The rows of the page's table under a heading, by method."""
    part = PAGE.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines()]
    return {row[0].strip("`"): row[1:] for row in cells if row}


def test_the_page_names_no_method_that_is_not_there() -> None:
    assert rows_under("The methods").keys() - {"method", "---"} <= METHODS.keys()


@pytest.mark.skipif("REASSESS_DATASETS" not in os.environ, reason="set REASSESS_DATASETS")
@pytest.mark.parametrize("name", ["vote-share", "one-coin-bayes", "ibcc"])
def test_the_pages_numbers_are_those_of_the_sets(name: str) -> None:
    accuracy, loss = rows_under("Accuracy, %"), rows_under("Log loss, nats an item")
    every: dict[str, KnownSet] = {
        one.name: one for one in known_sets(Path(os.environ["REASSESS_DATASETS"]))
    }
    for place, title in enumerate(accuracy["method"]):
        if title not in every or every[title].votes.n_votes > 10_000:
            continue
        measures = record.outcome(every[title], METHODS[name]).measures
        assert accuracy[name][place] == f"{100 * measures['accuracy']:.2f}"
        assert loss[name][place] == f"{measures['log_loss']:.3f}"
