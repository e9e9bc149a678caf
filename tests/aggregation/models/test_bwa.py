"""BWA against reference values and a slow twin, and where nobody disputes a class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import METHODS, Votes, fit_bwa, load_anesthesia, read_known_items

from ...support.em_models import compiles, crowd, ragged, truths
from ...support.em_oracle import Model, vote_shares
from ...support.methods import quietly

Array = np.typing.NDArray[np.float64]


def bwa(model: Model, n_steps: int) -> tuple[list[float], Array]:
    """Objectives at each step and the last positions, class by class and vote by vote."""
    votes_of = np.zeros(model.n_raters)
    for _, k, _ in model.triples:
        votes_of[k] += 1
    z = np.where(
        model.is_open()[:, None], vote_shares(model._replace(known=None)), model.known_rows()
    )
    spread = (z * (1 - z)).mean(axis=0) * 4 * (1 - 1 / model.n_classes)
    b = 15 * np.maximum(spread, 1e-4)
    objectives = []
    for _ in range(n_steps):
        v, mu = (15 + votes_of)[:, None] / (b + squares(model, z)), z.mean(axis=0)
        above, below = np.tile(mu, (model.n_items, 1)), np.ones(z.shape)
        for i, k, l in model.triples:  # noqa: E741
            above[i, l] += v[k, l]
            below[i] += v[k]
        z = np.where(model.is_open()[:, None], above / below, model.known_rows())
        left = (15 + votes_of)[:, None] * np.log(v) - v * (b + squares(model, z))
        objectives.append(float(left.sum() / 2 - ((z - mu) ** 2).sum() / 2))
    return objectives, z


def squares(model: Model, z: Array) -> Array:
    found = np.zeros((model.n_raters, model.n_classes))
    for i, k, l in model.triples:  # noqa: E741
        found[k] += (np.eye(model.n_classes)[l] - z[i]) ** 2
    return found


# Values of an independent implementation.
def test_reference_values(datasets: Path) -> None:
    bluebird = Votes.read(datasets / "bluebird_votes.csv")
    heights = (1349.61300887, 2586.45708883)
    for votes, height in zip((load_anesthesia(), bluebird), heights, strict=True):
        fit = fit_bwa(votes, tol=1e-14)
        assert fit.converged
        assert fit.objective == pytest.approx(height, rel=0, abs=1e-6)
    truth = read_known_items(datasets / "bluebird_gold.csv", votes=bluebird).truth
    assert (fit.classes() == truth).mean() == pytest.approx(0.7593, abs=5e-5)


@compiles
@given(ragged(square=True), st.data(), st.integers(1, 8))
def test_plain_steps_are_the_oracles(model: Model, data: st.DataObject, n_steps: int) -> None:
    if data.draw(st.booleans()):
        model = model._replace(known=data.draw(truths(model)))
    objectives, z = bwa(model, n_steps + 1)
    fit = quietly(
        METHODS["bwa"],
        model.votes(),
        truth=model.known,
        accelerate=False,
        tol=0,
        max_steps=n_steps,
    )
    n = len(fit.objective_trace)
    np.testing.assert_allclose(fit.objective_trace, objectives[:n], rtol=1e-9, atol=1e-8)
    if n == n_steps:
        found = z / z.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(fit.posterior, found, rtol=1e-7, atol=1e-9)


def test_a_class_that_nobody_disputes() -> None:
    # without a floor of the prior the precision, and so the objective, has no limit
    items, raters = np.indices((40, 4)).reshape(2, -1)
    fit = fit_bwa(Votes.from_triples(items, raters, items % 2, n_answers=3))
    assert fit.converged
    assert np.isfinite(fit.objective)
    np.testing.assert_allclose(fit.posterior[:, :2], np.eye(2)[np.arange(40) % 2], atol=1e-3)


def test_better_raters_are_more_precise() -> None:
    votes = crowd(n_raters=6, n_items=800, seed=4)
    votes = Votes.from_triples(
        [*votes.items, *range(800)],
        [*votes.raters, *[6] * 800],
        [*votes.answers, *np.random.default_rng(1).integers(0, 3, 800)],
    )
    precision = fit_bwa(votes).parameters["precision"]
    assert (precision[:6] > 1.2 * precision[6]).all()


def test_many_classes_take_several_rows() -> None:
    votes = crowd(n_raters=8, n_classes=11, n_items=200, votes_per_item=5)
    rows = list(zip(votes.items, votes.raters, votes.answers, strict=True))
    objectives, _ = bwa(Model(rows, 200, 8, 11, 11), 6)
    fit = quietly(METHODS["bwa"], votes, accelerate=False, tol=0, max_steps=6)
    np.testing.assert_allclose(fit.objective_trace, objectives, rtol=1e-9)
