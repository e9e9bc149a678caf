"""A result in a few lines."""

from __future__ import annotations

import numpy as np

from aggregation import METHODS, SparseFit, Votes, fit_dawid_skene, load_anesthesia, vote_share
from benchmarks.data import neighbours

from ...support.methods import quietly


def test_of_a_fit() -> None:
    fit = fit_dawid_skene(load_anesthesia())
    first, second, *table = fit.summary().splitlines()
    assert first == "315 votes of 5 raters on 45 items, 4 answers"
    assert second == f"log-likelihood -192.8909, converged after {fit.n_steps} steps"
    assert [line.split() for line in table[:5]] == [
        ["class", "prior", "items"],
        ["1", "0.3996", "18"],
        ["2", "0.4220", "19"],
        ["3", "0.1118", "5"],
        ["4", "0.0667", "3"],
    ]
    assert table[5].startswith("labels differ from the majority of votes on ")


def test_of_what_is_no_likelihood() -> None:
    votes = load_anesthesia()
    assert "\nlog posterior -" in fit_dawid_skene(votes, pseudo_count=1).summary()
    assert "NOT converged" in quietly(METHODS["dawid-skene"], votes, max_steps=1).summary()
    lines = vote_share(votes).summary().splitlines()
    assert lines[1].split() == ["class", "items"]


def test_of_many_classes_the_most_frequent_are_shown() -> None:
    votes, _ = neighbours(n_items=300, n_raters=30, n_classes=40)
    fit = quietly(METHODS["dawid-skene-sparse"], votes)
    assert isinstance(fit, SparseFit)
    _, _, header, *rows, more, majority, _ = fit.summary().splitlines()
    assert header.split() == ["class", "prior", "items"]
    items = np.bincount(fit.classes(), minlength=40)
    assert [int(row.split()[2]) for row in rows] == sorted(items.tolist(), reverse=True)[:20]
    for row in rows:
        cls, prior, count = row.split()
        assert (float(prior), int(count)) == (round(fit.class_prior[int(cls)], 4), items[int(cls)])
    assert more == "... and 20 more rows"
    assert majority.startswith("labels differ")


def test_html_is_escaped() -> None:
    votes = Votes.from_triples(list("xxyy"), list("abab"), ["<b>", "<b>", "no", "no"])
    assert votes._repr_html_().count("<tr>") == 5
    found = fit_dawid_skene(votes)._repr_html_()
    assert "<b>" not in found
    assert "&lt;b&gt;" in found
