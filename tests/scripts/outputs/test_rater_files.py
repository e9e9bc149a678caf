"""Model checks and figures beside the tables of `reassess raters`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aggregation import fit_dawid_skene, simulate_votes
from aggregation.datasets.simulate import draw_error_rates
from analysis import report_on_votes
from analysis.defaults import FORMATS
from analysis.diagnostics.report import model_report_on_votes
from scripts.outputs import drawing
from scripts.outputs.rater_files import model_summary

from ...support.commands import Command

NAMES = ("agreement", "error_rates", "golden_em", "model_check", "more_votes", "raters")


def test_command_writes_figures(reassess: Command, simulated_dir: Path) -> None:
    ended = reassess("raters", "--out", "found", "--data", simulated_dir)
    assert ended.status == 0, ended.err
    names = {path.name for path in Path("found").iterdir()}
    assert names >= {f"{name}.{form}" for name in NAMES for form in FORMATS}
    assert names >= {"raters.csv", "pairs.csv", "model_check.csv", "more_votes.csv"}
    assert names >= {"next_votes.csv", "class_effects.csv", "hard_labels.csv", "label_pairs.csv"}
    assert Path("found/raters.csv").read_text() == ended.out
    assert "of items have other votes than it expects" in ended.err


def test_other_process_draws_the_raters(
    reassess: Command, simulated_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "drawn", None)  # what is sent, and comes back, is not drawn here
    ended = reassess("raters", "--out", "found", "--data", simulated_dir)
    assert ended.status == 0, ended.err


def test_model_of_a_users_votes_in_words() -> None:
    votes = simulate_votes(
        draw_error_rates(6, 3, seed=2),
        class_prior=[0.5, 0.3, 0.2],
        n_items=150,
        votes_per_item=4,
        seed=3,
    ).votes
    lines = list(model_summary(model_report_on_votes(report_on_votes(votes).fit, replicates=5)))
    assert lines[0].startswith("model of 3 classes: ")
    assert "one more vote on each item" in lines[-1]


def test_too_many_kinds_are_counted_out() -> None:
    """One item with 100 votes among items with two."""
    sizes = np.where(np.arange(40) == 7, 100, 2)
    rates = draw_error_rates(100, 5, seed=2)
    prior = np.full(5, 0.2)
    votes = simulate_votes(rates, class_prior=prior, n_items=40, votes_per_item=sizes, seed=3).votes
    fit = fit_dawid_skene(votes, error_rates=rates, class_prior=prior)
    line = next(iter(model_summary(model_report_on_votes(fit, replicates=5))))
    assert line == (
        "the model is not checked: items with up to 100 votes of 5 answers are of 4,598,141 kinds "
        "by their votes of each answer, where 65,536 can be counted: leave out the items with the "
        "most votes"
    )
