"""How the published scores and labels were made, step by step.

The paper says "Dawid & Skene 1979" and no more. The scores are one E-step with error rates that
were counted on the golden questions, with the original ILSVRC label as one more rater of the animal
classes. In this order of operations all 184,962 published scores come out to the last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes, e_step, estimate_class_prior, estimate_error_rates

from ..defaults import THRESHOLD
from ..errors import check_types
from .files.questions import N_ANIMALS
from .files.readers import ANSWERS, NO, YES
from .labels.label_sets import make_labels
from .release import Golden, Release

# Two latent classes: the label does not fit, or it does.
MISFIT, FITS = 0, 1
# Experts who must say yes for a label to fit; it is another number where the original label's own
# error rates are counted.
EXPERTS_FOR_RATERS = 3
EXPERTS_FOR_ORIGINAL = 2
LAPLACE = 1.0


def published_scores(release: Release) -> NDArray[np.float64]:
    """Recompute the published scores from the raters' votes and the golden questions.

    Parameters
    ----------
    release : Release

    Returns
    -------
    ndarray of float64, shape (n_questions,)
        Probability that the label fits the image, in 0..1.

    References
    ----------
    Beyer, Henaff, Kolesnikov, Zhai & van den Oord (2020), Are we done with ImageNet?
    Dawid & Skene (1979), Applied Statistics 28(1), 20-28.
    """
    check_types(published_scores, locals())
    truth = release.golden.fits(at_least=EXPERTS_FOR_RATERS).astype(int)
    error_rates = np.concatenate((rater_rates(release.golden), original_label_rates(release)))
    expectation = e_step(
        with_original_label(release),
        error_rates=error_rates,
        class_prior=estimate_class_prior(truth, n_classes=2),
    )
    # A copy, so that the posterior of the other class does not stay in memory beside it.
    return expectation.posterior[:, FITS].copy()


def rater_rates(golden: Golden) -> NDArray[np.float64]:
    """Error rates of the raters, shape (n_raters, 2, 3): Laplace's rule on the golden questions.

    A rater without golden answers is given the mean of those who have some.
    """
    truth = golden.fits(at_least=EXPERTS_FOR_RATERS).astype(int)
    rates = estimate_error_rates(golden.raters, truth=truth, n_classes=2, pseudo_count=LAPLACE)
    answered = np.bincount(golden.raters.raters, minlength=golden.raters.n_raters) > 0
    rates[~answered] = rates[answered].mean(axis=0)
    return rates


def original_label_rates(release: Release) -> NDArray[np.float64]:
    """Error rates of the original label, shape (1, 2, 3): Laplace's rule on all golden questions.

    A label fits, here, where two experts say yes.
    """
    original = original_label_answers(release)
    truth = release.golden.fits(at_least=EXPERTS_FOR_ORIGINAL).astype(int)
    return estimate_error_rates(original, truth=truth, n_classes=2, pseudo_count=LAPLACE)


def original_label_answers(release: Release) -> Votes:
    """Answers of the original label to the golden questions, as the votes of one rater.

    It says yes to its own label and no to any other.
    """
    says_yes = release.is_original()[release.golden.questions]
    asked = np.arange(len(says_yes))
    cells = asked * len(ANSWERS) + np.where(says_yes, YES, NO)
    return Votes.from_cells(
        [cells], n_items=len(asked), n_answers=len(ANSWERS), answer_names=ANSWERS
    )


def with_original_label(release: Release) -> Votes:
    """Return the votes with the original label as the last rater, where the label is an animal."""
    animal = np.flatnonzero(release.questions.labels < N_ANIMALS)
    answers = np.where(release.is_original()[animal], YES, NO)
    return release.votes.with_rater(animal, answers, name="original label")


def published_labels(release: Release) -> list[list[int]]:
    """Recompute real.json: the labels whose recomputed score is at least 0.8.

    Parameters
    ----------
    release : Release

    Returns
    -------
    list of 50,000 lists of int
        In the published order (see :mod:`analysis.release.labels.set_order`).
    """
    check_types(published_labels, locals())
    return make_labels(release, scores=published_scores(release), threshold=THRESHOLD)


TRUTHS = ("misfit", "fits")
