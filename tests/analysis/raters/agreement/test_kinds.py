"""A rater's repetitions, answers that are numbers, and what is said where nothing is defined."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from itertools import combinations, permutations
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import Votes
from analysis import AnalysisError, agreement, report_on_votes
from analysis.raters.agreement.coefficients import Scale
from analysis.raters.agreement.kinds import count_repeats, has_pairs, kinds_of_items
from analysis.raters.tables import report_numbers
from tests.conftest import folder_or_skip

SCALES: tuple[Scale, ...] = ("nominal", "ordinal", "interval")
WORDS = {"low": 0, "medium": 1, "high": 2}
# Items by their three raters' answers.
THREE = ["llm", "mmm", "hhh", "llm", "hmh", "hhh", "lll", "hmm", "hhh", "lml", "mmm", "hhh"]
DUPS = {"i1": "yny", "i2": "nyy", "i3": "yyn", "i4": "yny"}
INTERVAL = [(0, 0), (1, 0), (1, 1), (100, 100), (100, 100), (0, 1)]


def votes_of_rows(rows: list[str], names: dict[str, str]) -> Votes:
    cells = [(i, r, names[a]) for i, row in enumerate(rows) for r, a in enumerate(row)]
    return Votes.from_triples(*zip(*cells, strict=True))


def alpha(votes: Votes, scale: Scale = "nominal") -> float:
    return agreement(votes, scale=scale, replicates=1).krippendorff_alpha.value


def case(name: str) -> Path:
    return folder_or_skip("REASSESS_CASES", "votes as people have them") / "votes" / name


def test_an_interval_scale_takes_the_numbers() -> None:
    items, raters = np.indices((6, 2))
    names = np.array(INTERVAL)
    votes = Votes.from_triples(items.ravel(), raters.ravel(), names.ravel().tolist())
    peer = krippendorff.alpha(reliability_data=names.T, level_of_measurement="interval")
    assert alpha(votes, "interval") == pytest.approx(peer, rel=1e-12)
    assert alpha(votes, "interval") == pytest.approx(0.99993, abs=5e-6)
    text = Votes.from_triples(items.ravel(), raters.ravel(), [str(x) for x in names.ravel()])
    assert alpha(text, "interval") == pytest.approx(peer, rel=1e-12)


def test_an_interval_scale_weights_by_the_numbers() -> None:
    """Agreement of two votes is 1 less their squared distance over the largest."""
    votes = Votes.from_triples([0, 0, 1, 1, 2, 2], [0, 1] * 3, [0, 1, 4, 4, 1, 4])
    found = agreement(votes, scale="interval", replicates=1)
    assert found.percent.value == pytest.approx(np.mean([1 - 1 / 16, 1, 1 - 9 / 16]))
    with pytest.raises(AnalysisError, match="answer 'high' is no number"):
        agreement(votes_of_rows(["lh"], {"l": "low", "h": "high"}), scale="interval")


def test_an_ordinal_result_names_its_order() -> None:
    numbers = votes_of_rows(THREE, {"l": "1", "m": "2", "h": "3"})
    found = agreement(numbers, scale="ordinal", replicates=1)
    assert found.krippendorff_alpha.value == pytest.approx(0.801, abs=5e-4)
    assert not found.alphabetical
    table = [[WORDS[{"l": "low", "m": "medium", "h": "high"}[a]] for a in row] for row in THREE]
    peer = krippendorff.alpha(
        reliability_data=np.array(table).T, value_domain=[0, 1, 2], level_of_measurement="ordinal"
    )
    assert found.krippendorff_alpha.value == pytest.approx(peer, rel=1e-12)
    words = votes_of_rows(THREE, {"l": "low", "m": "medium", "h": "high"})
    found = agreement(words, scale="ordinal", replicates=1)
    assert found.answers == ("high", "low", "medium")
    assert found.alphabetical


def test_a_repetition_is_no_second_rater() -> None:
    rows = list(DUPS.values())
    once = votes_of_rows(rows, {"y": "1", "n": "0"})
    named = [once.answer_names[answer] for answer in once.answers]
    twice = Votes.from_triples(np.tile(once.items, 2), np.tile(once.raters, 2), named * 2)
    assert count_repeats(twice) == 12
    peer = krippendorff.alpha(
        reliability_data=(np.array([[a == "y" for a in row] for row in rows]) * 1).T,
        level_of_measurement="nominal",
    )
    assert alpha(once) == pytest.approx(-0.375)
    assert alpha(once) == pytest.approx(peer)
    for scale in SCALES:
        one, other = (agreement(votes, scale=scale) for votes in (once, twice))
        assert (other.n_votes, other.n_repeats, one.n_repeats) == (24, 12, 0)
        for name in ("percent", "fleiss_kappa", "krippendorff_alpha", "gwet_ac"):
            np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12)


def by_loop(cells: list[tuple[int, int, int]], scale: Scale) -> dict[str, float]:
    """Alpha and percent from every two raters of an item, with one of each one's votes drawn."""
    held: dict[tuple[int, int], list[int]] = defaultdict(list)
    for item, rater, answer in cells:
        held[item, rater].append(answer)
    raters_of: dict[int, list[list[int]]] = defaultdict(list)
    for (item, _), answers in held.items():
        raters_of[item].append(answers)
    several = [of for of in raters_of.values() if len(of) > 1]
    values = [answers for of in several for answers in of]
    totals = sum((np.bincount(a, minlength=3) / len(a) for a in values), np.zeros(3))

    def apart(k: int, m: int) -> float:
        if scale == "nominal":
            return float(k != m)
        if scale == "interval":
            return float((k - m) ** 2)
        low, high = sorted((k, m))
        return float((totals[low : high + 1].sum() - (totals[low] + totals[high]) / 2) ** 2)

    def mean_apart(one: list[int], other: list[int]) -> float:
        return float(np.mean([apart(k, m) for k in one for m in other]))

    observed = sum(
        mean_apart(one, other) / (len(of) - 1)
        for of in several
        for one, other in permutations(of, 2)
    )
    expected = sum(2 * mean_apart(one, other) for one, other in combinations(values, 2))
    same = [
        np.mean(
            [np.mean([k == m for k in one for m in other]) for one, other in combinations(of, 2)]
        )
        for of in several
    ]
    found = 1 - (len(values) - 1) * observed / expected if expected > 0 else math.nan
    return {"krippendorff_alpha": found, "percent": float(np.mean(same))}


@pytest.mark.parametrize("scale", SCALES)
@given(
    cells=st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 2)), min_size=2, max_size=30
    )
)
def test_repetitions_one_by_one(scale: Scale, cells: list[tuple[int, int, int]]) -> None:
    votes = Votes.from_triples(*zip(*cells, strict=True), n_answers=3)
    if not has_pairs(votes):
        with pytest.raises(AnalysisError, match="two votes of different raters"):
            agreement(votes, scale=scale)
        return
    found = agreement(votes, scale=scale, replicates=1)
    expected = by_loop(cells, scale)
    assert found.krippendorff_alpha.value == pytest.approx(
        expected["krippendorff_alpha"], abs=1e-9, nan_ok=True
    )
    if scale == "nominal":
        assert found.percent.value == pytest.approx(expected["percent"], abs=1e-12)


def test_repetitions_do_not_make_pairs_of_raters_larger() -> None:
    rng = np.random.default_rng(1)
    items, raters = np.repeat(np.arange(50), 3), np.tile(np.arange(3), 50)
    answers = rng.integers(2, size=150)
    once = report_on_votes(Votes.from_triples(items, raters, answers))
    twice = report_on_votes(
        Votes.from_triples(np.tile(items, 2), np.tile(raters, 2), np.tile(answers, 2))
    )
    np.testing.assert_array_equal(once.pairs.tables, twice.pairs.tables)


def test_items_alike_are_counted_once() -> None:
    votes = Votes.from_triples([0, 0, 1, 1, 2, 2, 3], [0, 1] * 3 + [0], [0, 1, 1, 0, 1, 1, 1])
    kinds = kinds_of_items(votes)
    found = dict(zip(map(tuple, kinds.counts.tolist()), kinds.items.tolist(), strict=True))
    assert found == {(1, 1): 2, (0, 2): 1, (0, 1): 1}


def test_rows_too_large_for_one_number() -> None:
    # 40 answers with up to 100 votes each would be a number of 80 digits
    counts = np.random.default_rng(0).integers(100, size=(3, 40))
    cells = [
        (item, answer)
        for item, row in enumerate(counts[[0, 1, 1, 2]].tolist())
        for answer, count in enumerate(row)
        for _ in range(count)
    ]
    items, answers = zip(*cells, strict=True)
    raters = range(len(cells))
    kinds = kinds_of_items(Votes.from_triples(items, raters, answers, n_answers=40))
    assert sorted(kinds.items.tolist()) == [1, 1, 2]
    assert {tuple(row) for row in kinds.counts.tolist()} == set(map(tuple, counts.tolist()))


def test_one_answer_is_valid_json() -> None:
    items, raters = np.indices((4, 3))
    votes = Votes.from_triples(items.ravel(), raters.ravel(), ["x"] * 12)
    report = report_on_votes(votes)
    numbers = json.loads(json.dumps(report_numbers(report), allow_nan=False))
    assert numbers["agreement"]["krippendorff_alpha"] == [None, None, None]
    assert numbers["agreement"]["percent"] == [1, 1, 1]
    assert {verdict.words for verdict in report.quality.verdicts} == {"not judged"}


def test_cases() -> None:
    assert alpha(Votes.read(case("interval3.csv")), "interval") == pytest.approx(0.99993, abs=5e-6)
    words = Votes.read(case("words.csv"), answer_names=["low", "medium", "high"])
    assert alpha(words, "ordinal") == pytest.approx(0.801, abs=5e-4)
    likert = Votes.read(case("likert_float1.csv"), answer_names=["1.0", "2.0", "10.0"])
    assert alpha(likert, "ordinal") == pytest.approx(0.801, abs=5e-4)
    for name in ("dups.csv", "dedup.csv"):
        assert alpha(Votes.read(case(name))) == pytest.approx(-0.375)
