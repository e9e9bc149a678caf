"""The table of pseudo-counts in docs/uncertainty.md is what the fits of those votes give."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregation import Votes, diagonal_pseudo_count, read_known_items

from ...support.em_models import quiet_fit
from ...support.sparse_em import real_votes

PAGE = (Path(__file__).parents[3] / "docs" / "uncertainty.md").read_text()
ROWS = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \| (.* / .*) \|$", PAGE, re.MULTILINE)


def test_the_table_is_found() -> None:
    assert len(ROWS) == 6


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_accuracy_and_log_loss(datasets: Path, row: tuple[str, ...]) -> None:
    name, n_classes, of_a_rater, said = row
    votes = real_votes(datasets, name)
    gold = read_known_items(datasets / name / "gold.csv", votes=votes).truth
    assert (votes.n_answers, round(votes.n_votes / votes.n_raters)) == (
        int(n_classes),
        int(of_a_rater),
    )
    items = np.flatnonzero(gold >= 0)
    options: list[dict[str, Any]] = [
        {},
        {"leave_zeros": True},
        *({"pseudo_count": count} for count in (0.1, 1)),
        {"pseudo_count": diagonal_pseudo_count(0.1, 0.5, votes.n_answers)},
    ]
    for cell, option in zip(said.split(" | "), options, strict=True):
        fit = quiet_fit(votes, **option)
        accuracy, loss = map(float, cell.split(" / "))
        right = fit.posterior[items, gold[items]]
        assert (fit.classes()[items] == gold[items]).mean() == pytest.approx(accuracy, abs=6e-4)
        assert -np.log(np.maximum(right, 1e-12)).mean() == pytest.approx(loss, abs=6e-3)


def test_how_often_each_pseudo_count_has_the_lower_log_loss(datasets: Path) -> None:
    names = sorted(path.name for path in datasets.iterdir() if path.is_dir())
    files = [(datasets / name / "votes.csv", datasets / name / "gold.csv") for name in names]
    files.append((datasets / "bluebird_votes.csv", datasets / "bluebird_gold.csv"))
    losses = []
    for file, gold_file in files:
        votes = Votes.read(file)
        gold = read_known_items(gold_file, votes=votes).truth
        items = np.flatnonzero(gold >= 0)
        fits = [quiet_fit(votes, pseudo_count=count) for count in (0, 0.1, 1 / votes.n_answers, 1)]
        right = np.stack([fit.posterior[items, gold[items]] for fit in fits])
        losses.append(-np.log(np.maximum(right, 1e-12)).mean(axis=1))
    none, little, one_over, one = np.transpose(losses)
    better, still = int((little < none).sum()), int((one < np.minimum(little, one_over)).sum())
    said = " ".join(PAGE.split())
    assert (
        f"Of the {len(files)} sets that we have, 0.1 has a lower log loss than none on {better}."
        in said
    )
    assert f"With 1 it is lower still on {still}, and on the other {len(files) - still} " in said
