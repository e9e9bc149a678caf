from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aggregation import Votes
from analysis import AnalysisError, Release, make_labels, published_scores, without_raters
from analysis.release.release import Golden
from analysis.scores.golden_curves import golden_curve
from analysis.scores.methods.without_raters import drop_raters, rater_codes, without_raters_csv

from ....support.commands import Command, refused


def answered(votes: Votes, golden: Votes, fewest: int = 1) -> list[int]:
    """Raters with golden answers, those with the most votes first."""
    has = np.flatnonzero(golden.votes_per_rater() >= fewest)
    order = np.argsort(-votes.votes_per_rater()[has], kind="stable")
    return [int(rater) for rater in has[order]]


def without_by_tensor(votes: Votes, gone: list[int]) -> Votes:
    """Make votes anew without some raters, whose rows are not even there."""
    stay = [rater for rater in range(votes.n_raters) if rater not in gone]
    return Votes.from_tensor(
        votes.to_tensor()[stay], rater_names=[votes.rater_names[rater] for rater in stay]
    )


def test_scores_are_those_of_a_release_that_never_had_them(simulated: Release) -> None:
    gone = answered(simulated.votes, simulated.golden.raters)[:2]
    golden = simulated.golden
    other = replace(
        simulated,
        votes=without_by_tensor(simulated.votes, gone),
        golden=Golden(golden.questions, golden.experts, without_by_tensor(golden.raters, gone)),
    )
    names = [simulated.votes.rater_names[rater] for rater in gone]
    found = without_raters(simulated, names, replicates=20)
    np.testing.assert_allclose(found.scores, published_scores(other), rtol=1e-12)
    assert found.label_sets == make_labels(other, scores=found.scores)
    assert found.votes == simulated.votes.n_votes - other.votes.n_votes
    assert found.golden_answers == golden.raters.n_votes - other.golden.raters.n_votes
    curve = golden_curve(simulated, scores=found.scores)
    assert found.after.curve.average_precision == curve.average_precision
    gap = curve.average_precision - golden_curve(simulated).average_precision
    assert found.difference.value == pytest.approx(gap)
    assert found.difference.low <= found.difference.value <= found.difference.high


def test_a_rater_without_any_answers_changes_nothing(simulated: Release) -> None:
    gone = answered(simulated.votes, simulated.golden.raters)[:1]
    silent = drop_raters(simulated, gone)
    found = without_raters(silent, [silent.votes.rater_names[gone[0]]], replicates=20)
    assert found.votes == found.golden_answers == 0
    assert found.moved == 0
    assert found.difference.value == found.em_difference.value == 0
    assert found.labels.identical


def test_questions_without_votes_have_the_prior(simulated: Release) -> None:
    votes = simulated.votes
    raters = votes.raters[votes.starts[0] : votes.starts[1]]
    found = without_raters(
        simulated, [votes.rater_names[rater] for rater in raters], replicates=20, threshold=0.5
    )
    assert found.unanswered > 0
    assert found.threshold == 0.5
    left = drop_raters(simulated, raters.tolist())
    empty = np.diff(left.votes.starts) == 0
    assert empty[0]
    assert found.unanswered == np.count_nonzero(empty)
    other = empty & (simulated.questions.labels >= 398)  # no original label has a say
    assert np.allclose(found.scores[other], simulated.golden.fits().mean())


def test_ids_may_be_text(simulated: Release) -> None:
    votes = simulated.votes
    last, first = votes.rater_names[-1], votes.rater_names[0]
    expected = [0, votes.n_raters - 1]
    assert rater_codes(votes, [last, first, last]) == expected
    assert rater_codes(votes, [f" {last}", str(first)]) == expected


def test_unusable(simulated: Release) -> None:
    votes = simulated.votes
    with pytest.raises(AnalysisError, match="rater nobody is none of the 25 raters"):
        without_raters(simulated, ["nobody"])
    with pytest.raises(AnalysisError, match="0 of 25 raters to leave out"):
        without_raters(simulated, [])
    with pytest.raises(AnalysisError, match="25 of 25 raters"):
        without_raters(simulated, votes.rater_names)
    with pytest.raises(AnalysisError, match="threshold 2 is not"):
        without_raters(simulated, [votes.rater_names[0]], threshold=2)
    known = answered(votes, simulated.golden.raters)
    with pytest.raises(AnalysisError, match="no rater with golden answers is left"):
        without_raters(simulated, [votes.rater_names[rater] for rater in known])


def test_command(reassess: Command, simulated: Release, simulated_dir: Path) -> None:
    gone = answered(simulated.votes, simulated.golden.raters)[:2]
    names = [simulated.votes.rater_names[rater] for rater in gone]
    named = ",".join(map(str, names))
    ended = reassess("raters", "--without", named, "--out", "less", "--data", simulated_dir)
    assert ended.status == 0
    found = without_raters(simulated, names)
    assert ended.out == without_raters_csv(found) == Path("less/without.csv").read_text()
    assert json.loads(Path("less/without_labels.json").read_text()) == found.label_sets
    assert f"without 2 raters ({found.votes:,} votes" in ended.err
    assert sorted(path.name for path in Path("less").iterdir()) == [
        "without.csv",
        "without.pdf",
        "without.png",
        "without_labels.csv",
        "without_labels.json",
    ]
    rows = {row["measure"]: row for row in csv.DictReader(io.StringIO(ended.out))}
    labels = rows["labels"]
    assert int(labels["after"]) - int(labels["before"]) == int(labels["difference"])
    added, dropped = (int(rows[f"labels {what}"]["after"]) for what in ("added", "dropped"))
    assert added - dropped == int(labels["difference"])


def test_command_refuses(reassess: Command, simulated_dir: Path) -> None:
    refused(reassess("raters", "--without", "x", "--data", simulated_dir), "rater x is none")
    refused(reassess("raters", "--without", "1", "--votes", "v.csv"), "--without goes with")


@pytest.mark.release
def test_release_without_the_one_who_says_yes(release: Release) -> None:
    found = without_raters(release, [145], replicates=50)
    assert found.votes == 1952
    assert found.golden_answers == 1135
    assert found.before.average_precision.value == pytest.approx(0.8932425341, abs=1e-10)
    assert len(found.labels.added) == 71
    assert len(found.labels.dropped) == 0
