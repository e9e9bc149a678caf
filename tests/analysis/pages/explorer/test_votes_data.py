"""The explorer of one's own votes: its labels and numbers, and names that would do harm."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aggregation import KnownItems, Votes, VoteShare, fit_dawid_skene, vote_share
from analysis import AnalysisError, precision_recall_bands, votes_explorer_page

from ....support.browser import WIDTHS, Opened, opened
from ..test_packing import unpacked
from .test_release_data import HOSTILE, MOST_BYTES, data_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CLASSES = ("</script><b>bird</b>", 'a "big", dog', "cat")


def job() -> tuple[Votes, KnownItems]:
    """300 items in an order of their own; every third is known, and two names would do harm."""
    rng = np.random.default_rng(3)
    truth = rng.integers(3, size=300)
    items = np.repeat(rng.permutation(300), 4)
    raters = np.concatenate([rng.choice(12, size=4, replace=False) for _ in range(300)])
    wrong = rng.random(len(items)) < 0.1 + 0.05 * raters
    answers = np.where(wrong, rng.integers(3, size=len(items)), truth[items])
    item_names = [*HOSTILE, *(f"photo {i}" for i in range(len(HOSTILE), 300))]
    rater_names = [*HOSTILE, *(f"rater {i}" for i in range(len(HOSTILE), 12))]
    votes = Votes.from_triples(
        [item_names[i] for i in items],
        [rater_names[r] for r in raters],
        [CLASSES[a] for a in answers],
    )
    of_name = dict(zip(item_names, truth.tolist(), strict=True))
    known = np.array([of_name[name] for name in votes.item_names])
    known[np.arange(300) % 3 > 0] = -1
    return votes, KnownItems(known, CLASSES, 0)


def fits() -> list[Any]:
    votes, known = job()
    started = fit_dawid_skene(votes, truth=known.truth, truth_role="start", n_classes=3)
    return [started, vote_share(votes)]


@pytest.fixture(scope="module", params=[0, 1], ids=["Dawid & Skene", "vote share"])
def fit(request: pytest.FixtureRequest) -> Any:
    return fits()[request.param]


@pytest.fixture(scope="module")
def page(fit: Any, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    path = tmp_path_factory.mktemp("votes") / "explore.html"
    path.write_text(votes_explorer_page(fit, job()[1]), encoding="utf-8")
    with opened(browser, path, viewport={"width": 375, "height": 800}) as window:
        yield window


def in_order(fit: Any) -> tuple[np.ndarray[Any, Any], list[str], np.ndarray[Any, Any]]:
    """Posteriors, item names and known classes, in the order in which the votes name the items."""
    votes, known = job()
    order = np.arange(300) if votes.item_order is None else votes.item_order
    return fit.posterior[order], [votes.item_names[i] for i in order], known.truth[order]


@pytest.mark.parametrize("threshold", [0.0001, 0.25, 0.5, 0.77, 1.0])
def test_labels_are_those_at_least_as_probable(page: Opened, fit: Any, threshold: float) -> None:
    posterior, names, _ = in_order(fit)
    page.type("threshold", str(threshold))
    name, content = page.downloaded("download")
    assert name == "labels.csv"
    kept = posterior >= threshold
    expected = io.StringIO(newline="")
    writer = csv.writer(expected, lineterminator="\n")
    writer.writerow(["item", "label"])
    writer.writerows([names[item], CLASSES[cls]] for item, cls in np.argwhere(kept))
    assert content.decode() == expected.getvalue()
    assert page.value("all-labels") == kept.sum()
    assert page.value("all-images") == kept.any(axis=1).sum()
    likeliest = np.arange(3) == posterior.argmax(axis=1)[:, None]
    added, dropped = (kept & ~likeliest).sum(), (likeliest & ~kept).sum()
    if isinstance(fit, VoteShare):  # of equal shares none is the likeliest
        return
    if added or dropped:
        assert f": {added} added, {dropped} dropped" in page.page.inner_text("#changes")


@pytest.mark.parametrize("threshold", [0.0001, 0.5, 0.9, 1.0])
def test_numbers_are_those_of_the_known_items(page: Opened, fit: Any, threshold: float) -> None:
    posterior, _, truth = in_order(fit)
    known = np.flatnonzero(truth >= 0)
    bands = precision_recall_bands(
        posterior[known].ravel(),
        truth=(truth[known, None] == np.arange(3)).ravel(),
        images=np.repeat(known, 3),
    )
    page.type("threshold", str(threshold))
    expected = bands.at(threshold)
    for name in ("precision", "recall", "f1"):
        for part in ("value", "low", "high"):
            shown = page.value(f"all-{name}", part)
            right = getattr(getattr(expected, name), part)
            assert shown == pytest.approx(right, rel=1e-12, nan_ok=True)


def test_the_slider_finds_the_least_cost(page: Opened, fit: Any) -> None:
    posterior, _, truth = in_order(fit)
    known = truth >= 0
    right = truth[known, None] == np.arange(3)
    for power in (-2, 0, 3):
        missing, wrong = max(2.0**power, 1), max(2.0**-power, 1)
        page.page.fill("#costs", str(power))
        page.page.click("#to-best")
        page.settle()
        costs = [
            missing * (right & (posterior[known] < k / 10_000)).sum()
            + wrong * (~right & (posterior[known] >= k / 10_000)).sum()
            for k in range(1, 10_001)
        ]
        chosen = round(10_000 * float(page.page.input_value("#threshold")))
        assert costs[chosen - 1] == min(costs)


def test_thresholds_that_keep_everything_are_refused(page: Opened) -> None:
    page.type("threshold", "0.00001")
    assert "give a number from 0.0001 to 1" in page.page.inner_text("#note")
    page.type("threshold", "0.5")


def test_anybody_can_use_it_and_names_do_no_harm(page: Opened) -> None:
    for width in WIDTHS:
        page.page.set_viewport_size({"width": width, "height": 800})
        for threshold in ("0.3", "0.95"):
            page.type("threshold", threshold)
            assert page.page.locator("#examples > li").count() > 0
            assert page.page.locator("#examples b, #classes b, #examples script").count() == 0
            assert not page.overflows()
            assert page.broken_words() == []
            assert page.violations() == []


def test_the_page_is_small_and_examples_have_twenty_votes_at_most() -> None:
    rng = np.random.default_rng(0)
    answers = rng.integers(2, size=(100, 40))
    votes = Votes.from_triples(np.repeat(range(100), 40), np.tile(range(40), 100), answers.ravel())
    known = KnownItems(np.where(np.arange(100) < 9, 1, -1), ("a", "b"), 0)
    text = votes_explorer_page(vote_share(votes), known, replicates=10)
    assert len(text.encode()) < MOST_BYTES
    assert text.count("<script") == 2
    examples = data_of(text)["examples"]
    assert set(unpacked(examples["votes"])) == {20}
    assert set(unpacked(examples["unshown"])) == {20}


@pytest.mark.parametrize(("n_known", "replicates"), [(100, 2000), (4000, 1000), (30_000, 200)])
def test_of_many_known_items_fewer_replicates_are_drawn(n_known: int, replicates: int) -> None:
    items = np.arange(n_known)
    votes = Votes.from_triples(items, items % 5, items % 2)
    text = votes_explorer_page(vote_share(votes), KnownItems(items % 2, ("a", "b"), 0))
    assert data_of(text)["interval"]["replicates"] == replicates


def test_what_cannot_be_explored() -> None:
    votes, known = job()
    share = vote_share(votes)
    nothing = known._replace(truth=np.full(300, -1))
    with pytest.raises(AnalysisError, match="no item's class is known"):
        votes_explorer_page(share, nothing)
    with pytest.raises(AnalysisError, match=r"a fit of \(300, 3\) items and classes does not go"):
        votes_explorer_page(share, known._replace(class_names=("a", "b")))
    with pytest.raises(AnalysisError, match="replicates=0"):
        votes_explorer_page(share, known, replicates=0)
