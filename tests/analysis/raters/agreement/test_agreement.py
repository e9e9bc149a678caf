from __future__ import annotations

import math
from dataclasses import replace
from itertools import permutations
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

from aggregation import Votes
from analysis import AnalysisError, Release, agreement, agreement_of_two, cohen_kappa, scott_pi
from analysis.raters.agreement.coefficients import Scale, agreement_weights
from analysis.raters.agreement.kinds import kinds_of_items

SCALES: tuple[Scale, ...] = ("nominal", "ordinal", "interval")
# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: 4 observers, 12 units.
KRIPPENDORFF = """
1 2 3 3 2 1 4 1 2 * * *
1 2 3 3 2 2 4 1 2 5 * 3
* 3 3 3 2 3 4 2 2 5 1 *
1 2 3 3 2 4 4 1 2 5 1 *
"""
# Fleiss (1971), Measuring nominal scale agreement among many raters, table 1: psychiatric diagnoses
# of 30 patients by 6 raters each.
FLEISS = """
0 0 0 6 0; 0 3 0 0 3; 0 1 4 0 1; 0 0 0 0 6; 0 3 0 3 0; 2 0 4 0 0; 0 0 4 0 2; 2 0 3 1 0; 2 0 0 4 0
0 0 0 0 6; 1 0 0 5 0; 1 1 0 4 0; 0 3 3 0 0; 1 0 0 5 0; 0 2 0 3 1; 0 0 5 0 1; 3 0 0 1 2; 5 1 0 0 0
0 2 0 4 0; 1 0 2 0 3; 0 0 0 0 6; 0 1 0 5 0; 0 2 0 1 3; 2 0 0 4 0; 1 0 0 4 1; 0 5 0 1 0; 4 0 0 0 2
0 2 0 4 0; 1 0 5 0 0; 0 0 0 0 6
"""
# Cohen (1960), A coefficient of agreement for nominal scales, table 1, in per cent.
COHEN = [[25, 13, 12], [12, 2, 16], [3, 15, 2]]
# Gwet's irrCAC, vignette "overview": cont3x3abstractors, with the values that it prints.
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]


def votes_of_table(text: str) -> Votes:
    """Read a table of raters by items, one rater a line, * where there is no answer."""
    rows = [line.split() for line in text.split("\n") if line]
    cells = [
        (item, rater, int(cell) - 1)
        for rater, row in enumerate(rows)
        for item, cell in enumerate(row)
        if cell != "*"
    ]
    return Votes.from_triples(*zip(*cells, strict=True))


def votes_of_counts(counts: NDArray[Any]) -> Votes:
    """Make up raters for counts of answers by item."""
    cells = [
        (item, answer)
        for item, row in enumerate(counts.tolist())
        for answer, count in enumerate(row)
        for _ in range(count)
    ]
    items, answers = map(list, zip(*cells, strict=True))
    raters = [items[:place].count(item) for place, item in enumerate(items)]
    return Votes.from_triples(items, raters, answers, n_answers=counts.shape[1])


def values(votes: Votes, scale: Scale = "nominal") -> dict[str, float]:
    found = agreement(votes, scale=scale, replicates=1)
    names = ("percent", "fleiss_kappa", "krippendorff_alpha", "gwet_ac")
    return {name: getattr(found, name).value for name in names}


@pytest.mark.parametrize(
    ("scale", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_krippendorff_2011(scale: Scale, alpha: float) -> None:
    found = values(votes_of_table(KRIPPENDORFF), scale)["krippendorff_alpha"]
    assert found == pytest.approx(alpha, abs=5e-4)


def test_gwet_with_missing_answers() -> None:
    # Gwet's irrCAC on the same data (cac.raw4raters), vignette "overview".
    found = values(votes_of_table(KRIPPENDORFF))
    assert found["percent"] == pytest.approx(0.8181818, abs=5e-8)
    assert found["gwet_ac"] == pytest.approx(0.77544, abs=5e-6)
    assert found["fleiss_kappa"] == pytest.approx(0.76117, abs=5e-6)


def test_fleiss_1971() -> None:
    rows = FLEISS.replace("\n", ";").split(";")
    counts = np.array([row.split() for row in rows if row.strip()], dtype=np.int64)
    assert counts.shape == (30, 5)
    found = values(votes_of_counts(counts))
    assert found["fleiss_kappa"] == pytest.approx(0.430, abs=5e-4)
    assert found["fleiss_kappa"] == pytest.approx(inter_rater.fleiss_kappa(counts), rel=1e-12)


def test_cohen_1960() -> None:
    assert cohen_kappa(COHEN) == pytest.approx(-0.06 / 0.65, rel=1e-12)


def test_gwet_two_raters() -> None:
    two = agreement_of_two(ABSTRACTORS, replicates=1)
    assert two.percent.value == pytest.approx(0.89)
    assert two.cohen_kappa.value == pytest.approx(0.7964094, abs=5e-8)
    assert two.scott_pi.value == pytest.approx(0.7962397, abs=5e-8)
    assert two.gwet_ac.value == pytest.approx(0.8493305, abs=5e-8)


def test_gwet_paradox() -> None:
    # Gwet (2002), Kappa statistic is not satisfactory, table 3: kappa below 0, AC1 0.94.
    two = agreement_of_two([[118, 5], [2, 0]], replicates=1)
    assert two.cohen_kappa.value == pytest.approx(-0.0234, abs=5e-5)
    assert two.gwet_ac.value == pytest.approx(0.9408, abs=5e-5)


@pytest.mark.parametrize(
    ("scale", "middle"), [("nominal", 0.0), ("ordinal", 2 / 3), ("interval", 0.75)]
)
def test_weights(scale: Scale, middle: float) -> None:
    # Gwet's irrCAC, vignette "weighting": identity, ordinal and quadratic weights of 3 answers.
    expected = [[1, middle, 0], [middle, 1, middle], [0, middle, 1]]
    np.testing.assert_allclose(agreement_weights(3, scale), expected, rtol=1e-15)


tables = st.lists(
    st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=3, max_size=3
).filter(lambda rows: sum(map(sum, rows)) > 0)


@given(tables)
def test_kappa_against_peers(rows: list[list[int]]) -> None:
    table = np.array(rows)
    one, other = np.nonzero(table)
    one, other = (np.repeat(codes, table[one, other]) for codes in (one, other))
    if len(set(one.tolist()) | set(other.tolist())) == 1:
        assert math.isnan(cohen_kappa(table))
        return
    quadratic = cohen_kappa_score(one, other, labels=[0, 1, 2], weights="quadratic")
    assert cohen_kappa(table) == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)
    assert cohen_kappa(table, scale="interval") == pytest.approx(quadratic, abs=1e-12)
    peer = inter_rater.cohens_kappa(table, return_results=False)
    assert cohen_kappa(table) == pytest.approx(peer, abs=1e-12)


ragged = st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=1, max_size=12).map(
    np.array
)


def pairs_by_loop(counts: NDArray[Any], scale: Scale) -> dict[str, float]:
    """Compute percent, Fleiss's kappa and Gwet's AC from every two votes, one by one."""
    n_answers = counts.shape[1]
    steps = n_answers * (n_answers - 1) / 2

    def near(k: int, m: int) -> float:
        apart = abs(k - m)
        if scale == "nominal":
            return float(k == m)
        if scale == "interval":
            return float(1 - (apart / (n_answers - 1)) ** 2)
        return float(1 - math.comb(apart + 1, 2) / steps)

    per_item = []
    shares = np.zeros(n_answers)
    rated = [np.repeat(np.arange(n_answers), row).tolist() for row in counts if row.sum()]
    for votes in rated:
        shares += np.bincount(votes, minlength=n_answers) / len(votes) / len(rated)
        if len(votes) > 1:
            two = [near(a, b) for a, b in permutations(votes, 2)]
            per_item.append(sum(two) / len(two))
    percent = sum(per_item) / len(per_item)
    everything = [(k, m) for k in range(n_answers) for m in range(n_answers)]
    chance = sum(near(k, m) * shares[k] * shares[m] for k, m in everything)
    total = sum(near(k, m) for k, m in everything)
    gwet = total * sum(p * (1 - p) for p in shares) / n_answers / (n_answers - 1)

    def beyond(expected: float) -> float:
        return (percent - expected) / (1 - expected) if 1 - expected > 1e-12 else math.nan

    return {"percent": percent, "fleiss_kappa": beyond(chance), "gwet_ac": beyond(gwet)}


@pytest.mark.parametrize("scale", SCALES)
@given(counts=ragged)
def test_ragged_counts_one_by_one(scale: Scale, counts: NDArray[Any]) -> None:
    if counts.sum(axis=1).max() < 2:
        return
    found = values(votes_of_counts(counts), scale)
    for name, expected in pairs_by_loop(counts, scale).items():
        assert found[name] == pytest.approx(expected, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("scale", SCALES)
@given(counts=ragged)
def test_alpha_against_peer(scale: Scale, counts: NDArray[Any]) -> None:
    if counts.sum(axis=1).max() < 2 or (counts.sum(axis=0) > 0).sum() < 2:
        return
    pairable = counts[counts.sum(axis=1) > 1]
    found = values(votes_of_counts(counts), scale)["krippendorff_alpha"]
    if (pairable.sum(axis=0) > 0).sum() < 2:
        assert math.isnan(found)
        return
    peer = krippendorff.alpha(
        value_counts=pairable, value_domain=np.arange(4), level_of_measurement=scale
    )
    assert found == pytest.approx(peer, abs=1e-10)


def random_votes(seed: int) -> Votes:
    rng = np.random.default_rng(seed)
    tensor = np.eye(3, dtype=np.int64)[rng.integers(3, size=(6, 40))]
    tensor[rng.random((6, 40)) < 0.4] = 0
    return Votes.from_tensor(tensor)


@pytest.mark.parametrize("scale", SCALES)
def test_names_do_not_matter(scale: Scale) -> None:
    votes = random_votes(3)
    rng = np.random.default_rng(4)
    moved = Votes.from_triples(
        rng.permutation(votes.n_items)[votes.items],
        rng.permutation(votes.n_raters)[votes.raters],
        votes.answers,
    )
    found, expected = (agreement(of, scale=scale) for of in (moved, votes))
    assert replace(found, items_and_raters={}) == replace(expected, items_and_raters={})
    for name, part in expected.items_and_raters.items():
        assert found.items_and_raters[name] == pytest.approx(part, rel=1e-9)


@pytest.mark.parametrize("scale", SCALES)
def test_scales_may_be_read_backwards(scale: Scale) -> None:
    votes = random_votes(5)
    turned = Votes.from_triples(votes.items, votes.raters, 2 - votes.answers)
    assert values(turned, scale) == pytest.approx(values(votes, scale), rel=1e-12)


def test_intervals_are_those_of_drawn_items() -> None:
    votes = random_votes(6)
    found = agreement(votes, replicates=4000, seed=1)
    rng = np.random.default_rng(2)
    drawn = [
        values(votes.select(rng.integers(votes.n_items, size=votes.n_items))) for _ in range(2000)
    ]
    for name in ("percent", "krippendorff_alpha", "gwet_ac"):
        expected = np.quantile([row[name] for row in drawn], (0.025, 0.975))
        coefficient = getattr(found, name)
        np.testing.assert_allclose((coefficient.low, coefficient.high), expected, atol=0.02)
        assert coefficient.low < coefficient.value < coefficient.high


def test_one_answer_is_no_agreement_beyond_chance() -> None:
    votes = Votes.from_triples([0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1])
    found = values(votes)
    assert found.pop("percent") == 1
    assert found.pop("gwet_ac") == 1
    assert all(map(math.isnan, found.values()))


def test_scott_is_fleiss_of_two() -> None:
    counts = np.array([[2, 0, 0]] * 5 + [[1, 1, 0]] * 2 + [[0, 1, 1]] + [[0, 0, 2]] * 3)
    table = [[5, 1, 0], [1, 0, 1], [0, 0, 3]]
    for scale in SCALES:
        assert scott_pi(table, scale=scale) == pytest.approx(
            values(votes_of_counts(counts), scale)["fleiss_kappa"], rel=1e-12
        )


def test_refuses_what_it_cannot_use() -> None:
    votes = Votes.from_triples([0, 1], [0, 1], [0, 1])
    with pytest.raises(AnalysisError, match="no item has two votes"):
        agreement(votes)
    with pytest.raises(AnalysisError, match="scale 'ratio' is not one of nominal, ordinal"):
        agreement(votes, scale="ratio")  # type: ignore[arg-type]
    with pytest.raises(AnalysisError, match="replicates=0"):
        agreement(votes, replicates=0)
    with pytest.raises(AnalysisError, match=r"shape \(1, 2\)"):
        cohen_kappa([[1, 2]])
    with pytest.raises(AnalysisError, match=r"with -1 items in a cell"):
        cohen_kappa([[1, 0], [-1, 2]])
    with pytest.raises(AnalysisError, match="nothing to agree on"):
        scott_pi([[0, 0], [0, 0]])


@pytest.mark.release
@pytest.mark.parametrize("scale", ["nominal", "ordinal"])
def test_release(release: Release, scale: Scale) -> None:
    votes = release.votes
    kinds = kinds_of_items(votes)
    assert len(kinds.items) == 21
    found = agreement(votes, scale=scale)
    counts = np.repeat(kinds.counts, kinds.items, axis=0)
    peer = krippendorff.alpha(value_counts=counts, level_of_measurement=scale)
    assert found.krippendorff_alpha.value == pytest.approx(peer, rel=1e-9)
    assert (found.n_items, found.n_votes) == (184_962, 924_810)
    if scale == "nominal":
        assert found.fleiss_kappa.value == pytest.approx(inter_rater.fleiss_kappa(counts))
