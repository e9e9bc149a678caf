"""Options of `reassess fit` beyond the plain ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aggregation import diagonal_pseudo_count, fit_dawid_skene, load_anesthesia

from ...support.commands import Command, refused
from .test_fit import patients  # noqa: F401 (a fixture)


@pytest.mark.parametrize(("said", "count"), [("0.1", 0.1), ("0.1,0.5", None), ("0", 0.0)])
def test_pseudo_counts(
    reassess: Command,
    patients: Path,  # noqa: F811 (the fixture)
    said: str,
    count: float | None,
) -> None:
    ended = reassess("fit", patients, "--json", "--pseudo-count", said)
    assert ended.status == 0
    pseudo_count = diagonal_pseudo_count(0.1, 0.5, 4) if count is None else count
    expected = fit_dawid_skene(load_anesthesia(), pseudo_count=pseudo_count)
    found = json.loads(ended.out)
    assert found["log_likelihood"] == expected.log_likelihood
    assert found["options"]["pseudo_count"] == ([0.1, 0.5] if count is None else count)


@pytest.mark.parametrize(
    ("family", "pseudo_count"),
    [("one-coin", [0.6, 0.1]), ("shared", diagonal_pseudo_count(0.1, 0.5, 4))],
)
def test_pseudo_counts_of_a_family_are_in_its_terms(
    reassess: Command,
    patients: Path,  # noqa: F811 (the fixture)
    family: Any,
    pseudo_count: Any,
) -> None:
    ended = reassess("fit", patients, "--json", "--pseudo-count", "0.1,0.5", "--family", family)
    expected = fit_dawid_skene(load_anesthesia(), pseudo_count=pseudo_count, family=family)
    assert json.loads(ended.out)["log_likelihood"] == expected.log_likelihood


@pytest.mark.parametrize("said", ["much", "1,2,3", ""])
def test_pseudo_counts_that_are_none(
    reassess: Command,
    patients: Path,  # noqa: F811 (the fixture)
    said: str,
) -> None:
    refused(reassess("fit", patients, "--pseudo-count", said), "--pseudo-count")


def test_bluebirds(reassess: Command, datasets: Path) -> None:
    files = [datasets / "bluebird_votes.csv", "--truth", datasets / "bluebird_gold.csv"]
    ended = reassess("fit", *files, "--truth-role", "start", "-o", "out")
    assert "97 of 108 known items came out right, and 82 by the majority of votes" in ended.err
    assert "log-likelihood -1,888.1168, converged" in ended.err
