"""Hypothesis-made votes and options, and a fit whose expected warnings are left out."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation import (
    ConvergenceWarning,
    Fit,
    IdentifiabilityWarning,
    Votes,
    fit_dawid_skene,
    simulate_votes,
)

from . import em_oracle
from .em_oracle import Model

# The first example of each number of classes compiles a kernel.
compiles = settings(deadline=None)


def quiet_fit(votes: Votes, **options: Any) -> Fit:
    """Fit without the two warnings that tiny votes, or few steps, deserve."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentifiabilityWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        return fit_dawid_skene(votes, **options)


def fit_of(model: Model, **options: Any) -> Fit:
    """Fit a model of the oracle with the package."""
    return quiet_fit(
        model.votes(),
        n_classes=model.n_classes,
        truth=model.known,
        pseudo_count=model.pseudo_count,
        family=model.family,
        hard=model.hard,
        error_rates=model.fixed_rates,
        class_prior=model.fixed_prior,
        **options,
    )


def crowd(
    n_raters: int = 6, n_classes: int = 3, n_items: int = 400, seed: int = 0, **options: Any
) -> Votes:
    """Votes of raters who are mostly right, as many answers as classes."""
    rates = good_rates(n_raters, n_classes, seed)
    prior = np.arange(2, n_classes + 2) / np.arange(2, n_classes + 2).sum()
    return simulate_votes(rates, class_prior=prior, n_items=n_items, seed=seed, **options).votes


def good_rates(n_raters: int, n_classes: int, seed: int = 0) -> NDArray[np.float64]:
    """Error rates of raters who are right with probability 0.6 or more."""
    rng = np.random.default_rng(seed)
    rates = 0.4 * rng.dirichlet(np.ones(n_classes), size=(n_raters, n_classes))
    rates += 0.6 * np.eye(n_classes)
    return np.asarray(rates / rates.sum(axis=-1, keepdims=True))


@st.composite
def ragged(
    draw: st.DrawFn, most_classes: int = 10, square: bool = False, max_votes: int = 30
) -> Model:
    """Votes with repeats, with raters and items that have none, with any numbers of classes."""
    n_items, n_raters, n_answers = (draw(st.integers(1, n)) for n in (7, 4, 4))
    n_classes = n_answers if square else draw(st.integers(1, most_classes))
    codes = (st.integers(0, n - 1) for n in (n_items, n_raters, n_answers))
    triples = draw(st.lists(st.tuples(*codes), min_size=1, max_size=max_votes))
    return Model(triples, n_items, n_raters, n_classes, n_answers)


@st.composite
def distributions(draw: st.DrawFn, shape: tuple[int, ...], least: int = 0) -> NDArray[np.float64]:
    """Probabilities along the last axis, some of them 0 unless `least` is above 0."""
    size = int(np.prod(shape))
    counts = draw(st.lists(st.integers(least, 9), min_size=size, max_size=size))
    weights = np.array(counts, dtype=float).reshape(shape)
    weights[weights.sum(axis=-1) == 0] = 1
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


@st.composite
def with_options(draw: st.DrawFn) -> Model:
    """Draw a model with what a fit can be given: pseudo-counts, truth, a family, fixed rates."""
    square = draw(st.booleans())
    model = draw(ragged(square=square))
    families = ["full", "shared", "one-coin"] if square else ["full", "shared"]
    model = model._replace(
        family=draw(st.sampled_from(families)),
        hard=draw(st.booleans()),
    )
    model = model._replace(pseudo_count=draw(pseudo_counts(model)))
    if draw(st.booleans()):
        model = model._replace(known=draw(truths(model)))
    fixed = draw(st.sampled_from([None, None, "rates", "prior"]))
    if fixed == "rates":
        return model._replace(fixed_rates=draw(distributions(model.shape, least=1)))
    if fixed == "prior":
        return model._replace(fixed_prior=draw(distributions((model.n_classes,), least=1)))
    return model


@st.composite
def pseudo_counts(draw: st.DrawFn, model: Model) -> Any:
    """None, one for all, or more of them, up to one for each parameter of the family."""
    shapes: dict[str, list[tuple[int, ...]]] = {
        "full": [(), (model.n_answers,), (model.n_raters, 1, 1), model.shape],
        "shared": [(), (model.n_answers,), (model.n_classes, 1), model.shape[1:]],
        "one-coin": [(), (2,), (model.n_raters, 1), (model.n_raters, 2)],
    }
    shape = draw(st.sampled_from(shapes[model.family]))
    size = int(np.prod(shape))
    numbers = draw(st.lists(st.integers(0, 8), min_size=size, max_size=size))
    return draw(st.sampled_from([0.0, np.array(numbers, dtype=float).reshape(shape) / 4]))


@st.composite
def truths(draw: st.DrawFn, model: Model, soft: bool = True) -> NDArray[np.float64]:
    """What is known of items, hard or soft; a row of zeros where nothing is."""
    known = draw(distributions((model.n_items, model.n_classes)))
    for i in range(model.n_items):
        kind = draw(st.sampled_from(["open", "hard", "soft"] if soft else ["open", "hard"]))
        if kind == "open":
            known[i] = 0
        elif kind == "hard":
            known[i] = np.eye(model.n_classes)[draw(st.integers(0, model.n_classes - 1))]
    return known


def parameters(fit: Fit) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Error rates and class prior with the classes in the order in which EM ended."""
    order = np.argsort(fit.switched)
    return fit.error_rates[:, order], fit.class_prior[order]


def assert_rising(objectives: NDArray[np.float64]) -> None:
    """Nothing falls by more than sums of rounded numbers can."""
    rounding = 1e-12 * np.maximum(1, np.abs(objectives[:-1]))
    assert (np.diff(objectives) >= -rounding).all(), np.diff(objectives).min()


def assert_fixed_point(model: Model, fit: Fit, gain: float) -> None:
    """One more step of the oracle gains next to nothing."""
    here, after = em_oracle.em_path(model, *parameters(fit), 1)
    assert after.objective - here.objective <= gain
