"""The explorer's page as text: what it carries, its size, and names that would do harm."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis import AnalysisError, Release, explorer_page, make_labels
from analysis.pages.explorer.parts import GRID, STEPS, cells_of
from analysis.release.labels.label_sets import published_order

from ..test_packing import unpacked

MOST_BYTES = 1_000_000


def data_of(page: str) -> Any:
    (found,) = re.findall(r'<script id="data" type="application/json">(.*?)</script>', page)
    return json.loads(found)


def test_comparing_cells_is_comparing_scores(any_release: Release) -> None:
    beside = np.concatenate((np.nextafter(GRID[1:], 0), GRID, np.nextafter(GRID[:-1], 1)))
    for scores in (any_release.scores, beside):
        cells = cells_of(scores)
        for k in [*range(0, STEPS + 1, 271), 1, 7999, 8000, 8001, STEPS]:
            assert np.array_equal(cells > k, scores >= k / STEPS)


def test_the_page_carries_the_release_and_is_small(any_release: Release) -> None:
    page = explorer_page(any_release, replicates=20)
    assert len(page.encode()) < MOST_BYTES
    assert page.endswith("</html>\n")
    data, order = data_of(page), published_order(any_release.questions)
    assert np.array_equal(unpacked(data["cells"]), cells_of(any_release.scores)[order])
    assert np.array_equal(unpacked(data["labels"]), any_release.questions.labels[order])
    assert ("SIMULATED" in page) is any_release.simulated
    # each threshold that changes a label has an example
    shown = np.cumsum(unpacked(data["examples"]["questions"]))
    assert set(unpacked(data["cells"])[shown]) == set(unpacked(data["cells"]))
    assert set(unpacked(data["golden"]["questions"])) <= set(shown.tolist())


def test_examples_have_their_votes(simulated: Release) -> None:
    data = data_of(explorer_page(simulated, replicates=1))
    questions = published_order(simulated.questions)
    for part, votes, items in (
        (
            data["examples"],
            simulated.votes,
            questions[np.cumsum(unpacked(data["examples"]["questions"]))],
        ),
        (data["golden"], simulated.golden.experts, np.arange(len(simulated.golden.questions))),
    ):
        given = iter(zip(unpacked(part["raters"]), unpacked(part["says"]), strict=True))
        for item, count in zip(items, unpacked(part["votes"]), strict=True):
            said = sorted(next(given) for _ in range(count))
            mine = votes.items == item
            expected = sorted(zip(votes.raters[mine], votes.answers[mine], strict=True))
            assert said == expected
        assert next(given, None) is None


def test_label_sets_of_another_threshold_are_what_changes_are_counted_from(
    simulated: Release,
) -> None:
    other = replace(simulated, label_sets=make_labels(simulated, threshold=0.4))
    data = data_of(explorer_page(other, replicates=1))
    kept = np.unpackbits(unpacked(data["before"]), bitorder="little")
    scores = simulated.scores[published_order(simulated.questions)]
    assert np.array_equal(kept[: len(scores)] == 1, scores >= 0.4)


HOSTILE = ("</script><script>alert(1)</script>", "\"'`${alert(2)}", "$&$1{{ 7 * 7 }}", "x" * 10**6)


def renamed(release: Release) -> Release:
    """The release with raters and experts whose names would do harm."""
    names = [*HOSTILE, *range(len(HOSTILE), release.votes.n_raters)]
    votes = replace(release.votes, rater_names=tuple(map(str, names)))
    experts = release.golden.experts
    expert_names = tuple(map(str, names[: experts.n_raters]))
    golden = replace(release.golden, experts=replace(experts, rater_names=expert_names))
    return replace(release, votes=votes, golden=golden)


def test_names_are_data(simulated: Release) -> None:
    page = explorer_page(renamed(simulated), replicates=1)
    assert len(page.encode()) < MOST_BYTES
    assert page.count("<script") == page.count("</script>") == 2
    assert data_of(page)["examples"]["names"][:3] == list(HOSTILE[:3])
    assert data_of(page)["examples"]["names"][3] == "x" * 59 + "…"


def test_replicates_are_one_or_more(simulated: Release) -> None:
    with pytest.raises(AnalysisError, match="replicates=0"):
        explorer_page(simulated, replicates=0)
