from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import e_step, estimate_class_prior
from analysis import AnalysisError, Release, out_of_sample_scores
from analysis.release.published import original_label_rates, rater_rates, with_original_label
from analysis.release.release import Golden
from analysis.scores.methods.out_of_sample import (
    golden_counts,
    golden_votes,
    image_folds,
    recipe_scores,
)


def without(release: Release, left_out: NDArray[np.bool_]) -> Release:
    """Drop golden questions for good: of the release nothing else is changed."""
    golden = release.golden
    rest = ~left_out
    return replace(
        release,
        golden=Golden(
            golden.questions[rest], golden.experts.select(rest), golden.raters.select(rest)
        ),
    )


def direct_loop(
    release: Release, fold: NDArray[np.int64], *, with_original: bool = True
) -> NDArray[np.float64]:
    """Really drop each fold, estimate everything anew by the recipe's own functions, and score."""
    votes = with_original_label(release) if with_original else release.votes
    scores = np.full(len(fold), np.nan)
    for left_out in np.unique(fold):
        held = fold == left_out
        rest = without(release, held)
        rates = rater_rates(rest.golden)
        if with_original:
            rates = np.concatenate((rates, original_label_rates(rest)))
        prior = estimate_class_prior(rest.golden.fits().astype(int), n_classes=2)
        asked = votes.select(release.golden.questions[held])
        scores[held] = e_step(asked, error_rates=rates, class_prior=prior).posterior[:, 1]
    return scores


@pytest.mark.parametrize("with_original", [True, False])
@pytest.mark.parametrize("folds", [None, 2, 7])
def test_scores_are_those_of_a_direct_loop(
    simulated: Release, folds: int | None, with_original: bool
) -> None:
    found = out_of_sample_scores(simulated, folds=folds, seed=3, with_original=with_original)
    fold = image_folds(simulated, folds, seed=3)
    # bit for bit: counts are whole numbers, which subtract without rounding
    assert np.array_equal(found, direct_loop(simulated, fold, with_original=with_original))


def test_a_rater_whose_only_golden_answers_are_left_out_has_the_mean(simulated: Release) -> None:
    images = simulated.golden_images()
    raters = simulated.golden.raters
    busiest = int(np.argmax(np.bincount(raters.raters)))
    tensor = raters.to_tensor()
    tensor[busiest, images != images[0]] = 0
    sparse = replace(
        simulated, golden=replace(simulated.golden, raters=type(raters).from_tensor(tensor))
    )
    counts = golden_counts(sparse, image_folds(sparse))
    left_out = int(image_folds(sparse)[0])
    assert counts.total().raters[busiest].any()
    assert not counts.without(left_out).raters[busiest].any()
    found = out_of_sample_scores(sparse)
    assert np.array_equal(found, direct_loop(sparse, image_folds(sparse)))


def test_truth_of_an_image_has_no_part_in_its_own_scores(simulated: Release) -> None:
    images = simulated.golden_images()
    held = images == images[0]
    tensor = simulated.golden.experts.to_tensor()
    tensor[:, held] = tensor[:, held][:, :, ::-1]
    experts = type(simulated.golden.experts).from_tensor(tensor)
    turned = replace(simulated, golden=replace(simulated.golden, experts=experts))
    before, after = out_of_sample_scores(simulated), out_of_sample_scores(turned)
    assert np.array_equal(before[held], after[held])
    assert not np.array_equal(before[~held], after[~held])


def test_nothing_left_out_gives_the_published_scores(simulated: Release) -> None:
    counts = golden_counts(simulated, image_folds(simulated)).total()
    found = recipe_scores(golden_votes(simulated), counts)
    assert np.array_equal(found, simulated.scores[simulated.golden.questions])


@pytest.mark.parametrize("folds", [2, 7, 60])
def test_folds_share_out_whole_images(simulated: Release, folds: int) -> None:
    images = simulated.golden_images()
    fold = image_folds(simulated, folds, seed=1)
    of_image = {image: set(fold[images == image].tolist()) for image in np.unique(images).tolist()}
    assert all(len(found) == 1 for found in of_image.values())
    sizes = np.bincount([found.pop() for found in of_image.values()], minlength=folds)
    assert sizes.max() - sizes.min() <= 1
    assert np.array_equal(fold, image_folds(simulated, folds, seed=1))
    if folds < 60:
        assert not np.array_equal(fold, image_folds(simulated, folds, seed=2))


@pytest.mark.parametrize("folds", [-1, 0, 1, 61])
def test_refuses_folds(simulated: Release, folds: int) -> None:
    with pytest.raises(AnalysisError, match=f"folds={folds}: give 2 to 60"):
        out_of_sample_scores(simulated, folds=folds)


def test_refuses_a_single_golden_image(simulated: Release) -> None:
    images = simulated.golden_images()
    with pytest.raises(AnalysisError, match="one golden image alone"):
        out_of_sample_scores(without(simulated, images != images[0]))


def test_refuses_where_no_other_image_has_golden_answers(simulated: Release) -> None:
    images = simulated.golden_images()
    tensor = simulated.golden.raters.to_tensor()
    tensor[:, images != images[0]] = 0
    raters = type(simulated.golden.raters).from_tensor(tensor)
    with pytest.raises(AnalysisError, match="no rater has a golden answer"):
        out_of_sample_scores(replace(simulated, golden=replace(simulated.golden, raters=raters)))


@pytest.mark.release
def test_release_is_that_of_a_direct_loop(release: Release) -> None:
    found = out_of_sample_scores(release)
    assert np.array_equal(found, direct_loop(release, image_folds(release)))
    published = release.scores[release.golden.questions]
    assert 0 < np.abs(found - published).max() < 0.03
    counts = golden_counts(release, image_folds(release)).total()
    assert np.array_equal(recipe_scores(golden_votes(release), counts), published)
