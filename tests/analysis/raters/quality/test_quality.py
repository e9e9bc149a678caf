from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chi2

from aggregation import Votes, expected_counts, fit_dawid_skene, simulate_votes, standard_errors
from analysis import AnalysisError, Release, golden_difference, rater_quality
from analysis.raters.golden.difference import (
    common_difference,
    covariance_of_both,
    em_counts,
    em_covariance,
    golden_covariance,
    job_votes,
    wald_p,
)
from analysis.raters.quality.measures import (
    answer_shares,
    bits_per_answer,
    expected_cost,
)
from analysis.raters.quality.quality import quality_columns

from ....support.rater_jobs import PRIOR, good_rates, job


def planted(seed: int) -> NDArray[np.float64]:
    """Twelve good raters; then 12 guesses, 13 says the last, 14 is inverted, 15 strict."""
    rates = good_rates(16, rng=np.random.default_rng(seed))
    rates[12] = [0.5, 0.2, 0.3]
    rates[13] = [0.02, 0.02, 0.96]
    rates[14] = np.full((3, 3), 0.1) + 0.7 * np.eye(3)[::-1]
    rates[15] = [[0.98, 0.01, 0.01], [0.7, 0.29, 0.01], [0.55, 0.25, 0.2]]
    return rates


@pytest.mark.parametrize("seed", range(4))
def test_planted_raters_are_found(seed: int) -> None:
    votes = job(planted(seed), seed=seed, n_items=3000, votes_per_item=6)
    quality = rater_quality(fit_dawid_skene(votes, pseudo_count=0.1), scale="ordinal")
    words = [verdict.words for verdict in quality.verdicts]
    assert words[12:] == ["guesses", "always says 2", "inverted", "strict"]
    assert not {"guesses", "inverted", "always says 2", "weak"} & set(words[:12])
    assert quality.bits.value[12:14].max() < 0.02
    assert quality.spammer_score[12:14].max() < 0.01
    np.testing.assert_allclose(quality.cost[12:14], quality.prior_cost, atol=0.01)


def test_none_found_where_none_was_planted() -> None:
    # 30 jobs of 12 alike raters: with 95 % intervals and the least leaning, under 1 % of verdicts.
    rates = np.tile(0.7 * np.eye(3) + 0.1, (12, 1, 1))
    words: list[str] = []
    for seed in range(30):
        fit = fit_dawid_skene(job(rates, seed=seed), pseudo_count=0.1)
        quality = rater_quality(fit, scale="ordinal", draws=200)
        words += [verdict.words for verdict in quality.verdicts]
    assert len(words) == 360
    assert sum(word != "reliable" for word in words) <= 3


def test_leaning_on_a_nominal_scale() -> None:
    rates = good_rates(10, rng=np.random.default_rng(9))
    rates[9] = [[0.5, 0.0, 0.5], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]]
    fit = fit_dawid_skene(job(rates, seed=9, n_items=2000), pseudo_count=0.1)
    quality = rater_quality(fit)
    assert quality.verdicts[9].words == "leans to 2"
    assert np.isnan(quality.leaning.value).all()


def test_few_votes_are_judged_with_all_raters() -> None:
    # The first rater says the same of 9 items as the others do, and there are four of them only.
    items, others = np.arange(60).repeat(4), np.tile(np.arange(1, 5), 60)
    votes = Votes.from_triples(
        np.append(np.arange(9), items),
        np.append(np.zeros(9, dtype=int), others),
        np.append(np.arange(9) % 2, items % 2),
    )
    quality = rater_quality(fit_dawid_skene(votes, pseudo_count=0.1))
    assert quality.verdicts[0].words == "probably reliable"
    assert quality.verdicts[0].evidence.startswith("9 votes; given all raters, reliable with 0.9")
    assert {verdict.words for verdict in quality.verdicts[1:]} == {"reliable"}


def test_many_error_rates_from_few_votes_are_no_verdict() -> None:
    """A guesser seems to tell something where 100 error rates are estimated from 170 votes."""
    right = np.linspace(0.19, 0.91, 12)
    rates = np.stack([np.where(np.eye(10) > 0, p, (1 - p) / 9) for p in right])
    votes = simulate_votes(
        rates, class_prior=np.full(10, 0.1), n_items=400, votes_per_item=5, seed=2
    ).votes
    verdicts = rater_quality(fit_dawid_skene(votes, pseudo_count=0.1)).verdicts
    assert verdicts[0].words in ("probably weak", "too few answers")
    assert "votes; given all raters, reliable with 0." in verdicts[0].evidence
    assert verdicts[-1].words == "reliable"


def test_intervals_cover() -> None:
    inside = 0
    for seed in range(10):
        rates = good_rates(20, rng=np.random.default_rng(seed))
        truth = bits_per_answer(rates, class_prior=PRIOR)
        drawn = simulate_votes(
            rates, class_prior=PRIOR, n_items=1200, votes_per_item=8, seed=100 + seed
        )
        fit = fit_dawid_skene(drawn.votes, truth=drawn.truth, n_classes=3)
        bits = rater_quality(fit).bits
        inside += int(((bits.low <= truth) & (truth <= bits.high)).sum())
    assert inside >= 182  # of 200, of which 190 should be


def test_renaming_raters_renames_verdicts() -> None:
    votes = job(planted(0), seed=0, n_items=1500)
    order = np.random.default_rng(11).permutation(16)
    renamed = Votes.from_triples(votes.items, order[votes.raters], votes.answers)
    fits = [fit_dawid_skene(of, pseudo_count=0.1) for of in (votes, renamed)]
    one, other = (rater_quality(fit, scale="ordinal") for fit in fits)
    np.testing.assert_allclose(other.bits.value[order], one.bits.value, rtol=1e-4)
    words = [verdict.words for verdict in one.verdicts]
    assert [other.verdicts[rater].words for rater in order] == words


def test_columns() -> None:
    fit = fit_dawid_skene(job(planted(1), seed=1), pseudo_count=0.1)
    quality = rater_quality(fit, scale="ordinal")
    columns = quality_columns(quality, class_names=["low", "middle", "high"])
    assert {len(column) for column in columns.values()} == {16}
    np.testing.assert_array_equal(columns["em_2_if_high"], fit.error_rates[:, 2, 2])
    assert columns["bias_answer"][13] == 2
    shares = answer_shares(quality.shrunken, class_prior=fit.class_prior)
    assert columns["bias"][13] == pytest.approx(shares[13, 2] - np.median(shares[:, 2]))


def test_golden_covariance_is_that_of_images() -> None:
    rng = np.random.default_rng(12)
    images = np.repeat(np.arange(400), 4).astype(np.int32)
    truth = rng.integers(2, size=400).repeat(4)
    drawn = np.zeros((300, 2, 3))
    covariances = []
    for row in range(300):
        # All questions of an image are answered alike.
        answers = np.eye(3, dtype=np.int64)[rng.choice(3, p=[0.5, 0.3, 0.2], size=400).repeat(4)]
        counts = np.stack([answers[truth == j].sum(axis=0) for j in range(2)])
        drawn[row] = counts / counts.sum(axis=1, keepdims=True)
        covariances.append(golden_covariance(answers[None], truth, images)[0])
    expected = np.cov(drawn.reshape(300, 6).T)
    np.testing.assert_allclose(np.mean(covariances, axis=0), expected, atol=2e-4)


def test_wald() -> None:
    # Covariance of two rows that sum to 1, and the test on all but the last answer of each.
    free = [0, 1, 3, 4]
    roots = np.random.default_rng(13).normal(size=(6, 6)).reshape(2, 3, 6)
    roots = (roots - roots.mean(axis=1, keepdims=True)).reshape(6, 6)
    covariance = roots @ roots.T
    difference = np.array([[0.1, 0.2, -0.3], [0.2, -0.1, -0.1]])
    along = difference.ravel()[free]
    statistic = along @ np.linalg.inv(covariance[np.ix_(free, free)]) @ along
    assert wald_p(difference, covariance) == pytest.approx(chi2.sf(statistic, 4))
    covariance[3:] = covariance[:, 3:] = np.nan  # nothing is known of the second class
    statistic = along[:2] @ np.linalg.inv(covariance[:2, :2]) @ along[:2]
    assert wald_p(difference, covariance) == pytest.approx(chi2.sf(statistic, 2))
    assert math.isnan(wald_p(difference, np.full((6, 6), np.nan)))


def test_no_difference_where_none_is() -> None:
    # 6 jobs of 30 raters, some with few votes, and golden questions drawn from the same model.
    p_values, p_own = [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        rates = np.stack([rng.dirichlet(row, size=30) for row in ([12, 1, 0.7], [3, 2, 6])], axis=1)
        drawn = simulate_votes(
            rates,
            class_prior=[0.8, 0.2],
            n_items=6000,
            rater_weights=rng.lognormal(0, 1.2, 30),
            seed=seed,
        )
        golden = simulate_votes(
            rates, class_prior=[0.8, 0.2], n_items=800, votes_per_item=30, seed=1000 + seed
        )
        fit = fit_dawid_skene(drawn.votes, n_classes=2)
        tensor = golden.votes.to_tensor()
        covariance = golden_covariance(tensor, golden.truth, np.arange(800, dtype=np.int32))
        counts = expected_counts(golden.votes, np.eye(2)[golden.truth])
        of_em = em_covariance(standard_errors(fit)), em_counts(fit)
        covariance = covariance_of_both(covariance, counts, *of_em)
        difference = counts / counts.sum(axis=2, keepdims=True) - fit.error_rates
        common = common_difference(difference, covariance)
        p_values += [wald_p(difference[k], covariance[k]) for k in range(30)]
        p_own += [wald_p(difference[k] - common, covariance[k]) for k in range(30)]
    for found in (p_values, p_own):
        assert np.mean(np.array(found) <= 0.05) < 0.1  # of 180: chance makes it 1 to 9 %
        assert np.mean(np.array(found) <= 0.5) > 0.35


def test_golden_questions_are_left_out(simulated: Release) -> None:
    votes = job_votes(simulated)
    assert votes.n_items == len(simulated.questions) - len(simulated.golden.questions)
    found = golden_difference(simulated)
    answered = simulated.golden.raters.to_tensor().any(axis=(1, 2))
    np.testing.assert_array_equal(np.isnan(found.p_value), ~answered)
    truth = simulated.golden.fits().astype(int)
    counts = expected_counts(simulated.golden.raters, np.eye(2)[truth])[answered]
    expected = counts / counts.sum(axis=2, keepdims=True)
    np.testing.assert_allclose(found.golden.value[answered], expected)
    np.testing.assert_array_equal(found.votes, votes.votes_per_rater())
    fit = fit_dawid_skene(votes, n_classes=2)
    np.testing.assert_array_equal(found.em.value, fit.error_rates)
    assert not (found.q_own[answered] <= 0.05).any()  # golden answers are drawn as others are


def test_refuses_what_it_cannot_use() -> None:
    with pytest.raises(AnalysisError, match=r"class_prior of shape \(2,\)"):
        bits_per_answer(np.full((3, 3), 1 / 3), class_prior=[0.5, 0.5])
    with pytest.raises(AnalysisError, match=r"costs of shape \(2, 2\)"):
        expected_cost(np.eye(3), class_prior=PRIOR, costs=np.eye(2))
    fit = fit_dawid_skene(job(good_rates(6, rng=np.random.default_rng(0)), seed=0), pseudo_count=1)
    with pytest.raises(AnalysisError, match="scale 'ratio'"):
        rater_quality(fit, scale="ratio")  # type: ignore[arg-type]


@pytest.mark.release
def test_release(release: Release) -> None:
    fit = fit_dawid_skene(release.votes, n_classes=2)
    quality = rater_quality(fit, scale="ordinal")
    verdicts = dict(zip(quality.rater_names, quality.verdicts, strict=True))
    assert verdicts[145] == ("always says yes", "98 % of answers, whatever the class")
    assert [name for name, verdict in verdicts.items() if verdict.words == "guesses"] == []
    assert [name for name, verdict in verdicts.items() if verdict.words == "inverted"] == []
    few = {name for name, verdict in verdicts.items() if verdict.words == "probably reliable"}
    assert few == {111, 189}  # with 9 and 6 votes
    difference = golden_difference(release)
    assert (~np.isnan(difference.p_value)).sum() == 78
