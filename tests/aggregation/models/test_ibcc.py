"""IBCC against reference values, a slow twin, brute force, and what it must refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import (
    METHODS,
    ConvergenceWarning,
    VoteError,
    Votes,
    fit_dawid_skene,
    fit_ibcc,
    load_anesthesia,
    simulate_votes,
)

from ...support.bayes_oracle import enumerated, ibcc, ibcc_joint
from ...support.em_models import assert_rising, compiles, crowd, good_rates, ragged, truths
from ...support.em_oracle import Model
from ...support.fifteen_votes import FIFTEEN
from ...support.methods import quietly

# Of an independent implementation in the log domain.
FIRST_STEPS = {
    "anaesthetists anchored": [-258.51949738, -252.24643015, -251.06309805, -250.29874926],
    "anaesthetists 1": [-262.24666982, -256.1335318, -255.08313985, -254.09692878, -253.59462709],
    "bluebird anchored": [-2273.39585894, -2083.18860834, -2079.37742424, -2078.47153513],
    "bluebird 1": [-2275.18436202, -2084.84399398, -2080.96216326, -2079.98717965],
}
BOUNDS = {
    "anaesthetists anchored": -249.44546896,
    "anaesthetists 1": -253.13686901,
    "bluebird anchored": -2077.67429818,
    "bluebird 1": -2079.16692836,
}
LEARNED = {
    "anaesthetists anchored": (-236.46916242, 7.50925, 0.56471),
    "anaesthetists 1": (-240.14037049, 7.50042615, 0.56394216),
    "bluebird anchored": (-2047.31913125, 1.42683, 0.72807),
    "bluebird 1": (-2048.76652127, 1.42372795, 0.72573197),
}


@pytest.fixture(params=BOUNDS)
def case(request: pytest.FixtureRequest) -> tuple[str, Votes, Any]:
    name, count = str(request.param).split()
    votes = load_anesthesia()
    if name == "bluebird":
        folder: Path = request.getfixturevalue("datasets")
        votes = Votes.read(folder / "bluebird_votes.csv")
    return str(request.param), votes, count if count == "anchored" else float(count)


def test_reference_values(case: tuple[str, Votes, Any]) -> None:
    name, votes, class_count = case
    fit = fit_ibcc(votes, class_count=class_count, tol=1e-14)
    assert fit.converged
    assert fit.objective == pytest.approx(BOUNDS[name], rel=0, abs=1e-6)
    steps = FIRST_STEPS[name]
    with pytest.warns(ConvergenceWarning, match="not converged after 5 steps"):
        first = fit_ibcc(votes, class_count=class_count, accelerate=False, max_steps=5)
    np.testing.assert_allclose(first.objective_trace[: len(steps)], steps, rtol=0, atol=1e-6)
    plain = fit_ibcc(votes, class_count=class_count, accelerate=False, tol=1e-14)
    np.testing.assert_allclose(fit.posterior, plain.posterior, rtol=0, atol=1e-6)


def test_reference_values_with_a_learned_prior(case: tuple[str, Votes, Any]) -> None:
    name, votes, class_count = case
    fit = fit_ibcc(votes, class_count=class_count, learn=True, tol=1e-14)
    objective, *counts = LEARNED[name]
    assert fit.objective == pytest.approx(objective, rel=0, abs=1e-6)
    np.testing.assert_allclose(fit.parameters["prior_counts"], counts, rtol=1e-5)
    assert fit.objective > fit_ibcc(votes, class_count=class_count).objective


@pytest.mark.parametrize(
    ("class_count", "evidence", "bound"),
    [(1.0, -11.29108839, -11.93848664), ("anchored", -11.04328420, -11.59469202)],
)
def test_the_bound_is_below_the_evidence(class_count: Any, evidence: float, bound: float) -> None:
    fit = fit_ibcc(FIFTEEN.votes(), class_count=class_count, tol=1e-14)
    alpha = np.ones(2) if class_count == 1 else ibcc_shares(FIFTEEN)
    exact, posterior = enumerated(FIFTEEN, ibcc_joint(FIFTEEN, alpha, 1 + 3 * np.eye(2)))
    assert exact == pytest.approx(evidence, rel=0, abs=1e-8)
    assert fit.objective == pytest.approx(bound, rel=0, abs=1e-6)
    assert fit.objective < exact
    if class_count == 1:
        # mean field is overconfident
        says = [0.18585153, 0.95084596, 0.26618607, 0.74819331, 0.03595443]
        np.testing.assert_allclose(posterior[:, 1], says, rtol=0, atol=1e-8)
        says = [0.03860952, 0.98975990, 0.10835496, 0.89926554, 0.00369548]
        np.testing.assert_allclose(fit.posterior[:, 1], says, rtol=0, atol=1e-6)


def ibcc_shares(model: Model) -> Any:
    votes = model.votes()
    return (votes.answer_counts() / np.diff(votes.starts)[:, None]).sum(axis=0)


@st.composite
def diagonals(draw: st.DrawFn, model: Model) -> list[int]:
    codes = st.integers(-1, model.n_answers - 1)
    return draw(st.lists(codes, min_size=model.n_classes, max_size=model.n_classes))


@compiles
@given(ragged(), st.data(), st.integers(1, 8), st.booleans())
def test_plain_steps_are_the_oracles(
    model: Model, data: st.DataObject, n_steps: int, anchored: bool
) -> None:
    diagonal = data.draw(diagonals(model))
    if data.draw(st.booleans()):
        model = model._replace(known=data.draw(truths(model)))
    own = np.arange(model.n_answers)[:, None] == np.array(diagonal)
    if anchored and not own.any(axis=0).all():
        anchored = False
    path = ibcc(model, n_steps + 1, own, None if anchored else 1.5)
    fit = quietly(
        METHODS["ibcc"],
        model.votes(),
        diagonal=diagonal,
        truth=model.known,
        class_count="anchored" if anchored else 1.5,
        accelerate=False,
        tol=0,
        max_steps=n_steps,
    )
    n = len(fit.objective_trace)
    np.testing.assert_allclose(fit.objective_trace, path.objectives[:n], rtol=1e-10, atol=1e-9)
    if n == n_steps:
        assert fit.objective == pytest.approx(path.objectives[-1], rel=1e-10, abs=1e-9)
        np.testing.assert_allclose(fit.posterior, path.posterior, rtol=1e-8, atol=1e-10)


def test_raters_without_votes_change_nothing() -> None:
    votes = crowd(n_raters=4, n_items=80, votes_per_item=3)
    more = Votes.from_triples(votes.items, votes.raters + 2, votes.answers, n_raters=9)
    for learn in (False, True):
        one, other = (fit_ibcc(these, learn=learn, tol=1e-14) for these in (votes, more))
        assert other.objective == pytest.approx(one.objective, rel=1e-12)
        np.testing.assert_allclose(other.posterior, one.posterior, rtol=0, atol=1e-5)
        own, others = other.parameters["prior_counts"]
        prior = np.full((3, 3), others) + (own - others) * np.eye(3)
        np.testing.assert_array_equal(other.parameters["answer_counts"][0], prior)


def test_known_items_teach_two_classes_and_three_answers() -> None:
    rates = np.array([[[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]]] * 5)
    simulated = simulate_votes(rates, class_prior=[0.4, 0.6], n_items=2000, seed=1)
    truth = np.where(np.arange(2000) < 200, simulated.truth, -1)
    fit = fit_ibcc(simulated.votes, diagonal=[0, 2], truth=truth)
    assert (fit.classes() == simulated.truth).mean() > 0.95
    np.testing.assert_allclose(fit.answer_probabilities(), rates, atol=0.06)
    np.testing.assert_allclose(fit.parameters["class_prior"], [0.4, 0.6], atol=0.04)


def test_strong_votes_outweigh_the_prior() -> None:
    votes = simulate_votes(
        good_rates(6, 3), class_prior=[0.2, 0.3, 0.5], n_items=5000, seed=2
    ).votes
    fit, likely = fit_ibcc(votes), fit_dawid_skene(votes)
    np.testing.assert_allclose(fit.answer_probabilities(), likely.error_rates, atol=0.02)
    assert (fit.classes() == likely.classes()).mean() > 0.99


def test_it_cannot_start_in_a_class_that_is_impossible() -> None:
    votes = Votes.from_triples([0, 1], [0, 0], [0, 0], n_answers=2)
    with pytest.raises(VoteError, match="class 1 has posteriors, but no vote speaks for it"):
        fit_ibcc(votes, start=np.full((2, 2), 0.5))
    assert fit_ibcc(votes, start=np.full((2, 2), 0.5), class_count=1).converged


def test_it_goes_on_from_posteriors() -> None:
    votes = load_anesthesia()
    fit = fit_ibcc(votes)
    again = fit_ibcc(votes, start=fit.posterior)
    assert again.n_steps <= 4
    assert again.objective == pytest.approx(fit.objective, abs=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"diagonal": [0, 1]}, r"3 answers.*|start"),
        ({"n_classes": 2}, r"2 classes, 3 answers: give diagonal=.*such as \[0, 2\]"),
        ({"n_classes": 3, "diagonal": [0]}, r"diagonal of shape \(1,\) does not fit 3 classes"),
        ({"diagonal": [0, 1, 3]}, "diagonal has 3: answers are 0..2, or -1"),
        ({"diagonal": [0, 1, 1.5]}, "diagonal has 1.5"),
        ({"diagonal": [0, 1, 2, -1]}, "class 3 has no answer of its own.* give class_count=1"),
        ({"own_count": 0}, "own_count has 0.0: give 0.01 or more"),
        ({"other_count": [1, 2]}, r"other_count=\[1, 2\]: give a finite number"),
        ({"class_count": "shares"}, "class_count='shares' is neither counts nor 'anchored'"),
        ({"class_count": [1, 2]}, r"class_count of shape \(2,\) does not fit \(3,\)"),
        ({"class_count": [1, 2, np.nan]}, "class_count has nan"),
    ],
)
def test_wrong_arguments(options: dict[str, Any], message: str) -> None:
    votes = crowd(n_classes=3, n_items=10)
    if options == {"diagonal": [0, 1]}:
        assert fit_ibcc(votes, **options).n_classes == 2
        return
    with pytest.raises(VoteError, match=message):
        fit_ibcc(votes, **options)


# One rater agrees with nobody, the others always: the learned prior goes to the largest counts.
SURE = "00A 01A 02B 10B 11B 20B 21B 30B 31B 41B 42A 43A"


@pytest.mark.parametrize("options", [{"learn": True}, {"own_count": 1e6, "other_count": 1e5}])
def test_rounding_of_large_prior_counts_is_no_fall(options: dict[str, Any]) -> None:
    votes = Votes.from_triples(*zip(*SURE.split(), strict=True))
    fit = fit_ibcc(votes, **options)
    assert np.isfinite(fit.objective)
    assert_rising(fit.objective_trace.round(6))
