"""The published scores: bit by bit, by an independent calculation, and by no other recipe."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import Release, load_release, published_labels, published_scores
from analysis.release import published
from analysis.release.labels.label_sets import to_json
from analysis.reproduction import compare_scores
from tests.support.recipe_oracle import factors_of, multiplied, plain_scores

from ...support.bad_releases import arrays_of, change, linked


def test_against_plain_python(simulated: Release) -> None:
    answered = np.bincount(simulated.golden.raters.raters, minlength=simulated.votes.n_raters)
    assert (answered == 0).any()  # so that the mean of the others matters
    np.testing.assert_array_equal(published_scores(simulated), plain_scores(simulated.folder))


def test_a_rater_with_one_golden_answer(simulated_dir: Path, tmp_path: Path) -> None:
    folder = linked(simulated_dir, tmp_path / "release")
    tensor = arrays_of(folder / "raters_golden.npz")["tensor"]
    tensor[0, 1:] = 0
    change(folder / "raters_golden.npz", tensor=tensor)
    np.testing.assert_array_equal(published_scores(load_release(folder)), plain_scores(folder))


def test_labels_of_a_simulated_release(simulated: Release) -> None:
    text = to_json(published_labels(simulated))
    assert text == (simulated.folder / "real.json").read_text()


@pytest.mark.release
def test_every_published_score_to_the_bit(release: Release) -> None:
    scores = published_scores(release)
    assert scores.shape == (184_962,)
    assert scores.dtype == np.float64
    np.testing.assert_array_equal(scores, release.scores, strict=True)
    raw = arrays_of(release.folder / "scores.npz")["tensor"]
    assert scores.tobytes() == raw.tobytes()


@pytest.mark.release
def test_real_json_to_the_byte(release: Release) -> None:
    text = to_json(published_labels(release))
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest == "d83e9bff374c631aae8439eb064c7019acc56e1b3bc3f56b8380c2a710b0220b"
    assert text == (release.folder / "real.json").read_text()


@pytest.mark.release
def test_error_rates_of_the_original_label(release: Release) -> None:
    """133 yes and 170 no where the label fits, 22 yes and 810 no where it does not."""
    expected = np.array([[[810 + 1, 0 + 1, 22 + 1], [170 + 1, 0 + 1, 133 + 1]]])
    expected = expected / np.array([[[832 + 3], [303 + 3]]])
    np.testing.assert_array_equal(published.original_label_rates(release), expected)


@pytest.mark.release
def test_error_rates_of_the_raters(release: Release) -> None:
    golden = arrays_of(release.folder / "raters_golden.npz")
    experts = arrays_of(release.folder / "golden.npz")["tensor"]
    fits = experts[:, :, 2].sum(axis=0) >= 3
    counts = np.stack(
        [golden["tensor"][:, fits == truth].sum(axis=1) for truth in (False, True)], axis=1
    )
    np.testing.assert_array_equal(counts.sum(axis=2), np.tile([887, 248], (78, 1)))
    smoothed: NDArray[np.float64] = (counts + 1) / [[890], [251]]
    mean: NDArray[np.float64] = smoothed.mean(axis=0)
    of_id = dict(zip(golden["ids"].tolist(), smoothed, strict=True))
    rates = published.rater_rates(release.golden)
    names = release.votes.rater_names
    for rater, found in zip(names, rates, strict=True):
        np.testing.assert_allclose(found, of_id.get(rater, mean), rtol=1e-15, atol=0)
    without = [rates[names.index(rater)] for rater in (111, 132, 134, 146, 153, 167, 189)]
    np.testing.assert_array_equal(without, np.broadcast_to(without[0], (7, 2, 3)))


@pytest.mark.release
def test_class_prior(release: Release) -> None:
    fits = release.golden.fits()
    assert (fits.sum(), len(fits)) == (248, 1135)


# The same recipe on whole arrays, in any order of operations.

VOTES, ORIGINAL, PRIOR = slice(0, 5), slice(5, 6), slice(6, 7)


@pytest.mark.release
def test_only_this_order_of_operations_is_exact(release: Release) -> None:
    factors = factors_of(release)
    np.testing.assert_array_equal(multiplied(factors, [0, 1, 2, 3, 4, 5, 6]), release.scores)
    others = [
        multiplied(factors, order)
        for order in (
            [6, 0, 1, 2, 3, 4, 5],
            [0, 1, 2, 3, 4, 6, 5],
            [5, 0, 1, 2, 3, 4, 6],
            [4, 3, 2, 1, 0, 5, 6],
        )
    ]
    logs = np.log(factors).sum(axis=1)
    others.append(1 / (1 + np.exp(logs[:, 0] - logs[:, 1])))
    for scores in others:
        assert np.count_nonzero(scores != release.scores) > 1000
        np.testing.assert_allclose(scores, release.scores, rtol=1e-13, atol=0)


def patched(release: Release, patch: pytest.MonkeyPatch, **constants: float) -> Release:
    for name, value in constants.items():
        assert getattr(published, name) != value
        patch.setattr(published, name, value)
    return release


def without_a_golden_rater(release: Release, _: pytest.MonkeyPatch) -> Release:
    """One rater less in the mean that the seven are given: they are 78."""
    raters = release.golden.raters
    first = int(np.flatnonzero(np.bincount(raters.raters, minlength=raters.n_raters))[0])
    tensor = raters.to_tensor()
    tensor[first] = 0
    golden = replace(release.golden, raters=type(raters).from_tensor(tensor))
    return replace(release, golden=golden)


def another_original_label(release: Release, _: pytest.MonkeyPatch) -> Release:
    """Swap two animals among the original labels."""
    original = release.original_labels
    swapped = np.where(original == 0, 1, np.where(original == 1, 0, original)).astype(np.int16)
    return replace(release, original_labels=swapped)


STEPS: dict[str, Callable[[Release, pytest.MonkeyPatch], Release]] = {
    "truth of at least 2 experts for the raters": partial(patched, EXPERTS_FOR_RATERS=2),
    "truth of at least 3 experts for the original label": partial(patched, EXPERTS_FOR_ORIGINAL=3),
    "no pseudo-counts": partial(patched, LAPLACE=0.0),
    "pseudo-counts of 1/2": partial(patched, LAPLACE=0.5),
    "no original label": partial(patched, N_ANIMALS=0),
    "an animal less": partial(patched, N_ANIMALS=397),
    "a plant more": partial(patched, N_ANIMALS=399),
    "the original label of every class": partial(patched, N_ANIMALS=1000),
    "77 raters with golden answers": without_a_golden_rater,
    "other original labels": another_original_label,
}


@pytest.mark.release
@pytest.mark.parametrize("step", STEPS)
def test_each_step_of_the_recipe_matters(
    step: str, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered = STEPS[step](release, monkeypatch)
    comparison = compare_scores(release, published_scores(altered))
    assert not comparison.identical
    assert comparison.differences


@pytest.mark.release
def test_the_seven_raters_rates_matter(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = published.rater_rates(release.golden)
    uniform = exact.copy()
    uniform[release.votes.rater_names.index(189)] = 1 / 3
    monkeypatch.setattr(published, "rater_rates", lambda _: uniform)
    differing = published_scores(release) != release.scores
    votes = release.votes
    asked = np.zeros(votes.n_items, dtype=bool)
    asked[votes.items[votes.raters == votes.rater_names.index(189)]] = True
    assert differing.any()
    assert asked[differing].all()
