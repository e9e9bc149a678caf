"""A result in a few lines."""

from __future__ import annotations

from aggregation import METHODS, Votes, fit_dawid_skene, load_anesthesia, vote_share

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


def test_html_is_escaped() -> None:
    votes = Votes.from_triples(list("xxyy"), list("abab"), ["<b>", "<b>", "no", "no"])
    assert votes._repr_html_().count("<tr>") == 5
    found = fit_dawid_skene(votes)._repr_html_()
    assert "<b>" not in found
    assert "&lt;b&gt;" in found
