"""A start of sparse error rates from an earlier fit: by names, against dictionaries of names."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregation import (
    METHODS,
    SparseFit,
    VoteError,
    Votes,
    e_step,
    expected_counts,
    fit_dawid_skene,
    fit_sparse_dawid_skene,
    read_fit,
)
from aggregation.kernels.threads import Threads
from aggregation.models.sparse.background import background_of
from aggregation.models.sparse.candidates import Task, checked_known
from aggregation.models.sparse.problem import problem_of
from aggregation.models.sparse.starts import checked_start
from aggregation.models.warm_start import SHARE
from benchmarks.data import neighbours

from ....support.commands import Command, refused
from ....support.methods import quietly
from ....support.new_votes import drawn_rows, votes_of

OLD = drawn_rows()
# f is gone, g and h are new, and so is the answer "fox"; "emu" is gone.
NEW = drawn_rows("hgedcba", ("fox", "dog", "cat"), n_items=40, seed=1)


def fitted(votes: Votes, **options: Any) -> SparseFit:
    found = quietly(METHODS["dawid-skene-sparse"], votes, **options)
    assert isinstance(found, SparseFit)
    return found


def first_posterior(votes: Votes, earlier: Any) -> np.ndarray:
    """Count what an earlier fit expects by names, over the background, a number at a time."""
    background, count = fitted(votes, candidates=9), 10.0
    found: dict[tuple[str, str, str], float] = defaultdict(float)
    old = expected_counts(earlier.votes, earlier.posterior)
    names = earlier.votes.rater_names, earlier.votes.answer_names
    for (w, k, a), value in np.ndenumerate(old):
        found[str(names[0][w]), str(names[1][k]), str(names[1][a])] += value
    rates = count * background.background.table()
    for w, rater in enumerate(votes.rater_names):
        for k, cls in enumerate(votes.answer_names):
            for a, answer in enumerate(votes.answer_names):
                rates[w, k, a] += found[str(rater), str(cls), str(answer)]
    rates /= rates.sum(axis=2, keepdims=True)
    of_classes = dict(zip(map(str, names[1]), earlier.class_prior, strict=True))
    prior = np.array([of_classes.get(str(name), 0.0) for name in votes.answer_names])
    prior /= prior.sum()
    if (prior == 0).any():
        prior = np.where(prior > 0, (1 - SHARE) * prior, SHARE / (prior == 0).sum())
    return e_step(votes, error_rates=rates, class_prior=prior).posterior


def climbs_from(votes: Votes, earlier: Any) -> np.ndarray:
    """Return where a climb begins, shape (n_items, n_classes)."""
    n, threads = votes.n_answers, Threads(1)
    task = Task(votes, checked_known(None, votes.n_items, n), n)
    problem = problem_of(task, background_of(task, threads), 10.0, 9, threads)
    table = np.zeros((votes.n_items, n))
    candidates = problem.candidates
    table[candidates.items, candidates.classes] = problem.start(checked_start(votes, earlier))
    return table


# What dense methods have is their rates times the votes of a row, and not what the posterior is.
@pytest.mark.parametrize("rows", [OLD, NEW])
@pytest.mark.parametrize(
    ("method", "atol"), [(fit_sparse_dawid_skene, 1e-12), (fit_dawid_skene, 1e-5)]
)
def test_what_is_expected_by_names_counts_first(rows: Any, method: Any, atol: float) -> None:
    earlier, votes = method(votes_of(OLD)), votes_of(rows)
    found, expected = climbs_from(votes, earlier), first_posterior(votes, earlier)
    np.testing.assert_allclose(found, expected, rtol=0, atol=atol)
    assert np.abs(found - climbs_from(votes, None)).max() > 100 * atol


def test_a_fit_goes_on_where_an_earlier_one_of_the_votes_ended() -> None:
    votes, _ = neighbours(n_items=2000, n_raters=60, n_classes=30)
    whole = fitted(votes)
    assert fitted(votes, start=whole).n_steps <= 3
    first = fitted(votes, max_steps=20)
    again = fitted(votes, start=first, max_steps=20)
    assert first.objective_trace[0] < first.objective < again.objective_trace[0]
    fewer = fitted(votes.select(np.arange(1900)))
    assert (fitted(votes, start=fewer).classes() == whole.classes()).mean() > 0.98


def test_from_the_folder_of_a_fit(reassess: Command, tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("\n".join(["item,rater,label", *map(",".join, OLD)]) + "\n", encoding="utf-8")
    method = "--method", "dawid-skene-sparse"
    assert reassess("fit", path, *method, "-o", "first").status == 0
    earlier, fit = read_fit("first"), fitted(votes_of(OLD))
    # cells of which less than 0.005 votes are expected are not written
    assert earlier.cells is not None
    assert earlier.cells.counts.sum() == pytest.approx(len(OLD), rel=1e-3)
    found = climbs_from(votes_of(NEW), earlier)
    np.testing.assert_allclose(found, climbs_from(votes_of(NEW), fit), atol=1e-3)
    ended = reassess("fit", path, *method, "--start", "first", "-o", "again")
    assert ended.status == 0
    assert "Start: 6 of 6 raters and 3 of 3 answers from first." in ended.err
    more = tmp_path / "more.csv"
    lines = [*map(",".join, OLD), "i,nobody,cat"]
    more.write_text("\n".join(["item,rater,label", *lines]) + "\n", encoding="utf-8")
    ended = reassess("fit", more, *method, "--start", "first", "-o", "again")
    assert "the new rater starts as the background." in ended.err
    for other in (("fit", path, "--start", "first"), ("score", path, "--fit", "first")):
        refused(reassess(*other), "a fit of dawid-skene-sparse that was written has no table")


def test_what_cannot_be_a_start_is_said() -> None:
    votes = votes_of(NEW)
    with pytest.raises(VoteError, match="none of the raters"):
        fitted(votes, start=fitted(votes_of([("i", "nobody", "cat")])))
    with pytest.raises(VoteError, match="classes of the earlier fit are not its answers"):
        fitted(votes, start=quietly(METHODS["dawid-skene"], votes_of(OLD), n_classes=2))
    with pytest.raises(VoteError, match="give a result, or EarlierFit of this package, or None"):
        fitted(votes, start=np.full((votes.n_items, 3), 1 / 3))
