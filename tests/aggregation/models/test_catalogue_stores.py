"""What every method promises of a store: the bits of its votes in memory, or a word of why not."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from aggregation import (
    METHODS,
    Aggregated,
    Method,
    StoreFit,
    VoteError,
    VoteStore,
    VoteWarning,
    fit_ibcc,
    score_votes,
    vote_share,
)
from aggregation.models.earlier import SCORING
from aggregation.models.store_fit import StoreAggregation

from ...support.methods import quietly
from ...support.stores import write_csv

BY_PASSES = {name: one for name, one in METHODS.items() if one.by_passes}
of_stores = pytest.mark.parametrize("method", BY_PASSES.values(), ids=BY_PASSES)
# Enough to see that starts and steps are the same.
FEW = {"restarts": 1, "max_steps": 12}


def store_of(folder: Path, n_raters: int, partitions: int, n_items: int = 400) -> VoteStore:
    """Make a store of votes of raters who are right with 7 in 10, and of one who never votes."""
    rng = np.random.default_rng(7)
    items = rng.integers(0, n_items, 5 * n_items)
    right = rng.random(len(items)) < 0.7
    answers = np.where(right, items % 3, rng.integers(0, 3, len(items)))
    raters = rng.integers(0, n_raters, len(items))
    table = pa.table({"item": items, "rater": raters, "answer": answers})
    path = write_csv(folder / "votes.csv", table)
    return VoteStore.ingest(path, folder / "store", partitions=partitions)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, VoteStore]:
    """Votes in which hardly any items are alike, in which many are, and of which most lie alone."""
    return {
        "many raters": store_of(tmp_path_factory.mktemp("many"), 40, 5),
        "few raters": store_of(tmp_path_factory.mktemp("few"), 2, 3),
        "few items": store_of(tmp_path_factory.mktemp("items"), 9, 6, n_items=5),
    }


def plain(method: Method, **options: Any) -> dict[str, Any]:
    """Those of the options that the method takes."""
    return {name: value for name, value in options.items() if name in method.takes}


def parameters_of(found: Any) -> dict[str, Any]:
    """Return all that was estimated beside posteriors."""
    if isinstance(found, StoreFit) or hasattr(found, "error_rates"):
        return {"error_rates": found.error_rates, "class_prior": found.class_prior}
    return dict(getattr(found, "parameters", {}))


def assert_same(of_store: Any, in_memory: Aggregated) -> None:
    """Two results have the same bits, of which one comes in parts."""
    assert isinstance(of_store, StoreAggregation | StoreFit)
    found, wanted = parameters_of(of_store), parameters_of(in_memory)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)
    np.testing.assert_array_equal(of_store.objective_trace, in_memory.objective_trace)
    np.testing.assert_array_equal(of_store.objective, in_memory.objective)
    for name in ("n_steps", "converged", "objective_kind", "n_classes", "class_names"):
        assert getattr(of_store, name) == getattr(in_memory, name), name
    parts = list(of_store.parts())
    assert len(parts) == of_store.votes.n_partitions
    np.testing.assert_array_equal(
        np.concatenate([part.posterior for part in parts]), in_memory.posterior
    )
    np.testing.assert_array_equal(
        np.concatenate([part.classes() for part in parts]), in_memory.classes()
    )
    assert [name for part in parts for name in part.votes.item_names] == list(
        in_memory.votes.item_names
    )


@of_stores
def test_comes_to_the_bits_of_its_votes_in_memory(
    method: Method, stores: dict[str, VoteStore]
) -> None:
    for store in stores.values():
        options = plain(method, **FEW)
        one = quietly(method, store, **options, **plain(method, threads=1))
        two = quietly(method, store, **options, **plain(method, threads=2))
        wanted = quietly(method, store.votes(), **options)
        assert_same(one, wanted)
        assert_same(two, wanted)


@of_stores
def test_nearly_equals_the_votes_as_one_piece(method: Method, stores: dict[str, VoteStore]) -> None:
    votes = stores["many raters"].votes()
    whole = quietly(method, votes.select(np.arange(votes.n_items)), **plain(method, **FEW))
    found = quietly(method, stores["many raters"], **plain(method, **FEW))
    posterior = np.concatenate([part.posterior for part in found.parts()])  # type: ignore[attr-defined]
    np.testing.assert_allclose(posterior, whole.posterior, rtol=0, atol=1e-9)


@of_stores
def test_a_part_predicts_as_the_whole_does(method: Method, stores: dict[str, VoteStore]) -> None:
    store = stores["many raters"]
    wanted = quietly(method, store.votes(), **plain(method, **FEW))
    parts = list(quietly(method, store, **plain(method, **FEW)).parts())  # type: ignore[attr-defined]
    try:
        expected = wanted.log_predictive(store.votes())
    except VoteError:
        with pytest.raises(VoteError, match="has no model of the answers"):
            parts[0].answer_probabilities()
        return
    found = [part.log_predictive(part.votes) for part in parts]
    np.testing.assert_allclose(np.concatenate(found), expected, rtol=1e-12)


def known_of(store: VoteStore) -> tuple[dict[str, int], np.ndarray[Any, Any]]:
    """Know a third of a store's items, and all of its first partition's: by name, by place."""
    truth = np.full(store.n_items, -1)
    truth[::3] = np.arange(store.n_items)[::3] % 3
    first = store.manifest.partitions[0][0]
    truth[:first] = np.arange(first) % 3
    names = store.votes().item_names
    by_name = {str(name): cls for name, cls in zip(names, truth.tolist(), strict=True)}
    # in another order than the store's, and with some of which it is said that nothing is known
    return dict(sorted(by_name.items())), truth


ROLES = {
    name: one
    for name, one in {
        **BY_PASSES,
        "dawid-skene from a start": replace(
            BY_PASSES["dawid-skene"], fixed={"truth_role": "start"}
        ),
    }.items()
    if "truth" in one.takes
}


@pytest.mark.parametrize("method", ROLES.values(), ids=ROLES)
def test_known_items_go_by_their_names(method: Method, stores: dict[str, VoteStore]) -> None:
    for store in stores.values():
        by_name, truth = known_of(store)
        options = plain(method, restarts=0, max_steps=12, n_classes=3)
        wanted = quietly(method, store.votes(), truth=truth, **options)
        assert_same(quietly(method, store, truth=by_name, **options), wanted)
        assert_same(
            quietly(method, store, truth=by_name, **options, **plain(method, threads=2)), wanted
        )
        in_memory = quietly(method, store.votes(), truth=by_name, **options)
        np.testing.assert_array_equal(in_memory.posterior, wanted.posterior)
        clamped = getattr(wanted, "clamped", None)
        parts = list(quietly(method, store, truth=by_name, **options).parts())  # type: ignore[attr-defined]
        if clamped is None:
            assert all(part.clamped is None for part in parts)
        else:
            found = np.concatenate([part.clamped for part in parts])
            np.testing.assert_array_equal(found, clamped)


def test_truth_that_does_not_fit_is_refused(stores: dict[str, VoteStore]) -> None:
    store = stores["few raters"]
    with pytest.raises(VoteError, match=r"go by their names, \{name: class\}"):
        fit_ibcc(store, truth=np.zeros(store.n_items))
    with pytest.raises(VoteError, match=r"truth of item '7' is 3: classes are 0\.\.2"):
        fit_ibcc(store, truth={"7": 3}, n_classes=3)
    with pytest.raises(VoteError, match="truth: none of its 1 items is among the votes: they are"):
        fit_ibcc(store, truth={"nobody": 1})
    with pytest.raises(VoteError, match="two of its names read the same"):
        fit_ibcc(store, truth={"7": 1, 7: 0})
    with pytest.warns(VoteWarning, match="left out: 2 of 3, such as 'no one'"):
        fit_ibcc(store, truth={"no one": 1, 7: 1, "nobody": 0})


@of_stores
def test_a_result_goes_to_another_process(method: Method, stores: dict[str, VoteStore]) -> None:
    """As a pickle, which opens the store by its path, and without known items or with some."""
    store = stores["many raters"]
    by_name, truth = known_of(store)
    options = plain(method, restarts=0, max_steps=12, n_classes=3)
    for known in [{}, plain(method, truth=by_name)]:
        given = dict.fromkeys(known, truth)
        again = pickle.loads(pickle.dumps(quietly(method, store, **options, **known)))
        assert_same(again, quietly(method, store.votes(), **options, **given))


@pytest.mark.parametrize("method", [one for one in BY_PASSES.values() if one.name in SCORING])
def test_starts_and_scores_as_the_fit_in_memory_does(
    method: Method, stores: dict[str, VoteStore]
) -> None:
    store = stores["many raters"]
    options = plain(method, restarts=0, max_steps=12)
    of_store: Any = quietly(method, store, **options)
    in_memory = quietly(method, store.votes(), **options)
    for start in (METHODS["ibcc"], METHODS["dawid-skene"], METHODS["one-coin-bayes"]):
        again = quietly(start, store, max_steps=3, start=of_store)
        assert_same(again, quietly(start, store.votes(), max_steps=3, start=in_memory))
    scores = pickle.loads(pickle.dumps(score_votes(store, of_store)))
    found = np.concatenate([part.posterior for part in scores.parts()])
    np.testing.assert_array_equal(found, score_votes(store.votes(), in_memory).posterior)


class BrokenOffError(Exception):
    """What a test ends a climb with."""


@pytest.mark.parametrize(
    "method",
    [one for one in BY_PASSES.values() if "checkpoint" in one.takes],
    ids=lambda one: one.name,
)
def test_goes_on_from_its_checkpoint(
    method: Method, stores: dict[str, VoteStore], tmp_path: Path
) -> None:
    store, path = stores["few raters"], tmp_path / "checkpoint.npz"
    options = plain(method, restarts=1, max_steps=14, tol=0)
    seen: list[int] = []

    def break_off(step: int, _: float) -> None:
        seen.append(step)
        if seen.count(1) == 2 - ("restarts" not in options) and step == 8:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        quietly(method, store, checkpoint=path, progress=break_off, **options)
    assert len(list(tmp_path.iterdir())) == 1 + ("restarts" in options)
    told: list[int] = []
    found = quietly(
        method, store, checkpoint=path, progress=lambda step, _: told.append(step), **options
    )
    assert told[0] > 3
    assert 1 not in told
    assert_same(found, quietly(method, store.votes(), **options))
    with pytest.raises(VoteError, match="is the checkpoint of other votes or other options"):
        quietly(method, stores["many raters"], checkpoint=path, **options)


def test_a_checkpoint_is_of_one_method_and_truth(
    stores: dict[str, VoteStore], tmp_path: Path
) -> None:
    store, path = stores["many raters"], tmp_path / "checkpoint.npz"
    quietly(METHODS["mace"], store, checkpoint=path, max_steps=8, tol=0)
    with pytest.raises(VoteError, match="is the checkpoint of other votes or other options"):
        quietly(METHODS["mace-em"], store, checkpoint=path, max_steps=8, tol=0)
    with pytest.raises(VoteError, match="is the checkpoint of other votes or other options"):
        quietly(METHODS["mace"], store, checkpoint=path, max_steps=8, tol=0, truth={"7": 1})


@pytest.mark.parametrize("method", [one for one in METHODS.values() if not one.by_passes])
def test_what_takes_no_store_names_those_that_do(
    method: Method, stores: dict[str, VoteStore]
) -> None:
    named = f": from a store there are {', '.join(BY_PASSES)}$"
    with pytest.raises(VoteError, match=f"^{method.name} needs all votes in memory .*{named}"):
        method(stores["few items"])
    with pytest.raises(VoteError, match=r"^votes=VoteStore.*store\.votes\(\)"):
        method.function(stores["few items"], **method.fixed)


@pytest.mark.parametrize("ties", ["uniform", "first", "last", "random"])
def test_ties_are_broken_alike(ties: Any, stores: dict[str, VoteStore]) -> None:
    for store in stores.values():
        of_store = vote_share(store, ties=ties, seed=3)
        parts: list[Any] = list(of_store.parts())
        again: list[Any] = list(of_store.parts())
        wanted = vote_share(store.votes(), ties=ties, seed=3)
        for name in ("majority", "decisions", "tied", "shares"):
            found = np.concatenate([getattr(part, name) for part in parts])
            np.testing.assert_array_equal(found, getattr(wanted, name))
        assert all(
            (one.majority == other.majority).all() for one, other in zip(parts, again, strict=True)
        )
