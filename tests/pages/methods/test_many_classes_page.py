"""docs/many-classes.md: its code runs, and its table is what simulated votes give."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from aggregation import fit_sparse_dawid_skene
from benchmarks.data import neighbours
from benchmarks.many_classes import majority_accuracy, one_coin_accuracy

from ...support.commands import Command
from ...support.page_code import run_page

PAGE = Path(__file__).parents[3] / "docs" / "many-classes.md"


def test_its_code_runs(reassess: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    votes, _ = neighbours(n_items=100, n_raters=20, n_classes=30)
    rows = zip(votes.items, votes.raters, votes.answers, strict=True)
    lines = [f"i{item},r{rater},c{answer}" for item, rater, answer in rows]
    Path("votes.csv").write_text("\n".join(["item,rater,label", *lines]) + "\n", encoding="utf-8")
    page = run_page(PAGE, reassess, compare=False)
    assert page["cells"].counts.sum() == pytest.approx(votes.n_votes)
    assert (Path("fitted") / "error_rates.csv").is_file()
    assert not (Path("fitted") / "next_votes.csv").exists()


def test_its_table_is_what_simulated_votes_give() -> None:
    rows = re.findall(r"^\| on (?:either|the rater's own) side \| (.*) \|$", PAGE.read_text(), re.M)
    assert len(rows) == 2
    for row, own_side in zip(rows, (False, True), strict=True):
        votes, truth = neighbours(10_000, 100, 100, 5, own_side=own_side)
        background = fit_sparse_dawid_skene(votes, max_steps=0)
        fit = fit_sparse_dawid_skene(votes)
        found = [majority_accuracy(votes, truth), one_coin_accuracy(votes, truth)]
        found += [float((each.classes() == truth).mean()) for each in (background, fit)]
        np.testing.assert_allclose(
            [float(n) for n in row.split(" | ")], 100 * np.array(found), atol=0.051
        )
