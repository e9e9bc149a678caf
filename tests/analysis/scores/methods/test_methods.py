from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import (
    Votes,
    e_step,
    estimate_class_prior,
    fit_dawid_skene,
    fit_ebcc,
    fit_glad,
    fit_ibcc,
)
from analysis import Release, out_of_sample_scores, precision_recall
from analysis.release.published import rater_rates
from analysis.scores.golden_curves import golden_curve
from analysis.scores.methods.methods import (
    EBCC,
    GLAD,
    PUBLISHED,
    GoldenScores,
    em,
    em_clamped,
    em_started,
    methods,
    recipe,
    yes_share,
)
from analysis.scores.methods.out_of_sample import image_folds

Held = tuple[NDArray[np.bool_], NDArray[np.float64]]


def dropped(release: Release, scores: GoldenScores, *, folds: int, seed: int) -> Iterator[Held]:
    """Each fold, and nothing, as what is not known; with the scores that are to be checked."""
    fold = image_folds(release, folds, seed=seed)
    yield np.zeros(len(fold), dtype=bool), scores.in_sample
    for left_out in range(folds):
        yield fold == left_out, scores.out_of_sample


def test_the_published_recipe_comes_first(simulated: Release) -> None:
    every = methods()
    assert next(iter(every)) == PUBLISHED
    assert len(every) == 11
    found = every[PUBLISHED](simulated)
    assert np.array_equal(found.in_sample, simulated.scores[simulated.golden.questions])
    assert np.array_equal(found.out_of_sample, out_of_sample_scores(simulated))
    assert found.left_out == "1 of 60 images"


def test_recipe_without_the_original_label(simulated: Release) -> None:
    golden = simulated.golden
    prior = estimate_class_prior(golden.fits().astype(int), n_classes=2)
    expected = e_step(simulated.votes, error_rates=rater_rates(golden), class_prior=prior)
    found = recipe(simulated, with_original=False)
    assert np.array_equal(found.in_sample, expected.posterior[golden.questions, 1])
    labels = simulated.questions.labels[golden.questions]
    # only the animal classes have the original label as a rater
    same = found.in_sample == simulated.scores[golden.questions]
    assert np.array_equal(same, labels >= 398)


def test_yes_share(simulated: Release) -> None:
    tensor = simulated.votes.to_tensor()[:, simulated.golden.questions].sum(axis=0)
    found = yes_share(simulated)
    assert np.array_equal(found.in_sample, tensor[:, 2] / tensor.sum(axis=1))
    assert found.out_of_sample is found.in_sample
    assert found.left_out == ""


def test_em_without_golden_answers_knows_none(simulated: Release) -> None:
    experts = simulated.golden.experts
    others = replace(
        simulated,
        golden=replace(simulated.golden, experts=experts.select(np.arange(experts.n_items)[::-1])),
    )
    for n_classes in (2, 3):
        found = em(simulated, n_classes=n_classes)
        assert np.array_equal(found.in_sample, em(others, n_classes=n_classes).in_sample)
        fit = fit_dawid_skene(simulated.votes, n_classes=n_classes)
        assert np.array_equal(found.in_sample, fit.posterior[simulated.golden.questions, -1])
        assert found.out_of_sample is found.in_sample


def test_bayesian_models_and_glad_know_no_golden_truth(simulated: Release) -> None:
    every, golden = methods(), simulated.golden.questions
    own: dict[str, Any] = {"n_classes": 2, "diagonal": [0, 2]}
    expected = {
        "IBCC, 2 classes": fit_ibcc(simulated.votes, **own),
        EBCC: fit_ebcc(simulated.votes, restarts=0, **own),
        GLAD: fit_glad(simulated.votes),
    }
    for name, fit in expected.items():
        found = every[name](simulated)
        assert np.array_equal(found.in_sample, fit.posterior[golden, -1])
        assert found.out_of_sample is found.in_sample
        assert found.left_out == ""


def test_em_started_is_a_direct_loop(simulated: Release) -> None:
    found = em_started(simulated, folds=3, seed=2)
    golden = simulated.golden
    for held, scores in dropped(simulated, found, folds=3, seed=2):
        rest = replace(
            golden, experts=golden.experts.select(~held), raters=golden.raters.select(~held)
        )
        prior = estimate_class_prior(rest.fits().astype(int), n_classes=2)
        fit = fit_dawid_skene(simulated.votes, n_classes=2, start=(rater_rates(rest), prior))
        rows = held if held.any() else ~held
        assert np.array_equal(scores[rows], fit.posterior[golden.questions, 1][rows])


def test_em_clamped_is_a_direct_loop(simulated: Release) -> None:
    found = em_clamped(simulated, folds=3, seed=2)
    golden, votes = simulated.golden, simulated.votes
    truth = golden.fits().astype(int)
    for held, scores in dropped(simulated, found, folds=3, seed=2):
        # Votes on all questions, and golden answers as votes on items after them.
        known = np.flatnonzero(~held)
        answers = golden.raters
        kept = np.isin(answers.items, known)
        item = np.concatenate((votes.items, votes.n_items + answers.items[kept]))
        both = Votes.from_triples(
            item,
            np.concatenate((votes.raters, answers.raters[kept])),
            np.concatenate((votes.answers, answers.answers[kept])),
            n_items=votes.n_items + answers.n_items,
            n_raters=votes.n_raters,
        )
        of_item = np.full(both.n_items, -1)
        of_item[golden.questions[known]] = truth[known]
        of_item[votes.n_items + known] = truth[known]
        # items of the held fold have no golden answers here, and so no say
        everything = np.concatenate((np.arange(votes.n_items), votes.n_items + known))
        fit = fit_dawid_skene(both.select(everything), n_classes=2, truth=of_item[everything])
        asked = votes.select(golden.questions)
        posterior = e_step(asked, error_rates=fit.error_rates, class_prior=fit.class_prior)
        rows = held if held.any() else ~held
        np.testing.assert_allclose(scores[rows], posterior.posterior[rows, 1], rtol=1e-9)


def test_clamped_scores_are_not_the_truth(simulated: Release) -> None:
    found = em_clamped(simulated, folds=2)
    assert np.abs(found.in_sample - simulated.golden.fits()).min() > 0
    assert precision_recall(found.in_sample, truth=simulated.golden.fits()).average_precision < 1


def test_fits_are_reported(simulated: Release) -> None:
    seen: list[tuple[int, int]] = []
    em_started(simulated, folds=2, progress=lambda done, all_fits: seen.append((done, all_fits)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_stacked_votes_come_after(simulated: Release) -> None:
    some = simulated.votes.select([3, 0])
    both = simulated.votes.stacked(some)
    assert both.n_items == simulated.votes.n_items + 2
    again = both.select([both.n_items - 2, both.n_items - 1])
    assert np.array_equal(again.codes, some.codes)
    assert np.array_equal(both.codes[: simulated.votes.n_votes], simulated.votes.codes)


@pytest.mark.release
@pytest.mark.parametrize(("n_classes", "area"), [(2, 0.89221), (3, 0.88862)])
def test_em_on_the_release(release: Release, n_classes: int, area: float) -> None:
    scores = em(release, n_classes=n_classes).in_sample
    found = precision_recall(scores, truth=release.golden.fits()).average_precision
    assert round(found, 5) == area


@pytest.mark.release
def test_votes_alone_on_the_release(release: Release) -> None:
    point = precision_recall(yes_share(release).in_sample, truth=release.golden.fits()).at(0.4)
    assert (round(point.precision, 5), round(point.recall, 5)) == (0.89231, 0.70161)


@pytest.mark.release
def test_recipe_on_the_release(release: Release) -> None:
    found = recipe(release)
    area = precision_recall(found.in_sample, truth=release.golden.fits()).average_precision
    assert area == golden_curve(release).average_precision
    assert found.left_out == "1 of 155 images"
