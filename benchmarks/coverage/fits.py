"""Designs of votes: intervals of error rates and of the class prior."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aggregation import (
    Fit,
    SimulatedVotes,
    VoteError,
    Votes,
    bootstrap,
    diagonal_pseudo_count,
    fit_dawid_skene,
    profile_class_prior,
    simulate_votes,
    standard_errors,
)

from .study import Covered, Study, inside

Rng = np.random.Generator
# Fewer than one would take for one's own data: five hundred sets have each their bootstrap.
REPLICATES = 100


def symmetric_rates(
    rng: Rng, n_raters: int, n_classes: int, skill: tuple[float, float]
) -> NDArray[np.float64]:
    """Draw raters who are right with a skill of each class, and else wrong in any way alike."""
    right = rng.uniform(*skill, size=(n_raters, n_classes, 1))
    wrong = (1 - right) / (n_classes - 1)
    return np.asarray(np.where(np.eye(n_classes, dtype=bool), right, wrong))


def of_fit(fit: Fit, drawn: SimulatedVotes, name: str = "", **options: Any) -> Covered:
    """Say what the intervals of standard errors cover."""
    try:
        errors = standard_errors(fit, **options)
    except VoteError:  # at no maximum: it says so, and has none
        return {}
    rates, prior = errors.intervals()
    return {
        f"`standard_errors`{name}: error rates": inside(rates, drawn.error_rates),
        f"`standard_errors`{name}: class prior": inside(prior, drawn.class_prior),
    }


def of_bootstrap(fit: Fit, drawn: SimulatedVotes, rng: Rng, **options: Any) -> Covered:
    """Say what the intervals of a bootstrap cover."""
    seed = int(rng.integers(2**31))
    boot = bootstrap(fit, replicates=REPLICATES, seed=seed, threads=1, **options)
    rates, prior = boot.intervals()
    return {
        "`bootstrap`: error rates": inside(rates, drawn.error_rates),
        "`bootstrap`: class prior": inside(prior, drawn.class_prior),
    }


def of_profile(fit: Fit, drawn: SimulatedVotes, name: str = "") -> Covered:
    """Say what the profile intervals cover."""
    ends = profile_class_prior(fit, threads=1)
    return {f"`profile_class_prior`{name}: class prior": inside(ends, drawn.class_prior)}


def plain_votes(
    rng: Rng,
    *,
    n_raters: int,
    n_items: int,
    votes_per_item: int,
    class_prior: ArrayLike,
    skill: tuple[float, float],
    resampled: bool,
) -> Covered:
    """Votes of the model, without and with pseudo-counts."""
    n_classes = len(np.atleast_1d(class_prior))
    drawn = simulate_votes(
        symmetric_rates(rng, n_raters, n_classes, skill),
        class_prior=class_prior,
        n_items=n_items,
        votes_per_item=votes_per_item,
        seed=rng,
    )
    fit_votes = partial(fit_dawid_skene, drawn.votes, n_classes=n_classes, threads=1)
    fit = fit_votes()
    some = fit_votes(pseudo_count=diagonal_pseudo_count(0.1, 0.5, n_classes))
    return (
        of_fit(fit, drawn)
        | of_profile(fit, drawn)
        | (of_bootstrap(fit, drawn, rng) if resampled else {})
        | of_fit(fit, drawn, "(robust=True)", robust=True)
        | of_fit(some, drawn, ", pseudo-counts")
        | of_profile(some, drawn, ", pseudo-counts")
    )


def zeros(rng: Rng) -> Covered:
    """Error rates that came out as 0, though they are not: ends at the boundary."""
    rater = [[0.9, 0.08, 0.02], [0.05, 0.85, 0.1], [0.03, 0.05, 0.92]]
    drawn = simulate_votes(
        [rater] * 12, class_prior=[0.4, 0.35, 0.25], n_items=150, votes_per_item=5, seed=rng
    )
    fit = fit_dawid_skene(drawn.votes, threads=1)
    covered: Covered = {}
    low, high = standard_errors(fit).intervals().error_rates
    at_zero = low == 0
    covered["`standard_errors`: rates that came out as 0"] = inside(
        (low[at_zero], high[at_zero]), drawn.error_rates[at_zero]
    )
    return covered


def images(rng: Rng, *, n_images: int) -> Covered:
    """Four items an image: of one class more often than by chance, judged alike by a rater."""
    n_raters, size, prior = 12, 4, 0.6
    rates = symmetric_rates(rng, n_raters, 2, (0.7, 0.9))
    of_image = rng.beta(prior, 1 - prior, size=n_images)  # a class prior of the image's own
    truth = (rng.random((n_images, size)) < of_image[:, None]).astype(np.int64)
    raters = np.array([rng.permutation(n_raters)[:5] for _ in range(n_images)])
    # on half of its images a rater is right or wrong in a class once for all
    alone = rng.random((n_images, 5, size))
    once = np.take_along_axis(
        rng.random((n_images, 5, 2)), truth[:, None] + 0 * alone.astype(int), 2
    )
    chance = np.where(rng.random((n_images, 5, 1)) < 0.5, once, alone)
    right = chance < rates[raters[:, :, None], truth[:, None], truth[:, None]]
    answers = np.where(right, truth[:, None], 1 - truth[:, None])
    items = np.arange(n_images * size).reshape(n_images, 1, size) + 0 * answers
    votes = Votes.from_triples(
        items.ravel(),
        (raters[:, :, None] + 0 * answers).ravel(),
        answers.ravel(),
        n_items=n_images * size,
        n_raters=n_raters,
        n_answers=2,
    )
    drawn = SimulatedVotes(votes, truth.ravel(), rates, np.array([1 - prior, prior]))
    fit = fit_dawid_skene(votes, threads=1)
    groups = np.arange(n_images * size) // size
    return (
        of_fit(fit, drawn)
        | of_fit(fit, drawn, "(robust=True)", robust=True)
        | of_fit(fit, drawn, "(robust=True, groups=)", robust=True, groups=groups)
        | {
            name.replace("`bootstrap`", "`bootstrap(groups=)`"): covered
            for name, covered in of_bootstrap(fit, drawn, rng, groups=groups).items()
        }
    )


STUDIES = (
    Study(
        "many votes",
        "20 raters with 150 votes each, 600 items, 2 classes (0.6, 0.4), raters right in 70-90 %",
        partial(
            plain_votes,
            n_raters=20,
            n_items=600,
            votes_per_item=5,
            class_prior=[0.6, 0.4],
            skill=(0.7, 0.9),
            resampled=True,
        ),
    ),
    Study(
        "few votes",
        "20 raters with 45 votes each, 300 items, 3 classes alike, raters right in 80 to 85 %",
        partial(
            plain_votes,
            n_raters=20,
            n_items=300,
            votes_per_item=3,
            class_prior=[1 / 3] * 3,
            skill=(0.8, 0.85),
            resampled=True,
        ),
    ),
    Study(
        "few votes of weak raters",
        "20 raters with 45 votes each, 300 items, 2 classes alike, raters right in 65 to 75 %",
        partial(
            plain_votes,
            n_raters=20,
            n_items=300,
            votes_per_item=3,
            class_prior=[0.5, 0.5],
            skill=(0.65, 0.75),
            resampled=False,
        ),
    ),
    Study(
        "zeros",
        "12 raters, 150 items with 5 votes each, 3 classes, error rates from 0.02 on",
        zeros,
    ),
    Study(
        "images",
        "12 raters, 150 images of 4 items, which are alike in class and in what raters get wrong",
        partial(images, n_images=150),
    ),
    Study("few images", "the same with 25 images", partial(images, n_images=25)),
)
