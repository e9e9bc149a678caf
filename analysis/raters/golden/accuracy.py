"""How often raters, experts and the original label are right on the golden questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from aggregation import UNKNOWN, Votes, expected_counts
from aggregation.votes.given import truth_weights

from ...errors import check_types
from ...release.files.readers import ANSWERS, YES
from ...release.published import FITS, MISFIT, TRUTHS, original_label_answers
from ...release.release import Golden, Release
from ...statistics.estimates import Estimates
from ...statistics.intervals import proportion
from ...tables import to_csv

Kind = Literal["rater", "expert", "original label"]
RATER: Final = "rater"
EXPERT: Final = "expert"
ORIGINAL_LABEL: Final = "original label"
KINDS: tuple[Kind, ...] = (RATER, EXPERT, ORIGINAL_LABEL)


@dataclass(frozen=True, eq=False)
class RaterAccuracy:
    """Golden answers beside the truth: a row for each rater, each expert and the original label.

    Every proportion is a :class:`Estimates`: the estimates and the ends of
    their 95 % Wilson intervals as three arrays, NaN where a proportion is 0/0. To say yes is
    measured against the rest: maybe counts as not yes.

    Attributes
    ----------
    raters : tuple
        Whose row it is: the release's id of a rater or an expert (the two may share ids, see
        `kinds`), or "original label".
    kinds : ndarray of str, shape (n_rows,)
        "rater", "expert" or "original label".
    votes : ndarray of int64, shape (n_rows,)
        Votes in the release; 0 for the experts and the original label, which cast none.
    golden_answers : ndarray of int64, shape (n_rows,)
        Answers to golden questions.
    counts : ndarray of int64, shape (n_rows, 2, 3)
        Golden answers by truth (misfit, fits) and answer (no, maybe, yes).
    """

    raters: tuple[Any, ...]
    kinds: NDArray[np.str_]
    votes: NDArray[np.int64]
    golden_answers: NDArray[np.int64]
    counts: NDArray[np.int64]

    @property
    def undecided(self) -> NDArray[np.int64]:
        """Golden answers left out of `counts`, as the other experts are divided, (n_rows,)."""
        return np.asarray(self.golden_answers - self.counts.sum(axis=(1, 2)))

    @property
    def accuracy(self) -> Estimates:
        """Share of the answers that are yes where the label fits, and not yes where it does not."""
        right = self.counts[:, FITS, YES] + self.counts[:, MISFIT, :YES].sum(axis=1)
        return proportion(right, self.counts.sum(axis=(1, 2)))

    @property
    def precision(self) -> Estimates:
        """Share of the yes answers whose label fits."""
        return proportion(self.counts[:, FITS, YES], self.counts[:, :, YES].sum(axis=1))

    @property
    def recall(self) -> Estimates:
        """Share of yes among the answers where the label fits."""
        return proportion(self.counts[:, FITS, YES], self.counts[:, FITS].sum(axis=1))

    @property
    def specificity(self) -> Estimates:
        """Share of no and maybe among the answers where the label does not fit."""
        misfit = self.counts[:, MISFIT]
        return proportion(misfit[:, :YES].sum(axis=1), misfit.sum(axis=1))

    @property
    def error_rates(self) -> Estimates:
        """Share of each answer given the truth, shape (n_rows, 2, 3); no pseudo-counts."""
        return proportion(self.counts, self.counts.sum(axis=2, keepdims=True))

    def of_kind(self, kind: Kind) -> RaterAccuracy:
        """Take the rows of one kind: "rater", "expert" or "original label"."""
        rows = np.flatnonzero(self.kinds == kind)
        return RaterAccuracy(
            tuple(self.raters[row] for row in rows),
            self.kinds[rows],
            self.votes[rows],
            self.golden_answers[rows],
            self.counts[rows],
        )


def rater_accuracy(release: Release) -> RaterAccuracy:
    """Compare golden answers with the truth, for each rater, each expert and the original label.

    A label fits where at least 3 experts say yes: that is the truth for the raters, and for the
    original label, which says yes to itself and no to any other. An expert has a part in that
    truth, so each is compared with the majority of the others instead; where these are equally
    divided there is no truth, and the expert's answer is left out and counted as undecided.

    Parameters
    ----------
    release : Release

    Returns
    -------
    RaterAccuracy
        Raters in the order of `release.votes`, experts in that of `release.golden.experts`, the
        original label last. A rater without golden answers has NaN for every proportion.

    Notes
    -----
    The intervals take the golden questions for independent draws. They are too narrow in so far as
    the questions of one image are answered rightly, or wrongly, together.
    """
    check_types(rater_accuracy, locals())
    golden = release.golden
    original = original_label_answers(release)
    truth = golden.truth()
    counts = (_counts(golden.raters, truth), _expert_counts(golden), _counts(original, truth))
    answers = (golden.raters, golden.experts, original)
    sizes = [len(rows) for rows in counts]
    return RaterAccuracy(
        raters=(*release.votes.rater_names, *golden.experts.rater_names, ORIGINAL_LABEL),
        kinds=np.repeat(KINDS, sizes),
        votes=np.pad(_votes_of_each(release.votes), (0, sum(sizes[1:]))),
        golden_answers=np.concatenate([_votes_of_each(votes) for votes in answers]),
        counts=np.concatenate(counts),
    )


def majority_of_others(golden: Golden, expert: int) -> NDArray[np.int64]:
    """Truth by the majority of the other experts.

    Parameters
    ----------
    golden : Golden
    expert : int
        Code of the expert who is left out.

    Returns
    -------
    ndarray of int64, shape (n_golden,)
        1 (fits) where more than half of the others who answered say yes, 0 (misfit) where fewer
        than half do; -1 where exactly half do, or none of the others answered.
    """
    others = np.delete(golden.experts.to_tensor(), expert, axis=0).sum(axis=0)
    lead_of_yes = others[:, YES] - others[:, :YES].sum(axis=1)
    return np.select([lead_of_yes > 0, lead_of_yes < 0], [FITS, MISFIT], default=UNKNOWN)


def raters_csv(accuracy: RaterAccuracy) -> str:
    """Return the text of raters.csv: one row each, in the order given.

    Parameters
    ----------
    accuracy : RaterAccuracy

    Returns
    -------
    str
        Columns: rater, votes, accuracy, kind, golden_answers, undecided, precision, recall,
        specificity, and the error rates as no_if_misfit ... yes_if_fits. Each proportion x is
        followed by x_low and x_high, the ends of its 95 % interval. 0/0 is an empty cell.
    """
    return to_csv(accuracy_columns(accuracy))


def accuracy_columns(accuracy: RaterAccuracy) -> dict[str, Sequence[Any] | NDArray[Any]]:
    """Return the columns of raters.csv by name; see :func:`raters_csv`."""
    rates = accuracy.error_rates
    columns: dict[str, Sequence[Any] | NDArray[Any]] = {
        "rater": accuracy.raters,
        "votes": accuracy.votes,
        **_with_interval("accuracy", accuracy.accuracy),
        "kind": accuracy.kinds,
        "golden_answers": accuracy.golden_answers,
        "undecided": accuracy.undecided,
        **_with_interval("precision", accuracy.precision),
        **_with_interval("recall", accuracy.recall),
        **_with_interval("specificity", accuracy.specificity),
    }
    for cls, truth in enumerate(TRUTHS):
        for code, answer in enumerate(ANSWERS):
            rate = Estimates(*(part[:, cls, code] for part in rates))
            columns |= _with_interval(f"{answer}_if_{truth}", rate)
    return columns


def _with_interval(name: str, values: Estimates) -> dict[str, NDArray[np.float64]]:
    return {name: values.value, f"{name}_low": values.low, f"{name}_high": values.high}


def _counts(votes: Votes, truth: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count answers by rater, truth and answer; what has no truth is left out."""
    weights = truth_weights(truth, votes.n_items, len(TRUTHS))
    return expected_counts(votes, weights).astype(np.int64)


def _expert_counts(golden: Golden) -> NDArray[np.int64]:
    """Count each expert's answers against the majority of the others."""
    experts = range(golden.experts.n_raters)
    return np.stack(
        [_counts(golden.experts, majority_of_others(golden, expert))[expert] for expert in experts]
    )


def _votes_of_each(votes: Votes) -> NDArray[np.int64]:
    return np.bincount(votes.raters, minlength=votes.n_raters)
