from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import Fit, Votes, fit_dawid_skene, simulate_votes
from aggregation.datasets.simulate import draw_error_rates
from analysis import AnalysisError, Release, check_model
from analysis.diagnostics.latent_states import latent_states
from analysis.diagnostics.model_check import ModelCheck, check_models, model_check_csv
from analysis.diagnostics.vote_kinds import expected_kinds, kind_table, too_many_kinds

RATES = draw_error_rates(10, 2, 3, seed=3)
PRIOR = np.array([0.7, 0.3])


def draw(seed: int, n_items: int = 400) -> Votes:
    return simulate_votes(RATES, class_prior=PRIOR, n_items=n_items, seed=seed).votes


def with_parameters(votes: Votes, rates: NDArray[np.float64]) -> Fit:
    return fit_dawid_skene(votes, error_rates=rates, class_prior=PRIOR)


def test_numbers_of_the_votes() -> None:
    votes = draw(1)
    check = check_model(fit_dawid_skene(votes, n_classes=2), replicates=5)
    counts = votes.to_tensor().sum(axis=0)
    assert check.unanimous.observed == pytest.approx(np.mean(counts.max(axis=1) == 5))
    agree = (counts * (counts - 1)).sum(axis=1) / 20
    assert check.agreement.observed == pytest.approx(agree.mean())
    for name, row in (("5 x 0", [5, 0, 0]), ("2 x 0, 2 x 1, 1 x 2", [2, 2, 1])):
        (kind,) = (kind for kind in check.kinds if kind.name == name)
        assert kind.observed == pytest.approx(np.mean((counts == row).all(axis=1)))
    assert sum(kind.observed for kind in check.kinds) == pytest.approx(1)
    assert sum(kind.expected for kind in check.kinds) == pytest.approx(1)
    off = sum(abs(kind.difference) for kind in check.kinds) / 2
    assert check.misplaced.observed == pytest.approx(off)


@pytest.mark.parametrize("refit", [False, True])
def test_models_are_checked_together_as_each_alone(refit: bool) -> None:
    votes = draw(2, n_items=100)
    fits = [fit_dawid_skene(votes, n_classes=n_classes) for n_classes in (2, 3)]
    together = check_models(fits, replicates=3, refit=refit, seed=4)
    alone = [check_model(fit, replicates=3, refit=refit, seed=4) for fit in fits]
    assert model_check_csv(*together) == model_check_csv(*alone)
    assert len(set(map(model_check_csv, together))) == 2


def p_values(mode: str, seeds: range) -> NDArray[np.float64]:
    found = []
    for seed in seeds:
        votes = draw(seed)
        known = mode == "known"
        fit = with_parameters(votes, RATES) if known else fit_dawid_skene(votes, n_classes=2)
        check = check_model(fit, replicates=39, refit=mode == "refit")
        found.append(check.chi_square.p_value)
    return np.array(found)


@pytest.mark.parametrize(
    ("mode", "least", "most"),
    [
        # Of 100 true models, at p <= 0.2, where the rate is right or, without refits, too low.
        ("known", 0.11, 0.29),
        ("plain", 0.0, 0.1),
        ("refit", 0.11, 0.29),
    ],
)
def test_a_true_model_is_rarely_rejected(mode: str, least: float, most: float) -> None:
    # Half of the data sets for the slow one; three standard errors of the rate either way.
    found = p_values(mode, range(50 if mode == "refit" else 100))
    assert least <= np.mean(found <= 0.2) <= most
    assert np.mean(found <= 0.05) <= 0.1


def hard_items(votes: Votes, seed: int) -> Votes:
    """On one item in five everyone says maybe with the same high chance: items differ."""
    rng = np.random.default_rng(seed)
    hard = rng.random(votes.n_items)[votes.items] < 0.2
    moved = hard & (rng.random(votes.n_votes) < 0.6)
    return Votes.from_triples(
        votes.items, votes.raters, np.where(moved, 1, votes.answers), n_raters=10, n_answers=3
    )


def copied(votes: Votes, seed: int) -> Votes:
    """Half of the time the later votes of an item repeat its first."""
    rng = np.random.default_rng(seed)
    first = votes.answers[votes.starts[votes.items]]
    repeats = rng.random(votes.n_votes) < 0.5
    answers = np.where(repeats, first, votes.answers)
    return Votes.from_triples(votes.items, votes.raters, answers, n_raters=10, n_answers=3)


@pytest.mark.parametrize("dependence", [hard_items, copied])
def test_planted_dependence_is_found(dependence: object) -> None:
    assert callable(dependence)
    for seed in range(5):
        votes = dependence(draw(seed, n_items=1500), seed)
        check = check_model(fit_dawid_skene(votes, n_classes=2), replicates=39)
        assert check.chi_square.p_value == 1 / 40
        assert check.misplaced.observed > 1.5 * check.misplaced.expected


def test_copies_make_items_unanimous() -> None:
    votes = copied(draw(1, n_items=1500), 1)
    fit = with_parameters(votes, RATES)
    check = check_model(fit, replicates=39)
    assert check.unanimous.z > 5
    assert check.agreement.z > 5


def test_seed_decides() -> None:
    fit = fit_dawid_skene(draw(2), n_classes=2)
    one, same, other = (check_model(fit, replicates=5, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other
    assert one.unanimous.observed == other.unanimous.observed


def test_order_of_raters_and_items_does_not_matter() -> None:
    votes = draw(3)
    fit = with_parameters(votes, RATES)
    rng = np.random.default_rng(0)
    items, raters = rng.permutation(votes.n_items), rng.permutation(10)
    moved = Votes.from_triples(items[votes.items], raters[votes.raters], votes.answers)
    turned = with_parameters(moved, RATES[np.argsort(raters)])
    one, other = check_model(fit, replicates=1), check_model(turned, replicates=1)
    assert one.chi_square.observed == pytest.approx(other.chi_square.observed, rel=1e-9)
    assert [kind.expected for kind in one.kinds] == pytest.approx(
        [kind.expected for kind in other.kinds], rel=1e-9
    )


def test_known_items_keep_their_class() -> None:
    simulated = simulate_votes(RATES, class_prior=PRIOR, n_items=300, seed=5)
    fit = fit_dawid_skene(simulated.votes, truth=simulated.truth, n_classes=2)
    table = kind_table(fit.votes)
    expected = np.zeros(len(table.counts))
    for cls in range(2):
        ours = replace(fit, class_prior=np.eye(2)[cls], clamped=None)
        of_class = np.flatnonzero(simulated.truth == cls)
        ours = replace(ours, votes=fit.votes.select(of_class))
        expected += expected_kinds(latent_states(ours), table)
    np.testing.assert_allclose(expected_kinds(latent_states(fit), table), expected, rtol=1e-10)


def test_csv() -> None:
    check = check_model(fit_dawid_skene(draw(1), n_classes=2), replicates=5)
    lines = model_check_csv(check, check).splitlines()
    assert lines[0] == "classes,check,observed,expected,difference,spread,z,p_value"
    assert len(lines) == 1 + 2 * len(check.checks)
    assert lines[3].startswith(f"2,unanimous items,{check.unanimous.observed!r},")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"replicates": 0}, "replicates=0: give 1"), ({"seed": -1}, "seed=-1: give 0")],
)
def test_numbers_out_of_range(arguments: dict[str, int], message: str) -> None:
    fit = fit_dawid_skene(draw(1), n_classes=2)
    with pytest.raises(AnalysisError, match=message):
        check_model(fit, **arguments)  # type: ignore[arg-type]


def of_many_answers(seed: int, n_items: int = 300, n_answers: int = 10) -> Votes:
    rates = draw_error_rates(8, n_answers, n_answers, seed=3)
    prior = np.full(n_answers, 1 / n_answers)
    return simulate_votes(rates, class_prior=prior, n_items=n_items, seed=seed).votes


def test_five_votes_of_ten_answers_are_of_2002_kinds() -> None:
    """Brute force would be over 10^5 answers for each item."""
    rates = draw_error_rates(8, 10, 10, seed=3)
    found = []
    for seed in range(40):
        fit = fit_dawid_skene(of_many_answers(seed), error_rates=rates, class_prior=[0.1] * 10)
        check = check_model(fit, replicates=19, seed=seed)
        assert len(check.kinds) == math.comb(14, 9)
        assert sum(kind.expected for kind in check.kinds) == pytest.approx(1)
        found.append((check.chi_square.p_value, check.agreement.p_value, check.misplaced.p_value))
    # Three standard errors of the rate either way.
    assert (np.abs(np.mean(np.array(found) <= 0.2, axis=0) - 0.2) < 0.19).all()
    assert (np.abs(np.mean(found, axis=0) - 0.525) < 0.14).all()


def test_too_many_kinds() -> None:
    items, raters = np.divmod(np.arange(2000), 1000)
    votes = Votes.from_triples(items, raters, np.arange(2000) % 7)
    said = f"up to 1,000 votes of 7 answers are of {math.comb(1006, 6):,} kinds .* where 65,536 can"
    fit = fit_dawid_skene(votes, error_rates=np.ones((1000, 2, 7)) / 7, class_prior=[0.5, 0.5])
    with pytest.raises(AnalysisError, match=said):
        check_model(fit)


def test_too_many_products() -> None:
    """4 items x 1,001 states before each vote x 10 answers x so many latent states."""
    votes = of_many_answers(1, n_items=4)
    assert too_many_kinds(votes, 10) == ""
    said = too_many_kinds(votes, 10**7)
    assert said.startswith("what 10,000,000 latent states expect of items with up to 5 votes")
    assert "takes 4.0e+11 products, where 1e+11 are done" in said


def test_nothing_to_agree_on() -> None:
    votes = Votes.from_triples([0, 1, 2], [0, 0, 0], [0, 1, 1])
    fit = fit_dawid_skene(votes, error_rates=[np.eye(2)], class_prior=[0.5, 0.5])
    with pytest.raises(AnalysisError, match="no item has two votes"):
        check_model(fit, replicates=1)


@pytest.mark.release
def test_release(release: Release) -> None:
    checks: list[ModelCheck] = []
    for n_classes in (2, 3):
        fit = fit_dawid_skene(release.votes, n_classes=n_classes)
        checks.append(check_model(fit, replicates=10))
    two, three = checks
    assert two.n_items == 184_962
    for check in checks:
        assert check.unanimous.observed == pytest.approx(0.61179, abs=1e-5)
    assert two.misplaced.observed == pytest.approx(0.1105, abs=1e-4)
    assert three.misplaced.observed == pytest.approx(0.0287, abs=1e-4)
    for check in checks:
        assert check.misplaced.expected < 0.004
        assert check.unanimous.z > 5
        assert check.agreement.z > 5
