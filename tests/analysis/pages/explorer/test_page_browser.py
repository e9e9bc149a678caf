"""The explorer in a real browser: its files against the command, its numbers against `pick`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from analysis import Release, explorer_page, make_labels
from analysis.release.labels.label_sets import to_json
from analysis.scores.picking import PickedPoint, pick
from analysis.statistics.estimates import drawn_images
from analysis.statistics.operating_point import Costs, Target

from ....support.browser import WIDTHS, Opened, opened
from ....support.commands import Command
from .test_release_data import renamed

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Thresholds, and those of the animal labels where they have their own.
POINTS = [
    ("0.8", ""),
    ("0", ""),
    ("1", ""),
    ("0.0001", ""),
    ("0.5", ""),
    ("0.82", ""),
    ("0.9999", ""),
    ("0.3333", ""),
    ("0.8", "0.45"),
    ("0.1234", "1"),
]
GROUPS = {"all": "all labels", "animals": "animal labels", "others": "other labels"}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("threshold", "animals"), POINTS)
def test_downloads_are_what_the_command_writes(
    explorer: Opened, any_release: Release, reassess: Command, threshold: str, animals: str
) -> None:
    explorer.type("threshold", threshold)
    options = ["--threshold", threshold]
    if animals:
        explorer.type("animal-threshold", animals)
        options += ["--animal-threshold", animals]
    ended = reassess("labels", *options, "-o", "real.json", "--data", any_release.folder)
    assert ended.status == 0
    name, content = explorer.downloaded("download")
    record_name, record = explorer.downloaded("download-provenance")
    assert [name, record_name] == ["real.json", "real.provenance.json"]
    assert digest(content) == digest(Path(name).read_bytes())
    assert record == Path(record_name).read_bytes()
    kept = json.loads(record)
    assert explorer.value("all-labels") == kept["labels"]
    assert explorer.value("all-images") == kept["images_with_labels"]


def agrees(explorer: Opened, group: str, point: PickedPoint) -> None:
    """Expect the numbers that `pick` gives, with their intervals."""
    for name in ("precision", "recall", "f1"):
        expected = getattr(point.estimate, name)
        for part in ("value", "low", "high"):
            shown = explorer.value(f"{group}-{name}", part)
            assert shown == pytest.approx(getattr(expected, part), rel=1e-12, nan_ok=True)
    assert explorer.value(f"{group}-labels") == point.n_labels
    assert explorer.value(f"{group}-images") == point.n_images


@pytest.mark.parametrize("threshold", [0.8, 0.05, 0.9999, 1.0])
def test_numbers_are_those_of_pick(
    explorer: Opened, any_release: Release, threshold: float
) -> None:
    explorer.type("threshold", str(threshold))
    target = Target(threshold=threshold)
    for point in (*pick(any_release, target), *pick(any_release, target, by_group=True)):
        (group,) = [short for short, name in GROUPS.items() if name == point.group]
        agrees(explorer, group, point)


def test_two_thresholds_have_the_numbers_of_each_group(
    explorer: Opened, any_release: Release
) -> None:
    explorer.type("threshold", "0.7")
    explorer.type("animal-threshold", "0.3")
    for group, threshold in (("others", 0.7), ("animals", 0.3)):
        points = pick(any_release, Target(threshold=threshold), by_group=True)
        (point,) = [point for point in points if point.group == GROUPS[group]]
        agrees(explorer, group, point)
    # and all labels together, those of two label files put together
    labels, images = (
        [explorer.value(f"{group}-{what}") for group in ("animals", "others", "all")]
        for what in ("labels", "images")
    )
    unasked = 50_000 - len(np.unique(any_release.questions.images))
    assert labels[2] == labels[0] + labels[1] + unasked
    assert max(images[:2]) + unasked <= images[2] <= images[0] + images[1] + unasked


@pytest.mark.parametrize(("power", "costs"), [(0, (1, 1)), (2, (4, 1)), (-1.5, (1, 2**1.5))])
def test_the_slider_finds_the_point_of_least_cost(
    explorer: Opened, any_release: Release, power: float, costs: tuple[float, float]
) -> None:
    target = Target(costs=Costs(*costs))
    explorer.page.fill("#costs", str(power))
    explorer.page.click("#to-best")
    explorer.settle()
    (best,) = pick(any_release, target, replicates=1)
    assert explorer.page.input_value("#threshold") == f"{best.threshold:.4f}"
    explorer.page.check("#apart")
    explorer.page.click("#to-best")
    explorer.settle()
    animals, others = pick(any_release, target, by_group=True, replicates=1)
    assert explorer.page.input_value("#threshold") == f"{others.threshold:.4f}"
    assert explorer.page.input_value("#animal-threshold") == f"{animals.threshold:.4f}"


def test_what_is_typed_between_thresholds_is_rounded_and_said(explorer: Opened) -> None:
    explorer.type("threshold", " 0,71237 ")
    assert explorer.page.input_value("#threshold") == "0.7124"
    assert "0.71237 was rounded to 0.7124" in explorer.page.inner_text("#note")
    assert explorer.value("all-threshold") == 0.7124
    assert json.loads(explorer.downloaded("download-provenance")[1])["threshold"] == 0.7124
    explorer.type("animal-threshold", "0.1")
    assert explorer.page.inner_text("#note") == ""
    explorer.type("animal-threshold", "")
    assert not explorer.page.is_checked("#apart")


@pytest.mark.parametrize("text", ["1.2", "-0.1", "high", "", "0.8.1", "NaN", "<b>", "9" * 1000])
def test_what_is_no_threshold_is_refused_and_said(explorer: Opened, text: str) -> None:
    explorer.type("threshold", text)
    assert "is no threshold: give a number from 0 to 1" in explorer.page.inner_text("#note")
    assert explorer.page.get_attribute("#threshold", "aria-invalid") == "true"
    assert explorer.value("all-threshold") == 0.8
    assert not explorer.overflows()
    explorer.type("threshold", "0.6")
    assert explorer.page.get_attribute("#threshold", "aria-invalid") is None


def test_the_point_follows_keys_and_pointer(explorer: Opened) -> None:
    page = explorer.page
    page.focus(".handle.all")
    for key, threshold in (
        ("ArrowUp", "0.8010"),
        ("Shift+ArrowRight", "0.8011"),
        ("ArrowLeft", "0.8001"),
        ("PageDown", "0.7501"),
        ("End", "1.0000"),
        ("ArrowUp", "1.0000"),
        ("Home", "0.0000"),
    ):
        page.keyboard.press(key)
        assert page.input_value("#threshold") == threshold
    explorer.settle()
    assert page.get_attribute(".handle.all", "aria-valuenow") == "0"
    box, plot = page.locator(".handle.all").bounding_box(), page.locator("#plot").bounding_box()
    assert box is not None
    assert plot is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] / 2, plot["y"] + 30, steps=5)
    page.mouse.up()
    explorer.settle()
    dragged = float(page.input_value("#threshold"))
    assert dragged > 0.5
    assert page.get_attribute(".handle.all", "aria-valuenow") == f"{dragged:g}"


def test_animals_have_a_point_of_their_own(explorer: Opened) -> None:
    page = explorer.page
    assert page.locator(".handle.animals").is_hidden()
    page.check("#apart")
    explorer.settle()
    assert page.locator(".handle.all").is_hidden()
    page.focus(".handle.animals")
    page.keyboard.press("PageDown")
    page.focus(".handle.others")
    page.keyboard.press("ArrowUp")
    assert page.input_value("#animal-threshold") == "0.7500"
    assert page.input_value("#threshold") == "0.8010"
    page.uncheck("#apart")
    assert page.input_value("#animal-threshold") == ""


def test_changes_are_counted_against_real_json(explorer: Opened, any_release: Release) -> None:
    assert "None" in explorer.page.inner_text("#changes")
    assert explorer.page.locator("#examples > li").count() == 0
    explorer.type("threshold", "0.4")
    scores, labels = any_release.scores, any_release.questions.labels
    added = (scores >= 0.4) & (scores < 0.8)
    assert f"{added.sum():,} added, 0 dropped" in explorer.page.inner_text("#changes")
    of_label = np.bincount(labels[added], minlength=1000)
    most = np.argsort(-of_label, kind="stable")[:10]
    rows = explorer.page.locator("#classes tbody tr").all_inner_texts()
    shown = [[row.split()[0], row.split()[-2]] for row in rows]
    expected = [[str(label), str(of_label[label])] for label in most if of_label[label]]
    assert shown == expected
    cards = explorer.page.locator("#examples > li").all_inner_texts()
    assert 0 < len(cards) <= 12
    for card in cards:
        assert "added" in card
        name, low, high = card.split(".JPEG")[0].split()[-1], *card.split("score ")[1].split()[:3:2]
        image, label = int(name.rpartition("_")[2]), int(card.split()[1])
        (place,) = np.flatnonzero((any_release.questions.images == image) & (labels == label))
        assert float(low) <= scores[place] < float(high)
        mine = any_release.votes.items == place
        assert sum(map(card.count, ("✓", "?", "✗"))) >= mine.sum()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_anybody_can_use_it_anywhere(
    browser: Browser, page_path: Path, width: int, scheme: str
) -> None:
    window = {"width": width, "height": 800}
    with opened(browser, page_path, viewport=window, color_scheme=scheme) as explorer:
        for threshold, animals in (("0.8", ""), ("0.3", "0.9"), ("1", "")):
            explorer.type("threshold", threshold)
            explorer.type("animal-threshold", animals)
            assert not explorer.overflows()
            assert explorer.broken_words() == []
            assert explorer.violations() == []


def test_what_is_done_at_once_waits_for_the_page(
    browser: Browser, page_path: Path, any_release: Release
) -> None:
    with browser.new_page() as page:
        page.goto(page_path.as_uri())
        page.fill("#threshold", "0.6")
        page.press("#threshold", "Enter")
        with page.expect_download() as coming:
            page.click("#download")
        written = Path(coming.value.path()).read_text(encoding="utf-8")
    assert written == to_json(make_labels(any_release, threshold=0.6))


def test_names_do_no_harm(browser: Browser, simulated: Release, tmp_path: Path) -> None:
    path = tmp_path / "names.html"
    path.write_text(explorer_page(renamed(simulated), replicates=5), encoding="utf-8")
    for width in WIDTHS:
        with opened(browser, path, viewport={"width": width, "height": 800}) as explorer:
            for threshold in ("0.2", "0.99"):
                explorer.type("threshold", threshold)
                assert explorer.page.locator("#examples script").count() == 0
                assert not explorer.overflows()


def test_draws_are_those_of_numpy(explorer: Opened) -> None:
    for n_images in (1, 2, 3, 50, 155, 1000):
        for seed, number in ((0, 0), (0, 1999), (7, 3)):
            (expected,) = drawn_images(n_images, range(number, number + 1), seed)
            drawn = f"Array.from(drawnImages({n_images}, {seed}, {number}))"
            assert explorer.page.evaluate(drawn) == expected.tolist()


def test_numbers_and_digests_are_written_as_python_writes_them(explorer: Opened) -> None:
    values = [0.0, 1.0, 0.1, 1e-4, 5e-5, 1.5e-7, 1e16, 123456789.0, 2.5e22, 5e-324]
    values += (10.0 ** np.random.default_rng(0).uniform(-9, 17, 200)).tolist()
    written = explorer.page.evaluate("all => all.map(x => new PythonFloat(x).toString())", values)
    assert written == list(map(repr, values))
    texts = ["a" * n for n in (0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 1000)]
    found = explorer.page.evaluate(
        "all => all.map(x => sha256(new TextEncoder().encode(x)))", texts
    )
    assert found == [digest(text.encode()) for text in texts]
    value = {"a": 'é"\\\n\x7f', "b": {"c": None, "d": True}, "e": {}}
    assert explorer.page.evaluate("pythonJson", value) == json.dumps(value, indent=2)
