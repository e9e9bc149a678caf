"""What every method of the catalogue promises, whatever its model."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregation import METHODS, Aggregated, Method, VoteError, Votes
from aggregation.models.aggregated import ObjectiveKind

from ...support.em_models import assert_rising, compiles, crowd, ragged, truths
from ...support.em_oracle import Model
from ...support.methods import jobs, quietly, renamed, tied_votes
from ...support.sparse_oracle import is_steady

# Draws and starts enough for what holds of any number of them.
FEW = {"draws": 8, "warmup": 4, "restarts": 0}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
JOBS = jobs()


def plain(method: Method, **options: Any) -> dict[str, Any]:
    """Those of the options that the method takes."""
    return {name: value for name, value in options.items() if name in method.takes}


def assert_sound(found: Aggregated, votes: Votes) -> None:
    """A result has what the interface says, and probabilities are such."""
    assert found.votes is votes
    assert found.posterior.shape == (votes.n_items, found.n_classes)
    assert found.posterior.dtype == np.float64
    assert (found.posterior >= 0).all()
    np.testing.assert_allclose(found.posterior.sum(axis=1), 1, rtol=1e-9)
    classes = found.classes()
    assert classes.shape == (votes.n_items,)
    decided = classes >= 0
    best = found.posterior.max(axis=1)
    there = found.posterior[np.arange(votes.n_items), classes]
    np.testing.assert_allclose(there[decided], best[decided], rtol=1e-9)
    assert len(found.class_names) == found.n_classes
    assert found.objective_kind in get_args(ObjectiveKind)
    if found.objective_kind == "score":
        assert np.isnan(found.objective)
    else:
        assert np.isfinite(found.objective)
        assert np.isfinite(found.objective_trace).all()


def assert_same(one: Aggregated, other: Aggregated) -> None:
    """Two results have the same bits."""
    assert one.posterior.tobytes() == other.posterior.tobytes()
    assert one.objective_trace.tobytes() == other.objective_trace.tobytes()
    assert (one.objective, one.n_steps) == pytest.approx(
        (other.objective, other.n_steps), rel=0, abs=0, nan_ok=True
    )


@every_method
@pytest.mark.parametrize("job", JOBS)
def test_probabilities(method: Method, job: str) -> None:
    votes = JOBS[job]
    found = quietly(method, votes)
    assert_sound(found, votes)
    assert found.objective_kind == method.objective_kind
    try:
        predictive = found.answer_probabilities()
    except VoteError as error:
        assert f"{method.name} has no model of the answers" in str(error)  # noqa: PT017
        return
    assert predictive.shape == (votes.n_raters, found.n_classes, votes.n_answers)
    assert (predictive >= 0).all()
    np.testing.assert_allclose(predictive.sum(axis=-1), 1, rtol=1e-9)


@every_method
@compiles
@given(ragged(square=True), st.booleans())
def test_objectives_never_fall(method: Method, model: Model, accelerate: bool) -> None:
    votes = model.votes()
    found = quietly(method, votes, **plain(method, accelerate=accelerate, max_steps=30, **FEW))
    assert_sound(found, votes)
    assert_rising(np.array([*found.objective_trace, found.objective]))


@every_method
@compiles
@given(ragged(square=True), st.data())
def test_permuting_items_raters_and_classes_permutes_the_result(
    method: Method, model: Model, data: st.DataObject
) -> None:
    if method.by_chance:
        pytest.skip("its draws belong to the places of items and classes")
    sizes = model.n_items, model.n_raters, model.n_answers
    orders = [np.array(data.draw(st.permutations(range(n)))) for n in sizes]
    if method.in_order:
        orders[0] = np.arange(model.n_items)
    votes = model.votes()
    if method.name == "dawid-skene-sparse":  # its background alone takes 20 steps
        assume(is_steady(votes, np.zeros((model.n_items, model.n_answers))))
    options = plain(method, accelerate=False, max_steps=5)
    one, other = (quietly(method, these, **options) for these in (votes, renamed(votes, orders)))
    order = np.argsort(getattr(one, "switched", range(one.n_classes)))
    other_order = np.argsort(getattr(other, "switched", range(one.n_classes)))
    there = other.posterior[orders[0]][:, other_order][:, orders[2]]
    np.testing.assert_allclose(there, one.posterior[:, order], rtol=1e-7, atol=1e-9)
    # a step whose gain is rounding may be taken in one order, and not in the other
    both = min(len(other.objective_trace), len(one.objective_trace))
    there, here = (np.asarray(found.objective_trace)[:both] for found in (other, one))
    np.testing.assert_allclose(there, here, rtol=1e-9, atol=1e-9)


@every_method
def test_a_vote_given_twice_counts_twice(method: Method) -> None:
    votes = tied_votes()
    last = quietly(method, votes).posterior[-1]
    if not method.in_order and not method.by_chance:
        np.testing.assert_allclose(last, 0.5, atol=1e-6)
    twice = Votes.from_triples([*votes.items, 40], [*votes.raters, 1], [*votes.answers, 1])
    assert twice.n_votes == votes.n_votes + 1
    assert quietly(method, twice).posterior[-1, 1] > 0.51


@every_method
def test_threads_do_not_change_a_bit(method: Method) -> None:
    for votes_per_item in (12, 2):
        votes = crowd(n_raters=30, n_items=4000, votes_per_item=votes_per_item)
        options = plain(method, max_steps=6, **FEW)
        if "threads" not in method.takes:
            assert_same(quietly(method, votes, **options), quietly(method, votes, **options))
            continue
        one = quietly(method, votes, threads=1, **options)
        for threads in (2, 7):
            assert_same(quietly(method, votes, threads=threads, **options), one)


@every_method
def test_it_can_be_done_again(method: Method) -> None:
    votes = JOBS["a crowd"]
    found = quietly(method, votes, **plain(method, seed=3))
    assert_same(quietly(method, votes, **plain(method, seed=3)), found)
    arguments = found.options.arguments()
    assert arguments.keys() <= method.takes | method.fixed.keys()
    assert not arguments.keys() & {"truth", "start", "threads", "progress"}
    assert found.options.method is method.function
    again = Method(method.name, "", method.place, method.objective_kind, "")
    assert_same(quietly(again, votes, **arguments), found)


@every_method
@compiles
@given(ragged(square=True), st.data())
def test_known_items_keep_their_truth(method: Method, model: Model, data: st.DataObject) -> None:
    votes, known = model.votes(), data.draw(truths(model))
    if "truth" not in method.takes:
        with pytest.raises(VoteError, match=f"{method.name} takes no truth="):
            method(votes, truth=known)
        return
    found = quietly(method, votes, truth=known, **plain(method, max_steps=20, **FEW))
    clamped = known.any(axis=1)
    np.testing.assert_allclose(found.posterior[clamped], known[clamped], rtol=1e-12)
    assert_sound(found, votes)
    assert_rising(np.array([*found.objective_trace, found.objective]))


@every_method
def test_other_classes_than_answers(method: Method) -> None:
    votes = crowd(n_classes=3, n_items=50)
    options = plain(method, diagonal=[0, 2])
    if method.other_classes:
        assert quietly(method, votes, n_classes=2, **options).n_classes == 2
    elif "n_classes" in method.takes:
        with pytest.raises(VoteError, match="2 classes, 3 answers"):
            method(votes, n_classes=2)
    else:
        assert quietly(method, votes).n_classes == 3


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"n_classes": 0}, "n_classes=0"),
    ({"n_classes": 2.5}, "n_classes=2.5"),
    ({"truth": [0]}, r"truth of shape \(1,\) does not fit 60 items"),
    ({"truth": np.full(60, 0.5)}, "truth of item 0 is 0.5"),
    ({"tol": -1}, "tol=-1"),
    ({"tol": float("nan")}, "tol=nan"),
    ({"max_steps": 1.5}, "max_steps=1.5"),
    ({"max_steps": -1}, "max_steps=-1"),
    ({"restarts": -1}, "restarts=-1"),
    ({"seed": -1}, "seed=-1"),
    ({"threads": 0}, "threads=0"),
    ({"start": np.full((59, 3), 1 / 3)}, "start"),
    ({"start": np.full((60, 3), 0.5)}, "start"),
    ({"start": "here"}, "start"),
]


@every_method
@pytest.mark.parametrize(("options", "message"), WRONG, ids=lambda value: str(value)[:30])
def test_what_it_cannot_take_is_a_vote_error(
    method: Method, options: dict[str, Any], message: str
) -> None:
    if not options.keys() <= method.takes:
        message = f"{method.name} takes no {next(iter(options))}="
    elif method.name == "vote-share":
        options = options | {"ties": "random"}
    with pytest.raises(VoteError, match=message):
        method(JOBS["a crowd"], **options)


@every_method
def test_progress_is_told_of_every_step(method: Method) -> None:
    if "progress" not in method.takes:
        return
    told: list[tuple[int, float]] = []
    found = quietly(
        method,
        JOBS["a crowd"],
        progress=lambda step, value: told.append((step, value)),
        **plain(method, max_steps=7, **FEW),
    )
    assert found.n_steps <= 7
    assert [step for step, _ in told] == list(range(1, found.n_steps + 1))
    # what is told of Dawid & Skene's model is the log-likelihood, pseudo-counts or not
    trace = getattr(found, "trace", found.objective_trace)
    assert set(trace) <= {value for _, value in told}
