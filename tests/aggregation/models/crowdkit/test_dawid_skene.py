"""crowd-kit's Dawid & Skene classes, step by step against the paper's equations in plain loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from aggregation import ConvergenceWarning, VoteError
from aggregation.crowdkit import DawidSkene, OneCoinDawidSkene

from ....support.crowd_frames import LABELS, crowd_frame, error_counts

Array = NDArray[np.float64]
FRAME = crowd_frame()
TASKS, WORKERS = list(dict.fromkeys(FRAME["task"])), list(dict.fromkeys(FRAME["worker"]))
VOTES = [
    (TASKS.index(task), WORKERS.index(worker), LABELS.index(label))
    for task, worker, label in FRAME.itertuples(index=False)
]
# By hand: t2 is a tie.
SMALL = pd.DataFrame(
    [("t1", "u", 2), ("t1", "v", 2), ("t1", "w", 1), ("t2", "v", 2), ("t2", "u", 1)],
    columns=["task", "worker", "label"],
)
EARLY = "ignore::aggregation.ConvergenceWarning"
UNSURE = "ignore::aggregation.IdentifiabilityWarning"
pytestmark = pytest.mark.filterwarnings(EARLY, UNSURE)


def first_posterior(gold: dict[str, str]) -> Array:
    """Vote shares; certainty where the label is known."""
    posterior = np.zeros((len(TASKS), len(LABELS)))
    for task, _, label in VOTES:
        posterior[task, label] += 1
    posterior /= posterior.sum(axis=1, keepdims=True)
    return known(posterior, gold)


def known(posterior: Array, gold: dict[str, str]) -> Array:
    for task, label in gold.items():
        posterior[TASKS.index(task)] = [name == label for name in LABELS]
    return posterior


def m_step(posterior: Array, added: Array, *, one_coin: bool) -> Array:
    """Error rates (worker, label, true label): equation 2.3 of Dawid & Skene (1979)."""
    counts = added.copy()
    for task, worker, label in VOTES:
        for true in range(len(LABELS)):
            counts[worker, label, true] += posterior[task, true]
    if one_coin:
        skill = np.trace(counts, axis1=1, axis2=2) / counts.sum(axis=(1, 2))
        wrong = (1 - skill) / (len(LABELS) - 1)
        for worker in range(len(WORKERS)):
            counts[worker] = wrong[worker]
            np.fill_diagonal(counts[worker], skill[worker])
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def e_step(prior: Array, rates: Array, gold: dict[str, str]) -> tuple[Array, float]:
    """Posterior, equation 2.5, and log-likelihood a vote, equation 2.7."""
    joint = np.tile(prior, (len(TASKS), 1))
    for task, worker, label in VOTES:
        joint[task] *= rates[worker, label]
    loss = float(np.log(joint.sum(axis=1)).sum() / len(VOTES))
    return known(joint / joint.sum(axis=1, keepdims=True), gold), loss


def steps(
    n_steps: int,
    *,
    gold: dict[str, str] | None = None,
    assigned: Array | None = None,
    added: Array | float = 0.0,
    one_coin: bool = False,
) -> tuple[Array, Array, list[float]]:
    """The posterior, the error rates that follow from it, and the log-likelihoods before them."""
    gold = gold or {}
    added = np.zeros((len(WORKERS), len(LABELS), len(LABELS))) + added
    posterior, losses = first_posterior(gold), []
    for step in range(n_steps):
        rates = m_step(posterior, added, one_coin=one_coin)
        if step == 0 and assigned is not None:
            rates = assigned
        posterior, loss = e_step(posterior.mean(axis=0), rates, gold)
        losses.append(loss)
    return posterior, m_step(posterior, added, one_coin=one_coin), losses


def check(model: DawidSkene, posterior: Array, rates: Array) -> None:
    """Compare all results, by name."""
    assert list(model.probas_.index) == TASKS
    assert list(model.probas_.columns) == list(LABELS)
    np.testing.assert_allclose(model.probas_, posterior, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(model.priors_, posterior.mean(axis=0), rtol=1e-9)
    assert model.labels_.to_dict() == {
        task: LABELS[row.argmax()] for task, row in zip(TASKS, posterior, strict=True)
    }
    given = dict.fromkeys(zip(FRAME["worker"], FRAME["label"], strict=True))
    assert list(model.errors_.index) == list(given)
    for worker, label in given:
        expected = rates[WORKERS.index(worker), LABELS.index(label)]
        np.testing.assert_allclose(model.errors_.loc[(worker, label)], expected, rtol=1e-9)


def table() -> tuple[pd.DataFrame, Array]:
    """Earlier counts as a frame, and as an array in the order of the votes' workers."""
    frame = error_counts(FRAME)
    values = [[frame.loc[(worker, label)] for label in LABELS] for worker in WORKERS]
    return frame, np.asarray(values, dtype=np.float64)


@pytest.mark.parametrize("n_iter", [0, 1, 2, 7, 12])
def test_each_step_of_the_full_model(n_iter: int) -> None:
    model = DawidSkene(n_iter, tol=-np.inf).fit(FRAME)
    posterior, rates, losses = steps(n_iter)
    check(model, posterior, rates)
    np.testing.assert_allclose(model.loss_history_, losses, rtol=1e-10)
    assert (np.diff(model.loss_history_) > -1e-15).all()


@pytest.mark.parametrize("n_iter", [0, 1, 2, 7, 12])
def test_each_step_of_one_coin(n_iter: int) -> None:
    model = OneCoinDawidSkene(n_iter, tol=-np.inf).fit(FRAME)
    posterior, rates, losses = steps(n_iter, one_coin=True)
    check(model, posterior, rates)
    np.testing.assert_allclose(model.loss_history_, losses, rtol=1e-10)
    assert list(model.skills_.index) == WORKERS
    np.testing.assert_allclose(model.skills_, rates[:, 0, 0], rtol=1e-9)
    assert (model.skills_.name, model.skills_.index.name) == ("skill", "worker")


@pytest.mark.parametrize("n_iter", [0, 1, 2, 7])
@pytest.mark.parametrize("one_coin", [False, True])
def test_true_labels_are_kept_in_every_step(n_iter: int, one_coin: bool) -> None:
    gold = {task: LABELS[place % 3] for place, task in enumerate(TASKS[:7])}
    kind = OneCoinDawidSkene if one_coin else DawidSkene
    elsewhere = pd.Series({**gold, "no such task": "a"})
    model = kind(n_iter, tol=-np.inf).fit(FRAME, true_labels=elsewhere)
    posterior, rates, _ = steps(n_iter, gold=gold, one_coin=one_coin)
    check(model, posterior, rates)
    assert model.labels_[list(gold)].to_dict() == gold


@pytest.mark.parametrize("n_iter", [1, 2, 7])
def test_initial_errors_are_where_it_starts(n_iter: int) -> None:
    frame, counts = table()
    rates = counts / counts.sum(axis=1, keepdims=True)
    normed = frame / frame.groupby(level="worker").transform("sum")
    for given in (frame, normed, frame.sample(frac=1, random_state=3)):
        model = DawidSkene(n_iter, -np.inf, "assign").fit(FRAME, initial_error=given)
        posterior, after, _ = steps(n_iter, assigned=rates)
        check(model, posterior, after)


def test_initial_errors_are_kept_without_steps() -> None:
    frame, counts = table()
    model = DawidSkene(0, initial_error_strategy="assign").fit(FRAME, initial_error=frame)
    check(model, steps(0)[0], counts / counts.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("n_iter", [0, 1, 2, 7])
@pytest.mark.parametrize("one_coin", [False, True])
def test_initial_errors_are_counts_in_every_step(n_iter: int, one_coin: bool) -> None:
    frame, counts = table()
    kind = OneCoinDawidSkene if one_coin else DawidSkene
    model = kind(n_iter, -np.inf, "addition").fit(FRAME, initial_error=frame)
    posterior, rates, _ = steps(n_iter, added=counts, one_coin=one_coin)
    check(model, posterior, rates)
    assert (np.diff(model.loss_history_) > -1e-15).all()


def test_initial_errors_without_a_strategy_are_not_used() -> None:
    model = DawidSkene(3, tol=-np.inf).fit(FRAME, initial_error=error_counts(FRAME))
    check(model, *steps(3)[:2])


def test_names_and_types() -> None:
    model = DawidSkene(5).fit(FRAME)
    assert (model.labels_.name, model.labels_.index.name) == ("agg_label", "task")
    assert (model.probas_.index.name, model.probas_.columns.name) == ("task", "label")
    assert (model.priors_.name, model.priors_.index.name) == ("prior", "label")
    assert model.errors_.index.names == ["worker", "label"]
    assert model.errors_.columns.name is None
    assert set(map(str, [*model.probas_.dtypes, *model.errors_.dtypes])) == {"float64"}
    assert model.labels_.dtype == FRAME["label"].dtype


@pytest.mark.parametrize(
    "labels", [[7, 3], [0.5, 1.5], [True, False], ["b", "a"]], ids=["int", "float", "bool", "text"]
)
def test_labels_keep_their_kind(labels: list[Any]) -> None:
    frame = SMALL.assign(label=[labels[code - 1] for code in SMALL["label"]])
    model = DawidSkene(3).fit(frame)
    assert list(model.probas_.columns) == sorted(labels)
    assert model.labels_.dtype == frame["label"].dtype
    assert model.labels_["t1"] == labels[1]


def test_one_label_and_no_votes() -> None:
    model = DawidSkene(3).fit(SMALL.assign(label="only"))
    assert model.labels_.to_dict() == {"t1": "only", "t2": "only"}
    assert model.priors_.to_dict() == {"only": 1.0}
    empty = DawidSkene(3).fit(SMALL[:0])
    assert empty.probas_.empty
    assert empty.errors_.empty
    assert empty.loss_history_ == []
    assert (empty.labels_.name, empty.priors_.name) == ("agg_label", "prior")


def test_of_labels_that_tie_the_first_is_taken() -> None:
    assert DawidSkene(0).fit_predict(SMALL).to_dict() == {"t1": 2, "t2": 1}
    assert DawidSkene(0).fit_predict(SMALL[::-1]).to_dict() == {"t2": 1, "t1": 2}


def test_a_vote_that_occurs_twice_counts_twice() -> None:
    twice = pd.concat([SMALL, SMALL[-1:]])
    assert DawidSkene(0).fit_predict_proba(twice).loc["t2"].tolist() == [2 / 3, 1 / 3]


def test_a_true_label_that_nobody_gave_has_a_column() -> None:
    for n_iter in (0, 1):
        shares = DawidSkene(n_iter).fit_predict_proba(SMALL, pd.Series({"t2": 5}))
        assert list(shares.columns) == [1, 2, 5]
        assert shares.loc["t2"].tolist() == [0, 0, 1]
        assert shares.loc["t1", 5] == 0


def test_it_says_that_it_has_not_converged() -> None:
    with pytest.warns(ConvergenceWarning, match="after n_iter=3 steps"):
        DawidSkene(3, tol=1e-12).fit(FRAME)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_iter": -1}, "n_iter=-1: give a whole number"),
        ({"n_iter": 2.5}, r"n_iter=2\.5"),
        ({"tol": float("nan")}, "tol=nan: give the least gain"),
        ({"tol": "small"}, "tol='small'"),
        ({"initial_error_strategy": "add"}, "initial_error_strategy: 'add'"),
    ],
)
def test_arguments_that_have_no_meaning(options: dict[str, Any], message: str) -> None:
    with pytest.raises(VoteError, match=message):
        DawidSkene(**options).fit(SMALL)
