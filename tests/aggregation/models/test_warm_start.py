"""A start from an earlier fit: by names, whatever their order, and with what is new."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aggregation import (
    Fit,
    VoteError,
    Votes,
    VoteStore,
    expected_counts,
    fit_dawid_skene,
    fit_ibcc,
    fit_one_coin_bayes,
)
from aggregation.models.earlier import earlier_fit
from aggregation.models.warm_start import SHARE, matched

from ...support.em_models import quiet_fit
from ...support.new_votes import drawn_rows, votes_of
from ...support.stores import write_csv

OLD = drawn_rows()
# f is gone, g and h are new, and so is the answer "fox"; "emu" is gone.
NEW = drawn_rows("hgedcba", ("fox", "dog", "cat"), n_items=40, seed=1)


def lifted_row(row: list[float], share: float = SHARE) -> list[float]:
    """Give zeros their share, as the documentation says it."""
    none = [value == 0 for value in row]
    if not any(none):
        return row
    raised = [
        share / sum(none) if zero else value * (1 - share)
        for zero, value in zip(none, row, strict=True)
    ]
    return [value / sum(raised) for value in raised]


def slow_start(votes: Votes, fit: Fit) -> tuple[np.ndarray, np.ndarray]:
    """Make the start by dictionaries of names, a number at a time."""
    old_raters, names = list(fit.votes.rater_names), list(fit.votes.answer_names)
    counts = expected_counts(fit.votes, fit.posterior)
    rate: dict[tuple[str, str, str], float] = {}
    for c, cls in enumerate(names):
        weights = [counts[r, c].sum() for r in range(len(old_raters))]
        for a, answer in enumerate(names):
            for r, rater in enumerate(old_raters):
                rate[rater, cls, answer] = fit.error_rates[r, c, a]
            of_all = sum(w * fit.error_rates[r, c, a] for r, w in enumerate(weights))
            rate["", cls, answer] = of_all / sum(weights)
    classes = [str(name) for name in votes.answer_names]
    known = [cls for cls in classes if cls in names]
    rates = np.empty((votes.n_raters, len(classes), len(classes)))
    for r, name in enumerate(votes.rater_names):
        rater = name if name in old_raters else ""
        rows: dict[str, list[float]] = {}
        for cls in known:
            row = [rate.get((rater, cls, answer), 0.0) for answer in classes]
            rows[cls] = lifted_row([value / sum(row) for value in row])
        right = sum(rows[cls][classes.index(cls)] for cls in known) / len(known)
        other = (1 - right) / (len(classes) - 1)
        for c, cls in enumerate(classes):
            new = [right if answer == cls else other for answer in classes]
            rates[r, c] = rows.get(cls, new)
    prior = [fit.class_prior[names.index(cls)] if cls in names else 0.0 for cls in classes]
    return rates, np.array(lifted_row([value / sum(prior) for value in prior]))


def test_starts_by_names_as_a_slow_start_does() -> None:
    fit, votes = fit_dawid_skene(votes_of(OLD)), votes_of(NEW)
    first = quiet_fit(votes, start=fit, max_steps=0)
    rates, prior = slow_start(votes, fit)
    np.testing.assert_allclose(first.error_rates, rates, rtol=1e-13)
    np.testing.assert_allclose(first.class_prior, prior, rtol=1e-13)
    assert first.class_names == votes.answer_names == ("cat", "dog", "fox")
    np.testing.assert_allclose(first.error_rates.sum(axis=2), 1, rtol=1e-14)
    assert (first.error_rates > 0).all()


def test_the_same_names_are_the_same_bits_as_the_parameters() -> None:
    fit = fit_dawid_skene(votes_of(OLD))
    fewer = fit.votes.select(np.arange(30))
    for votes in (fit.votes, fewer):
        one = quiet_fit(votes, start=fit)
        other = quiet_fit(votes, start=(fit.error_rates, fit.class_prior))
        for name in ("error_rates", "class_prior", "trace", "posterior"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    smooth = fit_dawid_skene(votes_of(OLD), pseudo_count=0.1)  # no rate is 0: none is lifted
    more = votes_of(drawn_rows(n_items=90, seed=3))
    first = quiet_fit(more, start=smooth, max_steps=0)
    np.testing.assert_array_equal(first.error_rates, smooth.error_rates)
    np.testing.assert_array_equal(first.class_prior, smooth.class_prior)


@pytest.mark.parametrize(
    "options", [{}, {"pseudo_count": 0.1}, {"family": "one-coin"}, {"family": "shared"}]
)
def test_the_order_of_names_does_not_matter(options: dict[str, Any]) -> None:
    fit = fit_dawid_skene(votes_of(OLD), **options)
    renamed = {"a": "z", "b": "y"}  # to the other end of the alphabet, and back by name
    votes = votes_of([(item, renamed.get(rater, rater), answer) for item, rater, answer in OLD])
    earlier = earlier_fit(fit)
    named = [renamed.get(str(name), name) for name in fit.votes.rater_names]
    again = quiet_fit(votes, start=replace(earlier, rater_names=named), max_steps=0, **options)
    back = [votes.rater_names.index(name) for name in named]
    np.testing.assert_allclose(again.error_rates[back], fit.error_rates, rtol=1e-14)
    assert again.log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-12)


def test_votes_that_an_earlier_zero_rules_out_are_no_error() -> None:
    rows = [(f"i{k}", rater, "no" if k % 2 else "yes") for k in range(20) for rater in "ab"]
    fit = quiet_fit(votes_of(rows))
    assert (fit.error_rates == 0).any()
    contradiction = votes_of([("new", "a", "yes"), ("new", "b", "no"), *rows[:4]])
    with pytest.raises(VoteError, match="probability 0 under every class"):
        quiet_fit(contradiction, start=(fit.error_rates, fit.class_prior))
    assert quiet_fit(contradiction, start=fit).converged
    assert quiet_fit(votes_of([*rows, ("new", "a", "no")]), start=fit).converged


def test_other_classes_than_answers_stay_those_of_the_fit() -> None:
    fit = quiet_fit(votes_of(OLD), n_classes=2)
    again = quiet_fit(votes_of(NEW), start=fit, max_steps=0)
    assert again.error_rates.shape == (7, 2, 3)
    np.testing.assert_array_equal(again.class_prior, fit.class_prior)
    with pytest.raises(VoteError, match="start has 2 classes, the fit has 3"):
        quiet_fit(votes_of(NEW), start=fit, n_classes=3)


def test_what_is_matched_is_said() -> None:
    earlier = earlier_fit(fit_dawid_skene(votes_of(OLD)))
    assert matched(votes_of(NEW), earlier).said("fitted") == (
        "Start: 5 of 7 raters and 2 of 3 answers from fitted; the 2 new raters start as their mean."
    )
    assert matched(votes_of(OLD), earlier).said("fitted") == (
        "Start: 6 of 6 raters and 3 of 3 answers from fitted."
    )


def test_nothing_in_common_is_an_error() -> None:
    fit = fit_dawid_skene(votes_of(OLD))
    for rows, what in (
        ([("i", "nobody", "cat")], r"none of the raters \('nobody'\)"),
        ([("i", "a", "Cat")], r"none of the answers \('Cat'\)"),
    ):
        for function in (fit_dawid_skene, fit_ibcc):
            with pytest.raises(VoteError, match=what + " is known to the earlier fit, which has"):
                function(votes_of(rows), start=fit)


@pytest.mark.parametrize("function", [fit_ibcc, fit_one_coin_bayes])
def test_bayesian_methods_start_from_any_fit(function: Any) -> None:
    votes = votes_of(OLD)
    scratch = function(votes)
    warm = function(votes, start=scratch)
    assert warm.n_steps < scratch.n_steps / 2
    np.testing.assert_allclose(warm.posterior, scratch.posterior, atol=1e-5)
    for fit in (scratch, fit_dawid_skene(votes)):
        other = function(votes_of(NEW), start=fit)
        np.testing.assert_allclose(other.posterior, function(votes_of(NEW)).posterior, atol=1e-4)
    assert fit_dawid_skene(votes, start=scratch, pseudo_count=0.1).converged


def test_a_class_that_no_vote_speaks_for_gets_nothing() -> None:
    fit = fit_ibcc(votes_of(OLD))
    no_emu = votes_of([row for row in OLD if row[2] != "emu"])
    three = replace(no_emu, n_answers=3, answer_names=(*no_emu.answer_names, "emu"))
    codes = no_emu.raters * np.int32(3) + no_emu.answers
    again = fit_ibcc(replace(three, codes=codes), start=fit)
    assert (again.posterior[:, 2] == 0).all()


def test_a_store_starts_from_a_fit_of_others(tmp_path: Any) -> None:
    import pyarrow as pa

    def table(rows: list[tuple[str, str, str]]) -> pa.Table:
        columns = zip(*rows, strict=True)
        return pa.table(dict(zip(("item", "rater", "answer"), map(list, columns), strict=True)))

    paths = [write_csv(tmp_path / f"{n}.csv", table(rows)) for n, rows in enumerate((OLD, NEW))]
    old, new = (VoteStore.ingest(path, tmp_path / path.stem, partitions=2) for path in paths)
    of_store, in_memory = fit_dawid_skene(old), fit_dawid_skene(old.votes())
    wanted = quiet_fit(new.votes(), start=in_memory)
    for fit in (of_store, earlier_fit(of_store)):
        found = quiet_fit(new, start=fit)  # type: ignore[arg-type] # of a store, too
        np.testing.assert_allclose(found.error_rates, wanted.error_rates, atol=1e-12)
        assert found.n_steps == wanted.n_steps
